//! The history of the database's schema, and what changes it: [`up`], [`down`], [`fresh`].
//!
//! A change happens whole or not at all, on both databases: everything that one call does is one transaction, so that
//! a process killed half way leaves what was there before. On PostgreSQL an advisory lock of that transaction keeps
//! two instances apart; on SQLite the [`FileLock`] of whoever serves the file does.
//!
//! Depends on nothing of ours; what the tables mean is said in the service.

mod command;
mod dialect;
mod lock;
mod m20260101_000001_create_ledger;
mod m20261128_000002_refunds_and_currencies;
mod m20261128_000003_holds;
mod m20261128_000004_closing;
mod m20261129_000005_limits;
mod m20261129_000006_ledger_settings;
mod m20261129_000007_token_keys;
mod m20261129_000008_erasure;
mod target;

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait, QueryOrder, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::seaql_migrations;

pub use command::{Action, run};
pub use lock::FileLock;
pub use target::{DATABASE_URL_DEFAULT, Target};

/// Where the migrations that were applied are written down.
const HISTORY_TABLE: &str = "seaql_migrations";
/// The first word of the names of Daybook's sessions on PostgreSQL.
pub const SESSION_NAME: &str = "daybook";
/// Taken by every change of the schema on PostgreSQL: "daybook" in ASCII.
const ADVISORY_LOCK: i64 = 0x0064_6179_626f_6f6b;
/// How long a change waits for another one, or for a server's statement, to end.
const LOCK_TIMEOUT_MS: u32 = 60_000;
/// How long the sessions of a server that has just ended may take to end.
const SERVER_END_TIME_MAX: Duration = Duration::from_secs(2);

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260101_000001_create_ledger::Migration),
            Box::new(m20261128_000002_refunds_and_currencies::Migration),
            Box::new(m20261128_000003_holds::Migration),
            Box::new(m20261128_000004_closing::Migration),
            Box::new(m20261129_000005_limits::Migration),
            Box::new(m20261129_000006_ledger_settings::Migration),
            Box::new(m20261129_000007_token_keys::Migration),
            Box::new(m20261129_000008_erasure::Migration),
        ]
    }
}

/// Why a schema was not read or not changed: one line for an operator, without a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError(String);

impl SchemaError {
    fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for SchemaError {}

impl From<DbErr> for SchemaError {
    fn from(error: DbErr) -> Self {
        Self(error.to_string().lines().collect::<Vec<_>>().join(" "))
    }
}

/// A migration, and whether the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationState {
    /// The migration's name.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

impl fmt::Display for MigrationState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.applied { "applied" } else { "pending" };
        write!(formatter, "{state}  {}", self.name)
    }
}

/// How a database's schema stands to this program; [`fmt::Display`] says what mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// The schema is the one this program was built for.
    Current,
    /// These migrations are to be applied.
    Behind(Vec<String>),
    /// A newer program applied these, which this one does not know.
    Ahead(Vec<String>),
}

impl fmt::Display for SchemaState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => formatter.write_str("the schema is the one that this program was built for"),
            Self::Behind(pending) => write!(
                formatter,
                "the schema of the database lacks {}: run `daybook migrate up`",
                pending.join(", ")
            ),
            Self::Ahead(unknown) => write!(
                formatter,
                "this program is too old for the database, whose schema has {}: run a newer one",
                unknown.join(", ")
            ),
        }
    }
}

/// Every migration that this program knows, oldest first, and then those that only the database knows. Changes
/// nothing.
///
/// # Errors
/// Those of a database that does not answer.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<MigrationState>, SchemaError> {
    let applied = applied_migrations(db).await?;
    let known = known_migrations();
    let of_program = known.iter().map(|name| MigrationState {
        name: name.clone(),
        applied: applied.contains(name),
    });
    let of_database = applied.difference(&known).map(|name| MigrationState {
        name: name.clone(),
        applied: true,
    });
    Ok(of_program.chain(of_database).collect())
}

/// How the schema stands to this program. Changes nothing.
///
/// # Errors
/// Those of a database that does not answer.
pub async fn check(db: &impl ConnectionTrait) -> Result<SchemaState, SchemaError> {
    let applied = applied_migrations(db).await?;
    let known = known_migrations();
    let unknown: Vec<String> = applied.difference(&known).cloned().collect();
    if !unknown.is_empty() {
        return Ok(SchemaState::Ahead(unknown));
    }
    let pending: Vec<String> = known.difference(&applied).cloned().collect();
    Ok(if pending.is_empty() {
        SchemaState::Current
    } else {
        SchemaState::Behind(pending)
    })
}

/// Applies every migration that is missing.
///
/// # Errors
/// Those of the database, which is left as it was; a schema that is newer than this program.
pub async fn up(db: &DatabaseConnection) -> Result<(), SchemaError> {
    let txn = begin_alone(db).await?;
    Migrator::up(&txn, None).await?;
    Ok(txn.commit().await?)
}

/// Takes back the `steps` newest migrations, with everything that their tables hold.
///
/// # Errors
/// As [`up`]; a database of PostgreSQL that is being served.
pub async fn down(db: &DatabaseConnection, steps: u32) -> Result<(), SchemaError> {
    let txn = begin_alone(db).await?;
    refuse_served(&txn).await?;
    Migrator::down(&txn, Some(steps)).await?;
    refuse_served(&txn).await?;
    Ok(txn.commit().await?)
}

/// Takes back every migration, with everything that their tables hold, and makes the schema anew. Tables of others stay.
///
/// # Errors
/// As [`down`].
pub async fn fresh(db: &DatabaseConnection) -> Result<(), SchemaError> {
    let txn = begin_alone(db).await?;
    refuse_served(&txn).await?;
    // No row is kept, so none may keep a migration from being taken back.
    if !Migrator::get_applied_migrations(&txn).await?.is_empty() {
        txn.execute_unprepared("DELETE FROM transactions").await?;
        txn.execute_unprepared("DELETE FROM users").await?;
    }
    Migrator::refresh(&txn).await?;
    refuse_served(&txn).await?;
    Ok(txn.commit().await?)
}

/// Refuses to take anything from under a server. A file of SQLite has its lock; at PostgreSQL sessions have names, and
/// a server that connects meanwhile is seen by the second look.
async fn refuse_served(txn: &DatabaseTransaction) -> Result<(), SchemaError> {
    if txn.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let sql = format!(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
         AND starts_with(application_name, '{SESSION_NAME} ')"
    );
    let begun = Instant::now();
    loop {
        // What a transaction sees of the sessions stays as it was first seen.
        txn.execute_unprepared("SELECT pg_stat_clear_snapshot()").await?;
        let served = Statement::from_string(DbBackend::Postgres, &sql);
        if txn.query_one_raw(served).await?.is_none() {
            return Ok(());
        }
        if begun.elapsed() > SERVER_END_TIME_MAX {
            return Err(SchemaError::new(
                "the database is being served, or checked: stop every `daybook` on it first",
            ));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Begins the one transaction of a change, once no other process is changing the schema, unless a newer program did.
async fn begin_alone(db: &DatabaseConnection) -> Result<DatabaseTransaction, SchemaError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let txn = db.begin_with_options(options).await?;
    if txn.get_database_backend() == DbBackend::Postgres {
        let settings = format!("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}");
        txn.execute_unprepared(&settings).await?;
        let lock = format!("SELECT pg_advisory_xact_lock({ADVISORY_LOCK})");
        txn.execute_unprepared(&lock).await?;
    }
    match check(&txn).await? {
        ahead @ SchemaState::Ahead(_) => Err(SchemaError::new(ahead.to_string())),
        SchemaState::Current | SchemaState::Behind(_) => Ok(txn),
    }
}

fn known_migrations() -> BTreeSet<String> {
    Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}

async fn applied_migrations(db: &impl ConnectionTrait) -> Result<BTreeSet<String>, DbErr> {
    if !has_table(db, HISTORY_TABLE).await? {
        return Ok(BTreeSet::new());
    }
    let rows = seaql_migrations::Entity::find()
        .order_by_asc(seaql_migrations::Column::Version)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

async fn has_table(db: &impl ConnectionTrait, name: &str) -> Result<bool, DbErr> {
    let backend = db.get_database_backend();
    let catalogue = match backend {
        DbBackend::Postgres => "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1",
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
    };
    let row = db.query_one_raw(Statement::from_sql_and_values(backend, catalogue, [name.into()]));
    Ok(row.await?.is_some())
}
