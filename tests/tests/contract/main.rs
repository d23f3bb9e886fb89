//! The contract of `api.md`, held over real HTTP on SQLite and on PostgreSQL.
//!
//! One binary, whose modules mirror the URLs. The suite knows the contract only: nothing here names a table, a type or a
//! file of the server, but for the table that `command_line::verify` tampers with.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "a test that cannot go on panics, helpers included; overflow checks are on"
)]

mod access;
mod account_status;
mod accounts;
mod audit;
mod batches;
mod borders;
mod closing;
mod command_line;
mod conditional;
mod cors;
mod credentials;
mod currencies;
mod day_totals;
mod documents;
mod dry_run;
mod erasure;
mod headers;
mod holds;
mod idempotency;
mod import;
mod keys;
mod ledgers;
mod limits;
mod lists;
mod methods;
mod metrics;
mod openapi;
mod overload;
mod pages;
mod precedence;
mod races;
mod rate_limits;
mod recount;
mod refunds;
mod security_headers;
mod server;
mod several_servers;
mod statements;
mod statistics;
mod tls;
mod tokens;
mod transactions;
mod users;
mod wire;
