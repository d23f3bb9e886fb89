//! A connection of the write pool, of either database: what is run on it.
//!
//! One that is not given back is closed: nothing is tried again on one that has failed.

use sqlx::postgres::PgArguments;
use sqlx::{Arguments, AssertSqlSafe, Postgres, Sqlite};

use super::Corrupt;
use super::failure::Failure;
use super::load;
use super::rows::{Dialect, Rows};
use super::slots::Row;
use super::statement::{Part, Statement};
use crate::database::{WritePool, Writer};
use crate::ledger::Names;

/// A connection that commits.
pub(super) enum Session {
    Postgres(Writer<Postgres>),
    Sqlite(Writer<Sqlite>),
}

impl Session {
    pub(super) async fn lend(pool: &WritePool) -> Result<Self, Failure> {
        Ok(match pool {
            WritePool::Postgres(writers) => Self::Postgres(writers.lend().await?),
            WritePool::Sqlite(writers) => Self::Sqlite(writers.lend().await?),
        })
    }

    /// A connection beside another, where there is one to spare; a file has one that writes.
    pub(super) async fn maybe_lend(pool: &WritePool) -> Result<Option<Self>, Failure> {
        Ok(match pool {
            WritePool::Postgres(writers) => writers.maybe_lend().await?.map(Self::Postgres),
            WritePool::Sqlite(_) => None,
        })
    }

    pub(super) fn give_back(self) {
        match self {
            Self::Postgres(writer) => writer.give_back(),
            Self::Sqlite(writer) => writer.give_back(),
        }
    }

    /// The database's dialect.
    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Self::Postgres(_) => Dialect::Postgres,
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Runs a statement that writes.
    pub(super) async fn save(&mut self, statement: Statement) -> Result<(), Failure> {
        match (self, statement) {
            (Self::Postgres(writer), Statement::Postgres { sql, arguments }) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
                query.execute(writer.connection()?).await?;
            }
            (Self::Sqlite(writer), Statement::Sqlite(statements)) => {
                for Part { sql, parameters } in statements {
                    let mut query = sqlx::query(AssertSqlSafe(sql));
                    for parameter in parameters {
                        query = query.bind(parameter);
                    }
                    query.execute(writer.connection()?).await?;
                }
            }
            _ => return Err(Failure::internal("a statement is of another database")),
        }
        Ok(())
    }

    /// Copies the write-ahead log of SQLite into the file, and empties it; whether that was possible without waiting for
    /// anybody. PostgreSQL keeps its own.
    pub(super) async fn empty_log(&mut self) -> Result<bool, Failure> {
        let Self::Sqlite(writer) = self else { return Ok(true) };
        let connection = writer.connection()?;
        let waiting: i64 = sqlx::query_scalar("PRAGMA busy_timeout")
            .fetch_one(&mut *connection)
            .await?;
        sqlx::query("PRAGMA busy_timeout = 0").execute(&mut *connection).await?;
        let busy: i64 = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut *connection)
            .await?;
        let restore = format!("PRAGMA busy_timeout = {waiting}");
        sqlx::query(AssertSqlSafe(restore)).execute(connection).await?;
        Ok(busy == 0)
    }

    /// Loads everything that is named.
    pub(super) async fn load(&mut self, ledger_id: i64, names: &Names) -> Result<Vec<Row>, Failure> {
        if *names == Names::default() {
            return Ok(Vec::new());
        }
        let dialect = self.dialect();
        let mut rows = self
            .fetch(load::sql(dialect, names), ledger_id, load::bind_lists(names))
            .await?;
        if names.oldest_key {
            let oldest = self.fetch(load::oldest_key_sql(dialect), ledger_id, Vec::new());
            rows.extend(oldest.await?);
        }
        if !names.ledgers.is_empty() {
            let ledgers = self.fetch(load::ledgers_sql(dialect), ledger_id, load::bind_ledgers(names));
            rows.extend(ledgers.await?);
        }
        Ok(rows)
    }

    /// Runs a statement that reads; its parameters are the ledger and `lists`.
    pub(super) async fn fetch(
        &mut self,
        sql: &'static str,
        ledger_id: i64,
        lists: Vec<Rows>,
    ) -> Result<Vec<Row>, Failure> {
        match self {
            Self::Postgres(writer) => {
                let mut arguments = PgArguments::default();
                arguments.add(ledger_id).map_err(Corrupt::new)?;
                for list in &lists {
                    list.add_to(&mut arguments)?;
                }
                let query = sqlx::query_with(sql, arguments);
                let rows = query.fetch_all(writer.connection()?).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
            Self::Sqlite(writer) => {
                let mut query = sqlx::query(sql).bind(ledger_id);
                for list in &lists {
                    query = query.bind(list.to_json()?);
                }
                let rows = query.fetch_all(writer.connection()?).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
        }
    }
}
