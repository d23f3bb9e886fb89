//! The connections to the database: pools for reads and for commits, their settings, and what must hold before either
//! is used.
//!
//! Owns no table and knows no rule of the ledger; the one row it makes is the ledger `main` of an empty database.

mod fault;
mod main_ledger;
mod postgres;
mod readers;
mod schema;
mod session;
mod sqlite;
mod view;
mod writers;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migration::{FileLock, SchemaState, Target};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use secrecy::ExposeSecret;
use sqlx::{Postgres, Sqlite};

use crate::{LedgerError, OpenError, Options, Purpose};

pub(crate) use fault::Fault;
pub(crate) use readers::Readers;
pub(crate) use view::View;
pub(crate) use writers::{Writer, Writers};

/// The name of the ledger that every database has.
pub(crate) const MAIN_LEDGER: &str = "main";
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
    fn to_sea_orm(&self) -> DatabaseConnection {
        match self {
            Self::Postgres(writers) => writers.pool().clone().into(),
            Self::Sqlite(writers) => writers.pool().clone().into(),
        }
    }

    fn usage(&self) -> PoolUse {
        match self {
            Self::Postgres(writers) => writers.usage(),
            Self::Sqlite(writers) => writers.usage(),
        }
    }

    async fn close(&self) {
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

/// An open database whose schema is the one this program was built for.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// For reads.
    pub(crate) read: Readers,
    /// For commits.
    pub(crate) write: WritePool,
    /// Keeps other servers and changes of the schema away from a SQLite file.
    _lock: Option<Arc<FileLock>>,
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
        let database = Self {
            read,
            write,
            _lock: lock.map(Arc::new),
        };
        database.prepare(options).await?;
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
        self.write.close().await;
        self.read.close().await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(crate) mod tests {
    use sea_orm::EntityTrait;

    use super::*;

    /// A server's, on a file at `path`.
    pub(crate) fn options(path: &std::path::Path) -> Options {
        Options {
            database_url: format!("sqlite://{}", path.display()).into(),
            batch_max: 500,
            queue_max: 10_000,
            write_pool: 1,
            purpose: Purpose::Serve,
            migrate: true,
            operator_key: None,
            metrics: crate::Metrics::register(&prometheus::Registry::new()).unwrap(),
            regrouping: crate::RegroupingBounds::default(),
            allow_unsafe_postgres: false,
        }
    }

    /// A path in a directory of its own, which is removed when it is dropped.
    pub(crate) struct TempPath(pub(crate) std::path::PathBuf);

    impl TempPath {
        pub(crate) fn new() -> Self {
            let directory = std::env::temp_dir().join(format!("daybook-{}", uuid::Uuid::now_v7()));
            std::fs::create_dir(&directory).unwrap();
            Self(directory.join("test.db"))
        }
    }

    impl Drop for TempPath {
        fn drop(&mut self) {
            let _ = self.0.parent().map(std::fs::remove_dir_all);
        }
    }

    async fn refusal(options: &Options) -> String {
        Database::open(options).await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn a_new_file_gets_its_schema_and_its_ledger_and_keeps_them() {
        let path = TempPath::new();
        let first = Database::open(&options(&path.0)).await.unwrap();
        let made = entity::ledger::Entity::find().all(&first.read).await.unwrap();
        assert_eq!(made.len(), 1);
        first.check_ready().await.unwrap();
        first.close().await;
        drop(first);
        let second = Database::open(&options(&path.0)).await.unwrap();
        assert_eq!(entity::ledger::Entity::find().all(&second.read).await.unwrap(), made);
    }

    #[tokio::test]
    async fn a_served_file_is_refused_to_a_second_server_and_to_a_change_of_its_schema() {
        let path = TempPath::new();
        let _first = Database::open(&options(&path.0)).await.unwrap();
        assert!(refusal(&options(&path.0)).await.contains("is being served"));
        let url = format!("sqlite://{}", path.0.display());
        for action in [
            migration::Action::Up,
            migration::Action::Down { steps: 1 },
            migration::Action::Fresh,
        ] {
            let error = migration::run(&url, action).await.unwrap_err();
            assert!(error.to_string().contains("is being served"), "{action:?}: {error}");
        }
        for purpose in [Purpose::Write, Purpose::Read] {
            let beside = Options {
                purpose,
                ..options(&path.0)
            };
            Database::open(&beside).await.unwrap();
        }
        assert!(migration::run(&url, migration::Action::Status).await.unwrap()[0].applied);
    }

    #[tokio::test]
    async fn only_a_server_makes_a_database() {
        let path = TempPath::new();
        let beside = |purpose| Options {
            purpose,
            ..options(&path.0)
        };
        for purpose in [Purpose::Write, Purpose::Read] {
            assert!(refusal(&beside(purpose)).await.contains("there is no database at"));
        }
        let url = format!("sqlite://{}", path.0.display());
        for action in [migration::Action::Status, migration::Action::Down { steps: 1 }] {
            let error = migration::run(&url, action).await.unwrap_err();
            assert!(error.to_string().contains("there is no database at"), "{error}");
        }
        let folder = path.0.parent().unwrap();
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "nothing was made");

        migration::run(&url, migration::Action::Up).await.unwrap();
        let ledgers = async |purpose| {
            let database = Database::open(&beside(purpose)).await.unwrap();
            entity::ledger::Entity::find().all(&database.read).await.unwrap().len()
        };
        assert_eq!(ledgers(Purpose::Read).await, 0, "whoever reads makes no ledger");
        assert_eq!(ledgers(Purpose::Write).await, 1);
    }

    #[tokio::test]
    async fn readers_cannot_write_and_a_transaction_left_open_does_not_outlive_its_borrower() {
        let path = TempPath::new();
        let database = Database::open(&options(&path.0)).await.unwrap();
        assert!(database.read.execute_unprepared("DELETE FROM ledgers").await.is_err());
        let WritePool::Sqlite(writers) = &database.write else {
            unreachable!("the URL is one of SQLite")
        };
        let mut writer = writers.lend().await.unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE; DELETE FROM ledgers")
            .execute(writer.connection().unwrap())
            .await
            .unwrap();
        drop(writer);
        let mut writer = writers.lend().await.unwrap();
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM ledgers")
            .fetch_one(writer.connection().unwrap())
            .await
            .unwrap();
        assert_eq!(left, 1);
    }

    /// The triggers that keep the journal alone see a row that is replaced only where sessions are told to.
    #[tokio::test]
    async fn the_writer_cannot_replace_what_was_appended() {
        let path = TempPath::new();
        let database = Database::open(&options(&path.0)).await.unwrap();
        let db = database.write.to_sea_orm();
        let block = "INTO blocks VALUES (1, 1, 1, 1, 0, X'00', X'00', X'00')";
        db.execute_unprepared(&format!("INSERT {block}")).await.unwrap();
        for verb in ["INSERT OR REPLACE", "REPLACE"] {
            let refused = db.execute_unprepared(&format!("{verb} {block}")).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{verb}: {refused}");
        }
    }
}
