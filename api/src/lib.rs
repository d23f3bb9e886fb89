//! The HTTP API and the command line of Daybook: knows the service, not SQL.
//!
//! A request is routed by the table in `routes`, named and counted in `serve`, let in by `call` (credential, role, body,
//! in the order of the contract), read by a handler in the file of its noun, and answered by `answer` or `problem`. A
//! handler extracts, calls the service once, and wraps.
//!
//! Absences that hold everywhere: no SQL, no rule of the ledger, no error response but `problem`'s, no environment
//! variable outside `config`, nothing printed outside `cli`.

mod accounts;
mod answer;
mod audit;
mod body;
mod call;
pub mod cli;
mod closing;
mod compression;
mod config;
mod connection;
mod cors;
mod currencies;
mod endpoint;
mod export;
mod format;
mod forwarded;
mod health;
mod import;
mod keys;
mod ledgers;
mod limits;
mod logging;
mod metrics;
mod names;
mod openapi;
mod pages;
mod problem;
mod rate_limit;
mod routes;
mod serve;
mod server;
mod spreadsheet;
mod state;
mod statements;
mod statistics;
mod stream;
#[cfg(test)]
mod tests;
mod tls;
mod tokens;
mod transactions;
mod users;

pub use config::{LogFormat, Metrics, Migrate, RateLimit, Settings, SettingsError};
pub use forwarded::Network;
pub use server::{Server, StartError, start};
pub use tls::{TlsError, TlsFiles, Unreadable};
