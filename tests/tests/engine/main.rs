//! The engine by properties: random commands against a naive model of the contract.
//!
//! The core is held to the model without a database, the whole service on SQLite and on PostgreSQL, command by command
//! and in bursts that become one commit, an hour after each other, so that holds are over in between; after each every
//! invariant must hold (`Daybook::verify`), and what is dated in the closed past must stand as it was. Lists of
//! transactions leave what their items would leave by themselves. A database that somebody changed by hand must be found
//! out, changes of time zone and erasures are taken apart step by step, lists to read are held to naive ones, and what is read part by
//! part is changed between two parts.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "a test that cannot go on panics, helpers included; overflow checks are on"
)]

mod binding;
mod checking;
mod clock;
mod closed_past;
mod core;
mod currencies;
mod erasing;
mod holds;
mod lists;
mod mended_chain;
mod model;
mod moving_user;
mod pipelined;
mod plans;
mod played;
mod properties;
mod recount;
mod references;
mod regrouping;
mod request;
mod service_under_test;
mod state;
mod steps;
mod store;
mod tampered_journal;
mod tampered_order;
mod tampering;
mod values;
mod walks;
