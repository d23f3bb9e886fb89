//! One view of the whole database for as long as it takes to read it, on a connection of its own.
//!
//! The pools lend out connections for single statements and for commits; neither may be held for minutes, and a
//! transaction may not be begun on the readers.

use std::ops::Deref;
use std::sync::Weak;

use migration::SESSION_NAME;
use sea_orm::{AccessMode, DatabaseConnection, DatabaseTransaction, IsolationLevel, TransactionTrait};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use super::{Database, WritePool};
use crate::LedgerError;

/// What differs from a session that commits: it only reads, and a statement may take as long as one that reads a whole
/// index does.
const SESSION: [(&str, &str); 3] = [
    ("default_transaction_read_only", "on"),
    ("statement_timeout", "600s"),
    ("idle_in_transaction_session_timeout", "60s"),
];

/// A transaction that only reads; what is committed after its first statement stays out of its sight.
///
/// On PostgreSQL it holds back the removal of dead rows while it is open, on SQLite the shortening of the log. To be
/// used in a task of its own, which no caller can drop half way.
pub(crate) struct View {
    txn: DatabaseTransaction,
    connection: DatabaseConnection,
    /// Lives as long as somebody waits for what is read.
    waiting: Weak<()>,
}

impl Database {
    /// Opens a view, to be read for as long as what `waiting` points to lives.
    pub(crate) async fn view(&self, waiting: Weak<()>) -> Result<View, LedgerError> {
        let unavailable = |error: sqlx::Error| LedgerError::Unavailable(error.to_string());
        match &self.write {
            WritePool::Postgres(writers) => {
                let session = writers.pool().connect_options().as_ref().clone();
                let session = session
                    .application_name(&format!("{SESSION_NAME} verify"))
                    .options(SESSION);
                let own = PgPoolOptions::new().max_connections(1).connect_with(session);
                let connection = DatabaseConnection::from(own.await.map_err(unavailable)?);
                let isolation = Some(IsolationLevel::RepeatableRead);
                let txn = connection.begin_with_config(isolation, Some(AccessMode::ReadOnly));
                let txn = txn.await?;
                Ok(View {
                    txn,
                    connection,
                    waiting,
                })
            }
            WritePool::Sqlite(writers) => {
                let session = writers.pool().connect_options().as_ref().clone();
                let session = session.create_if_missing(false).pragma("query_only", "ON");
                let own = SqlitePoolOptions::new().max_connections(1).connect_with(session);
                let connection = DatabaseConnection::from(own.await.map_err(unavailable)?);
                let txn = connection.begin().await?;
                Ok(View {
                    txn,
                    connection,
                    waiting,
                })
            }
        }
    }
}

impl View {
    /// That somebody still waits for what is read.
    ///
    /// # Errors
    /// `Unavailable` where nobody does: a check of a large ledger takes minutes.
    pub(crate) fn check_waited_for(&self) -> Result<(), LedgerError> {
        if self.waiting.strong_count() > 0 {
            Ok(())
        } else {
            Err(LedgerError::Unavailable("nobody waits for it any more".to_owned()))
        }
    }

    /// Ends the view and closes its connection.
    pub(crate) async fn close(self) {
        // Nothing was written: what cannot be rolled back ends with the connection, and that with the view.
        let _ = self.txn.rollback().await;
        let _ = self.connection.close().await;
    }
}

impl Deref for View {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.txn
    }
}
