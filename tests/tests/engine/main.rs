//! The engine by properties: random commands against a naive model of the contract.
//!
//! The core is held to the model without a database, the whole service on SQLite and on PostgreSQL, command by command
//! and in bursts that become one commit; afterwards every invariant must hold (`Daybook::verify`), and a database that
//! somebody changed by hand must be found out.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "a test that cannot go on panics, helpers included; overflow checks are on"
)]

mod binding;
mod core;
mod model;
mod plans;
mod properties;
mod recount;
mod references;
mod request;
mod service_under_test;
mod steps;
mod store;
mod tampering;
