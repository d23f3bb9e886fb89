//! The pool of connections that commit, of either database, and how many of a pool's are in use.

use sea_orm::DatabaseConnection;
use sqlx::{Postgres, Sqlite};

use super::writers::Writers;

/// The connections that commits are made on.
#[derive(Clone, Debug)]
pub(crate) enum WritePool {
    /// Several: one or two for each ledger that commits at the moment.
    Postgres(Writers<Postgres>),
    /// One: SQLite has one writer at a time.
    Sqlite(Writers<Sqlite>),
}

impl WritePool {
    /// The same connections for SeaORM.
    pub(super) fn to_sea_orm(&self) -> DatabaseConnection {
        match self {
            Self::Postgres(writers) => writers.pool().clone().into(),
            Self::Sqlite(writers) => writers.pool().clone().into(),
        }
    }

    pub(super) fn usage(&self) -> PoolUse {
        match self {
            Self::Postgres(writers) => writers.usage(),
            Self::Sqlite(writers) => writers.usage(),
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Postgres(writers) => writers.close().await,
            Self::Sqlite(writers) => writers.close().await,
        }
    }
}

/// How many connections a pool has at the moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolUse {
    /// What they are for.
    pub(crate) pool: &'static str,
    /// Lent out.
    pub(crate) in_use: u32,
    /// Open, and waiting to be used.
    pub(crate) idle: u32,
    /// Most that there may be.
    pub(crate) max: u32,
}
