//! Rows of the database as SeaORM entities: one file per table, no logic, no serde.
//!
//! Times are microseconds since the epoch, days are days since 1970-01-01, amounts are minor units. The schema itself
//! is in the `migration` crate.

pub mod account;
pub mod api_key;
pub mod block;
pub mod currency;
pub mod daily_total;
pub mod entry;
pub mod event;
pub mod idempotency_key;
pub mod ledger;
pub mod limit;
pub mod total;
pub mod transaction;
pub mod user;
