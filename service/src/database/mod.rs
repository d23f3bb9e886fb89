//! The connections to the database: pools for reads and for commits, their settings, what must hold before either is
//! used, and the checkpoints of SQLite.
//!
//! Owns no table and knows no rule of the ledger; the one row it makes is the ledger `main` of an empty database.

mod checkpoints;
mod fault;
mod main_ledger;
mod pools;
mod postgres;
mod readers;
mod schema;
mod session;
mod sqlite;
mod view;
mod writers;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::join;
use migration::{FileLock, SchemaState, Target};
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret;

use crate::{LedgerError, OpenError, Options, Purpose};

use checkpoints::Checkpoints;
pub(crate) use fault::Fault;
pub(crate) use pools::{PoolUse, WritePool};
pub(crate) use readers::Readers;
pub(crate) use view::View;
pub(crate) use writers::Writer;

/// The name of the ledger that every database has.
pub(crate) const MAIN_LEDGER: &str = "main";
/// Its number.
pub(crate) const MAIN_LEDGER_ID: i64 = 1;
/// How long a commit waits for a connection.
const WRITE_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read for the service itself; each thread that serves has others.
const OWN_READERS: u32 = 1;
/// A connection that was idle for longer is asked whether it still lives before it is used.
const PING_AFTER_IDLE: Duration = Duration::from_secs(1);
/// How long the database may take to say that it is ready.
const READY_TIMEOUT: Duration = Duration::from_secs(2);
/// A statement that takes longer is logged.
const SLOW_STATEMENT: Duration = Duration::from_secs(1);

/// An open database whose schema is the one this program was built for.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// For reads.
    pub(crate) read: Readers,
    /// For commits.
    pub(crate) write: WritePool,
    /// Of a file that is locked.
    checkpoints: Option<Arc<Checkpoints>>,
    /// Keeps other servers and changes of the schema away from a SQLite file, while it is served.
    lock: Option<Arc<FileLock>>,
}

impl Database {
    /// Connects, and makes what the purpose says or checks that it is there; see [`Purpose`].
    pub(crate) async fn open(options: &Options) -> Result<Self, OpenError> {
        let target = Target::parse(options.database_url.expose_secret())?;
        target.probe().await?;
        let lock = match (&target, options.purpose) {
            (Target::Sqlite(path), Purpose::Serve) => Some(FileLock::acquire(path)?),
            (_, Purpose::Serve) => None,
            (_, Purpose::Write | Purpose::Read) => {
                target.require_file()?;
                None
            }
        };
        let (read, write) = match &target {
            Target::Sqlite(path) => sqlite::open(path, options).await?,
            Target::Postgres { options: server, .. } => postgres::open(server, options).await?,
        };
        let mut database = Self {
            read,
            write,
            checkpoints: None,
            lock: lock.map(Arc::new),
        };
        database.prepare(options).await?;
        if let (Target::Sqlite(path), Some(lock)) = (&target, &database.lock) {
            let options = sqlite::connect_options(path, options.purpose);
            database.checkpoints = Some(Arc::new(Checkpoints::start(options, Arc::clone(lock))));
        }
        Ok(database)
    }

    async fn prepare(&self, options: &Options) -> Result<(), OpenError> {
        let db = self.write.to_sea_orm();
        schema::bring_up_to_date(&db, options).await?;
        match options.purpose {
            Purpose::Serve | Purpose::Write => main_ledger::ensure(&db).await,
            Purpose::Read => Ok(()),
        }
    }

    /// Whether the database answers in time, and its schema is the one this program was built for.
    pub(crate) async fn check_ready(&self) -> Result<(), LedgerError> {
        let check = async {
            self.read.execute_unprepared("SELECT 1").await?;
            migration::check(&self.read)
                .await
                .map_err(|error| LedgerError::Unavailable(error.to_string()))
        };
        match tokio::time::timeout(READY_TIMEOUT, check).await {
            Ok(Ok(SchemaState::Current)) => Ok(()),
            Ok(Ok(_)) => Err(LedgerError::Unavailable(
                "the schema is not the one this program was built for".to_owned(),
            )),
            Ok(Err(error)) => Err(LedgerError::Unavailable(error.to_string())),
            Err(_) => Err(LedgerError::Unavailable(format!(
                "the database gave no answer in {} ms",
                READY_TIMEOUT.as_millis()
            ))),
        }
    }

    /// How both pools are used.
    pub(crate) fn pools(&self) -> [PoolUse; 2] {
        [self.read.usage(), self.write.usage()]
    }

    /// Closes every connection, once what they are doing is done.
    pub(crate) async fn close(&self) {
        let checkpoints = async {
            if let Some(checkpoints) = &self.checkpoints {
                checkpoints.stop().await;
            }
        };
        // The connection that is closed last removes SQLite's log, and of two that close at once neither may find itself
        // alone: the one that writes is closed after all others.
        let ((), ()) = join!(checkpoints, self.read.close());
        self.write.close().await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(crate) mod tests;
