//! What only somebody who knows the tables can see or set up: that the journal cannot be changed, that the entities are
//! the schema, what becomes of erased members, and several ledgers on one database.
//!
//! The server is asked over HTTP all the same.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "a test that cannot go on panics, helpers included; overflow checks are on"
)]

mod append_only;
mod erasure;
mod ledgers;
mod locked_ledger;
mod minimum_balance;
mod proofs;
mod schema;
mod token_keys;
mod two_ledgers;
mod upgrade;
mod verified;
