//! How a database is opened, what for, and why one could not be.

use secrecy::SecretString;

use crate::access::IdentityProvider;
use crate::{ErasureBounds, Metrics, RegroupingBounds};

/// How to open a database; every bound has its unit in its name.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://PATH` or `postgres://…`.
    pub database_url: SecretString,
    /// Most commands of one commit.
    pub batch_max: usize,
    /// Most commands that wait per ledger.
    pub queue_max: usize,
    /// Connections for commits; SQLite has one.
    pub write_pool: u32,
    /// What the database is opened for.
    pub purpose: Purpose,
    /// Whether a server brings an old schema up to date instead of refusing it.
    pub migrate: bool,
    /// Where the service's meters go.
    pub metrics: Metrics,
    /// Whose tokens are accepted besides our own.
    pub identity_provider: Option<IdentityProvider>,
    /// How a change of time zone is carried out: the default, but in tests.
    pub regrouping: RegroupingBounds,
    /// How an erasure is carried out: the default, but in tests.
    pub erasure: ErasureBounds,
    /// Accept a PostgreSQL that may lose what it acknowledged (`fsync` or `full_page_writes` off): for tests alone.
    pub allow_unsafe_postgres: bool,
}

/// What a database is opened for. Only a server makes a database: a path that somebody mistyped must not become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To serve it. The file of SQLite, the schema where the options say so and the ledger `main` are made; no other process can serve the same file.
    Serve,
    /// To commit beside whoever serves it. The ledger `main` is made, everything else must be there.
    Write,
    /// To read it. Nothing is made.
    Read,
}

/// Why a database could not be opened: one line for an operator, without a secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);
