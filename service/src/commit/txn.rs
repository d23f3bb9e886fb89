//! One transaction of the database, on a connection of the write pool.
//!
//! It is finished or its connection is closed: a connection never goes back to the pool with a transaction open.

use sqlx::AssertSqlSafe;

use super::Corrupt;
use super::failure::Failure;
use super::rows::Dialect;
use super::seal::Tip;
use super::session::Session;
use super::slots::Row;
use super::statement::Statement;
use crate::database::WritePool;
use crate::journal::Hash;
use crate::ledger::{Closing, LedgerSetup, LedgerState};
use crate::query::rows::{self, day_of};
use crate::value::Timestamp;

/// A ledger's row, locked until the transaction ends.
#[derive(Clone, Debug)]
pub(super) struct LockedLedger {
    pub(super) state: LedgerState,
    pub(super) tip: Tip,
    pub(super) last_recorded_at: Timestamp,
}

/// A transaction of the database that holds the lock of one ledger.
pub(super) struct Txn(Session);

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const LEDGER_COLUMNS: &str = "uuid, name, head, height, hash, last_recorded_at, default_currency, default_minimum_balance, closed_through, \
     closing_version, closing_updated_at, closing_position, settings, settings_version, settings_updated_at, settings_position, created_at";

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

impl Session {
    /// Begins a transaction and locks the ledger's row: from now on no other instance commits to it. On SQLite the
    /// lock is the database's own.
    pub(super) async fn begin(mut self, ledger_id: i64) -> Result<(Txn, LockedLedger), Failure> {
        match &mut self {
            // Both statements in one message: the lock costs no round trip of its own. It is taken before anything is
            // read, since a wait for a lock does not renew the snapshot of its own statement.
            Self::Postgres(_) => self.lock(&format!("{BEGIN};"), ledger_id).await,
            Self::Sqlite(writer) => {
                sqlx::query("BEGIN IMMEDIATE").execute(writer.connection()?).await?;
                self.lock("", ledger_id).await
            }
        }
    }

    /// The same, after a statement whose rows nobody else writes. On SQLite nobody can write before the lock.
    pub(super) async fn save_and_begin(
        mut self,
        statement: Statement,
        ledger_id: i64,
    ) -> Result<(Txn, LockedLedger), Failure> {
        let Self::Postgres(writer) = &mut self else {
            return Err(Failure::internal("a file has one writer"));
        };
        sqlx::raw_sql(BEGIN).execute(writer.connection()?).await?;
        self.save(statement).await?;
        self.lock("", ledger_id).await
    }

    /// Locks the ledger's row, on PostgreSQL in one message with what begins the transaction, where nothing did yet.
    async fn lock(mut self, begin: &str, ledger_id: i64) -> Result<(Txn, LockedLedger), Failure> {
        let row = match &mut self {
            Self::Postgres(writer) => {
                let select = format!("SELECT {LEDGER_COLUMNS} FROM ledgers WHERE id = {ledger_id}");
                let query = sqlx::raw_sql(AssertSqlSafe(format!("{begin} {select} FOR NO KEY UPDATE")));
                let rows = query.fetch_all(writer.connection()?).await?;
                rows.into_iter().next().map(Row::Postgres)
            }
            Self::Sqlite(writer) => {
                let select = format!("SELECT {LEDGER_COLUMNS} FROM ledgers WHERE id = $1");
                let query = sqlx::query(AssertSqlSafe(select)).bind(ledger_id);
                query.fetch_optional(writer.connection()?).await?.map(Row::Sqlite)
            }
        };
        Ok((Txn(self), read_ledger(ledger_id, row)?))
    }
}

impl Txn {
    /// Begins a transaction that locks the ledger's row, on a connection of the pool.
    pub(super) async fn begin(pool: &WritePool, ledger_id: i64) -> Result<(Self, LockedLedger), Failure> {
        Session::lend(pool).await?.begin(ledger_id).await
    }

    /// The connection, to read on.
    pub(super) fn session(&mut self) -> &mut Session {
        &mut self.0
    }

    /// The database's dialect.
    pub(super) fn dialect(&self) -> Dialect {
        self.0.dialect()
    }

    /// The hash of the ledger's block at `height`.
    pub(super) async fn maybe_block_hash(&mut self, ledger_id: i64, height: i64) -> Result<Option<Hash>, Failure> {
        const SQL: &str = "SELECT hash FROM blocks WHERE ledger_id = $1 AND height = $2";
        let found: Option<Vec<u8>> = match &mut self.0 {
            Session::Postgres(writer) => {
                let query = sqlx::query_scalar(SQL).bind(ledger_id).bind(height);
                query.fetch_optional(writer.connection()?).await?
            }
            Session::Sqlite(writer) => {
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
                Session::Postgres(writer) => {
                    let query = sqlx::query(sql).bind(ledger_id).bind(user_id).bind(limit);
                    query.execute(writer.connection()?).await?.rows_affected()
                }
                Session::Sqlite(writer) => {
                    let query = sqlx::query(sql).bind(ledger_id).bind(user_id).bind(limit);
                    query.execute(writer.connection()?).await?.rows_affected()
                }
            });
        }
        Ok(removed > 0)
    }

    /// Writes everything.
    pub(super) async fn save(&mut self, statement: Option<Statement>) -> Result<(), Failure> {
        match statement {
            Some(statement) => self.0.save(statement).await,
            None => Ok(()),
        }
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

    async fn end(mut self, sql: &'static str) -> Result<(), Failure> {
        match &mut self.0 {
            Session::Postgres(writer) => {
                sqlx::raw_sql(sql).execute(writer.connection()?).await?;
            }
            Session::Sqlite(writer) => {
                sqlx::query(sql).execute(writer.connection()?).await?;
            }
        }
        self.0.give_back();
        Ok(())
    }
}

/// Reads the columns of [`LEDGER_COLUMNS`].
fn read_ledger(id: i64, row: Option<Row>) -> Result<LockedLedger, Failure> {
    let row = row.ok_or_else(|| Corrupt::new(format_args!("there is no ledger {id}")))?;
    let uuid = row.get(0)?;
    let head = row.get(2)?;
    let created_at = row.get(16)?;
    let setup = LedgerSetup {
        uuid,
        name: row.get(1)?,
        settings: rows::ledger_settings(
            &row.get::<String>(6)?,
            row.get::<Option<String>>(7)?.as_deref(),
            &row.get::<String>(12)?,
        )
        .map_err(Corrupt::new)?,
        version: row.get(13)?,
        created_at: Timestamp::from_micros(created_at),
        updated_at: Timestamp::from_micros(row.get::<Option<i64>>(14)?.unwrap_or(created_at)),
        position: row.get(15)?,
    };
    let state = LedgerState {
        id,
        setup,
        head,
        closing: Closing {
            through: row.get::<Option<i64>>(8)?.map(day_of),
            version: row.get(9)?,
            updated_at: row.get::<Option<i64>>(10)?.map(Timestamp::from_micros),
            position: row.get(11)?,
        },
    };
    let hash: Vec<u8> = row.get(4)?;
    let tip = Tip {
        ledger: uuid,
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
