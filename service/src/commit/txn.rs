//! One transaction of the database, on a connection of the write pool.
//!
//! It is finished or its connection is closed: a connection never goes back to the pool with a transaction open, and
//! nothing is tried again on one that has failed.

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};

use super::Corrupt;
use super::busiest::RAISED_DAYS;
use super::failure::Failure;
use super::load;
use super::rows::{Dialect, Rows};
use super::seal::Tip;
use super::slots::Row;
use super::tables::{Mode, Write};
use crate::database::WritePool;
use crate::journal::Hash;
use crate::ledger::{LedgerState, Names};
use crate::money::{AmountText, Currency};
use crate::value::Timestamp;

/// A ledger's row, locked until the transaction ends.
#[derive(Clone, Debug)]
pub(super) struct LockedLedger {
    pub(super) state: LedgerState,
    pub(super) tip: Tip,
    pub(super) last_recorded_at: Timestamp,
}

enum Connection {
    Postgres(PoolConnection<Postgres>),
    Sqlite(PoolConnection<Sqlite>),
}

/// A transaction of the database that holds the lock of one ledger.
pub(super) struct Txn {
    connection: Connection,
    is_finished: bool,
}

const LEDGER_COLUMNS: &str =
    "uuid, name, head, height, hash, last_recorded_at, default_currency, default_minimum_balance";

/// Rows of a user's statistics under groupings that are neither shown nor coming. One grouping has few rows a day,
/// and one is given up at a time, so the rows that are kept are skipped quickly.
const OLD_GROUPINGS: [&str; 2] = [
    "DELETE FROM daily_totals WHERE (ledger_id, owner, currency, generation, day, category) IN (
        SELECT d.ledger_id, d.owner, d.currency, d.generation, d.day, d.category
        FROM users u JOIN daily_totals d ON d.ledger_id = u.ledger_id AND d.owner = u.id
        WHERE u.ledger_id = $1 AND u.id = $2 AND d.generation <> u.stats_generation
        AND (u.regroup_generation IS NULL OR d.generation <> u.regroup_generation) LIMIT $3)",
    "DELETE FROM totals WHERE (ledger_id, owner, currency, generation, category) IN (
        SELECT d.ledger_id, d.owner, d.currency, d.generation, d.category
        FROM users u JOIN totals d ON d.ledger_id = u.ledger_id AND d.owner = u.id
        WHERE u.ledger_id = $1 AND u.id = $2 AND d.generation <> u.stats_generation
        AND (u.regroup_generation IS NULL OR d.generation <> u.regroup_generation) LIMIT $3)",
];

impl Txn {
    /// Begins a transaction and locks the ledger's row: from now on no other instance commits to it. On SQLite the
    /// lock is the database's own.
    pub(super) async fn begin(pool: &WritePool, ledger_id: i64) -> Result<(Self, LockedLedger), Failure> {
        match pool {
            WritePool::Postgres(pool) => {
                let mut txn = Self::new(Connection::Postgres(pool.acquire().await?));
                // Both statements in one message: the lock costs no round trip of its own. It is taken before
                // anything is read, since a wait for a lock does not renew the snapshot of its own statement.
                let sql = format!(
                    "BEGIN ISOLATION LEVEL READ COMMITTED; \
                     SELECT {LEDGER_COLUMNS} FROM ledgers WHERE id = {ledger_id} FOR NO KEY UPDATE"
                );
                let Connection::Postgres(connection) = &mut txn.connection else {
                    return Err(Failure::internal("a connection is of another database"));
                };
                let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut **connection).await?;
                let row = rows.into_iter().next().map(Row::Postgres);
                Ok((txn, read_ledger(ledger_id, row)?))
            }
            WritePool::Sqlite(pool) => {
                let mut txn = Self::new(Connection::Sqlite(pool.acquire().await?));
                let Connection::Sqlite(connection) = &mut txn.connection else {
                    return Err(Failure::internal("a connection is of another database"));
                };
                sqlx::query("BEGIN IMMEDIATE").execute(&mut **connection).await?;
                let sql = format!("SELECT {LEDGER_COLUMNS} FROM ledgers WHERE id = $1");
                let query = sqlx::query(AssertSqlSafe(sql)).bind(ledger_id);
                let row = query.fetch_optional(&mut **connection).await?.map(Row::Sqlite);
                Ok((txn, read_ledger(ledger_id, row)?))
            }
        }
    }

    fn new(connection: Connection) -> Self {
        Self {
            connection,
            is_finished: false,
        }
    }

    /// The database's dialect.
    pub(super) fn dialect(&self) -> Dialect {
        match self.connection {
            Connection::Postgres(_) => Dialect::Postgres,
            Connection::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Loads everything that is named.
    pub(super) async fn load(&mut self, ledger_id: i64, names: &Names) -> Result<Vec<Row>, Failure> {
        let dialect = self.dialect();
        let mut rows = self
            .fetch(load::sql(dialect), ledger_id, load::bind_lists(names))
            .await?;
        if names.oldest_key {
            let oldest = self.fetch(load::oldest_key_sql(dialect), ledger_id, Vec::new());
            rows.extend(oldest.await?);
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
        match &mut self.connection {
            Connection::Postgres(connection) => {
                let mut query = sqlx::query(sql).bind(ledger_id);
                for list in &lists {
                    query = list.bind_postgres(query);
                }
                let rows = query.fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
            Connection::Sqlite(connection) => {
                let mut query = sqlx::query(sql).bind(ledger_id);
                for list in &lists {
                    query = list.bind_sqlite(query).map_err(Corrupt::new)?;
                }
                let rows = query.fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
        }
    }

    /// The hash of the ledger's block at `height`.
    pub(super) async fn find_block_hash(&mut self, ledger_id: i64, height: i64) -> Result<Option<Hash>, Failure> {
        const SQL: &str = "SELECT hash FROM blocks WHERE ledger_id = $1 AND height = $2";
        let found: Option<Vec<u8>> = match &mut self.connection {
            Connection::Postgres(connection) => {
                let query = sqlx::query_scalar(SQL).bind(ledger_id).bind(height);
                query.fetch_optional(&mut **connection).await?
            }
            Connection::Sqlite(connection) => {
                let query = sqlx::query_scalar(SQL).bind(ledger_id).bind(height);
                query.fetch_optional(&mut **connection).await?
            }
        };
        Ok(found
            .map(Hash::try_from)
            .transpose()
            .map_err(|_| Corrupt::new("a block's hash has 32 bytes"))?)
    }

    /// Removes statistics of groupings that the user's no longer show, at most `limit` rows a table; whether there
    /// were any.
    pub(super) async fn remove_old_groupings(
        &mut self,
        ledger_id: i64,
        user_id: &str,
        limit: usize,
    ) -> Result<bool, Failure> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut removed = 0_u64;
        for sql in OLD_GROUPINGS {
            removed = removed.saturating_add(match &mut self.connection {
                Connection::Postgres(connection) => {
                    let query = sqlx::query(sql).bind(ledger_id).bind(user_id).bind(limit);
                    query.execute(&mut **connection).await?.rows_affected()
                }
                Connection::Sqlite(connection) => {
                    let query = sqlx::query(sql).bind(ledger_id).bind(user_id).bind(limit);
                    query.execute(&mut **connection).await?.rows_affected()
                }
            });
        }
        Ok(removed > 0)
    }

    /// Writes everything: on PostgreSQL as one statement, so that a batch costs one round trip for it.
    pub(super) async fn save(&mut self, writes: Vec<Write>) -> Result<(), Failure> {
        if writes.is_empty() {
            return Ok(());
        }
        match &mut self.connection {
            Connection::Postgres(connection) => {
                let mut query = sqlx::query(AssertSqlSafe(combined_sql(&writes)));
                for write in &writes {
                    query = write.rows.bind_postgres(query);
                }
                query.execute(&mut **connection).await?;
            }
            Connection::Sqlite(connection) => {
                let mut raised_days = String::new();
                for write in writes {
                    let sql = write.table.sql(Dialect::Sqlite, write.mode, 1);
                    let rows = write.rows.to_json().map_err(Corrupt::new)?;
                    if write.mode == Mode::RaiseDays {
                        raised_days.clone_from(&rows);
                    }
                    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(rows);
                    if write.mode == Mode::RaiseTotals {
                        query = query.bind(std::mem::take(&mut raised_days));
                    }
                    query.execute(&mut **connection).await?;
                }
            }
        }
        Ok(())
    }

    /// Makes everything last, and gives the connection back.
    ///
    /// # Errors
    /// Where the connection fails here, the database may have committed or not.
    pub(super) async fn commit(mut self) -> Result<(), Failure> {
        self.end("COMMIT").await
    }

    /// Undoes everything, and gives the connection back.
    pub(super) async fn rollback(mut self) -> Result<(), Failure> {
        self.end("ROLLBACK").await
    }

    async fn end(&mut self, sql: &'static str) -> Result<(), Failure> {
        match &mut self.connection {
            Connection::Postgres(connection) => {
                sqlx::raw_sql(sql).execute(&mut **connection).await?;
            }
            Connection::Sqlite(connection) => {
                sqlx::query(sql).execute(&mut **connection).await?;
            }
        }
        self.is_finished = true;
        Ok(())
    }
}

impl Drop for Txn {
    fn drop(&mut self) {
        if self.is_finished {
            return;
        }
        match &mut self.connection {
            Connection::Postgres(connection) => connection.close_on_drop(),
            Connection::Sqlite(connection) => connection.close_on_drop(),
        }
    }
}

/// All writes as the parts of one statement. Its text depends on which tables are written, not on how many rows.
fn combined_sql(writes: &[Write]) -> String {
    let mut first = 1;
    let mut parts = Vec::with_capacity(writes.len());
    for (number, write) in writes.iter().enumerate() {
        let part = match write.mode {
            Mode::RaiseDays => RAISED_DAYS.to_owned(),
            _ => format!("write_{number}"),
        };
        parts.push(format!(
            "{part} AS ({})",
            write.table.sql(Dialect::Postgres, write.mode, first)
        ));
        first = first.saturating_add(write.rows.parameters(Dialect::Postgres));
    }
    format!("WITH {} SELECT", parts.join(", "))
}

/// Reads the columns of [`LEDGER_COLUMNS`].
fn read_ledger(id: i64, row: Option<Row>) -> Result<LockedLedger, Failure> {
    let row = row.ok_or_else(|| Corrupt::new(format_args!("there is no ledger {id}")))?;
    let default_currency: String = row.get(6)?;
    let minimum: Option<String> = row.get(7)?;
    let minimum = minimum.as_deref().map(AmountText::parse_signed).transpose();
    let head = row.get(2)?;
    let state = LedgerState {
        id,
        name: row.get(1)?,
        default_currency: Currency::parse(&default_currency).map_err(Corrupt::new)?,
        default_minimum_balance: minimum.map_err(Corrupt::new)?,
        head,
    };
    let hash: Vec<u8> = row.get(4)?;
    let tip = Tip {
        ledger: row.get(0)?,
        height: row.get(3)?,
        head,
        hash: hash
            .try_into()
            .map_err(|_| Corrupt::new("a ledger's hash has 32 bytes"))?,
    };
    Ok(LockedLedger {
        state,
        tip,
        last_recorded_at: Timestamp::from_micros(row.get(5)?),
    })
}
