//! One transaction of the database, on a connection of the write pool.
//!
//! It is finished or its connection is closed: a connection never goes back to the pool with a transaction open, and
//! nothing is tried again on one that has failed.

use sqlx::postgres::PgArguments;
use sqlx::{Arguments, AssertSqlSafe, Postgres, Sqlite};

use super::Corrupt;
use super::failure::Failure;
use super::load;
use super::rows::{Dialect, Rows};
use super::seal::Tip;
use super::slots::Row;
use super::statement::Statement;
use crate::database::{WritePool, Writer};
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
    Postgres(Writer<Postgres>),
    Sqlite(Writer<Sqlite>),
}

/// A transaction of the database that holds the lock of one ledger.
pub(super) struct Txn(Connection);

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
            WritePool::Postgres(writers) => {
                let mut writer = writers.lend().await?;
                // Both statements in one message: the lock costs no round trip of its own. It is taken before
                // anything is read, since a wait for a lock does not renew the snapshot of its own statement.
                let sql = format!(
                    "BEGIN ISOLATION LEVEL READ COMMITTED; \
                     SELECT {LEDGER_COLUMNS} FROM ledgers WHERE id = {ledger_id} FOR NO KEY UPDATE"
                );
                let rows = sqlx::raw_sql(AssertSqlSafe(sql))
                    .fetch_all(writer.connection()?)
                    .await?;
                let row = rows.into_iter().next().map(Row::Postgres);
                Ok((Self(Connection::Postgres(writer)), read_ledger(ledger_id, row)?))
            }
            WritePool::Sqlite(writers) => {
                let mut writer = writers.lend().await?;
                sqlx::query("BEGIN IMMEDIATE").execute(writer.connection()?).await?;
                let sql = format!("SELECT {LEDGER_COLUMNS} FROM ledgers WHERE id = $1");
                let query = sqlx::query(AssertSqlSafe(sql)).bind(ledger_id);
                let row = query.fetch_optional(writer.connection()?).await?.map(Row::Sqlite);
                Ok((Self(Connection::Sqlite(writer)), read_ledger(ledger_id, row)?))
            }
        }
    }

    /// The database's dialect.
    pub(super) fn dialect(&self) -> Dialect {
        match self.0 {
            Connection::Postgres(_) => Dialect::Postgres,
            Connection::Sqlite(_) => Dialect::Sqlite,
        }
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
        Ok(rows)
    }

    /// Runs a statement that reads; its parameters are the ledger and `lists`.
    pub(super) async fn fetch(
        &mut self,
        sql: &'static str,
        ledger_id: i64,
        lists: Vec<Rows>,
    ) -> Result<Vec<Row>, Failure> {
        match &mut self.0 {
            Connection::Postgres(writer) => {
                let mut arguments = PgArguments::default();
                arguments.add(ledger_id).map_err(Corrupt::new)?;
                for list in &lists {
                    list.add_to(&mut arguments)?;
                }
                let rows = sqlx::query_with(sql, arguments).fetch_all(writer.connection()?).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
            Connection::Sqlite(writer) => {
                let mut query = sqlx::query(sql).bind(ledger_id);
                for list in &lists {
                    query = query.bind(list.to_json()?);
                }
                let rows = query.fetch_all(writer.connection()?).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
        }
    }

    /// The hash of the ledger's block at `height`.
    pub(super) async fn find_block_hash(&mut self, ledger_id: i64, height: i64) -> Result<Option<Hash>, Failure> {
        const SQL: &str = "SELECT hash FROM blocks WHERE ledger_id = $1 AND height = $2";
        let found: Option<Vec<u8>> = match &mut self.0 {
            Connection::Postgres(writer) => {
                let query = sqlx::query_scalar(SQL).bind(ledger_id).bind(height);
                query.fetch_optional(writer.connection()?).await?
            }
            Connection::Sqlite(writer) => {
                let query = sqlx::query_scalar(SQL).bind(ledger_id).bind(height);
                query.fetch_optional(writer.connection()?).await?
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
            removed = removed.saturating_add(match &mut self.0 {
                Connection::Postgres(writer) => {
                    let query = sqlx::query(sql).bind(ledger_id).bind(user_id).bind(limit);
                    query.execute(writer.connection()?).await?.rows_affected()
                }
                Connection::Sqlite(writer) => {
                    let query = sqlx::query(sql).bind(ledger_id).bind(user_id).bind(limit);
                    query.execute(writer.connection()?).await?.rows_affected()
                }
            });
        }
        Ok(removed > 0)
    }

    /// Writes everything.
    pub(super) async fn save(&mut self, statement: Option<Statement>) -> Result<(), Failure> {
        let Some(statement) = statement else { return Ok(()) };
        match (&mut self.0, statement) {
            (Connection::Postgres(writer), Statement::Postgres { sql, arguments }) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
                query.execute(writer.connection()?).await?;
            }
            (Connection::Sqlite(writer), Statement::Sqlite(statements)) => {
                for (sql, parameters) in statements {
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

    /// Makes everything last, and gives the connection back.
    ///
    /// # Errors
    /// Where the connection fails here, the database may have committed or not.
    pub(super) async fn commit(self) -> Result<(), Failure> {
        self.end("COMMIT").await
    }

    /// Undoes everything, and gives the connection back.
    pub(super) async fn rollback(self) -> Result<(), Failure> {
        self.end("ROLLBACK").await
    }

    async fn end(self, sql: &'static str) -> Result<(), Failure> {
        match self.0 {
            Connection::Postgres(mut writer) => {
                sqlx::raw_sql(sql).execute(writer.connection()?).await?;
                writer.give_back();
            }
            Connection::Sqlite(mut writer) => {
                sqlx::query(sql).execute(writer.connection()?).await?;
                writer.give_back();
            }
        }
        Ok(())
    }
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
