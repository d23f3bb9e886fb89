//! A database for one test, and a look into it that knows none of its tables by name.

mod cluster;
mod postgres;
mod snapshot;
mod sqlite;
mod template;

use std::time::Duration;

use uuid::Uuid;

pub use snapshot::Snapshot;

/// How long the connections of a check may take to close.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(5);

/// The two databases that Daybook runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in a folder of its own.
    Sqlite,
    /// A database of its own on a shared server.
    Postgres,
}

impl Engine {
    /// Bytes as they are written in a statement.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::Sqlite => format!("X'{digits}'"),
            Self::Postgres => format!("'\\x{digits}'::bytea"),
        }
    }

    /// A UUID as it is written in a statement.
    #[must_use]
    pub fn uuid(self, id: Uuid) -> String {
        match self {
            Self::Sqlite => self.bytes(id.as_bytes()),
            Self::Postgres => format!("'{id}'::uuid"),
        }
    }
}

/// A database that is removed when this is dropped.
#[derive(Debug)]
pub struct Database {
    place: Place,
}

#[derive(Debug)]
enum Place {
    Sqlite(sqlite::File),
    Postgres(postgres::Copy),
}

/// A session that keeps everybody else from writing until it is dropped.
#[derive(Debug)]
#[must_use = "writing is blocked until this is dropped"]
pub struct WriteBlock {
    #[expect(dead_code, reason = "its connection holds the lock; dropping it gives the lock back")]
    session: Session,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held, not used")]
enum Session {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
}

impl Database {
    /// A database with the present schema, the ledger `main` and the suites' operator key: a copy of a template that
    /// the first test made. None where there is no PostgreSQL to be had, which is said on standard error.
    pub async fn migrated(engine: Engine) -> Option<Self> {
        let place = match engine {
            Engine::Sqlite => Place::Sqlite(sqlite::File::from_template()),
            Engine::Postgres => Place::Postgres(postgres::server()?.copy_of_template().await),
        };
        Some(Self { place })
    }

    /// A database without a table.
    pub(crate) async fn empty(engine: Engine) -> Option<Self> {
        let place = match engine {
            Engine::Sqlite => Place::Sqlite(sqlite::File::absent()),
            Engine::Postgres => Place::Postgres(postgres::server()?.empty().await),
        };
        Some(Self { place })
    }

    /// Another database of `engine` without a table, for a test that starts servers itself. None as for a test.
    pub async fn without_tables(engine: Engine) -> Option<Self> {
        Self::empty(engine).await
    }

    /// Which database this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.place {
            Place::Sqlite(_) => Engine::Sqlite,
            Place::Postgres(_) => Engine::Postgres,
        }
    }

    /// What a server is told as `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> &str {
        match &self.place {
            Place::Sqlite(file) => file.url(),
            Place::Postgres(copy) => copy.url(),
        }
    }

    /// The same, over TLS where the server of PostgreSQL speaks it; the throw-away one does.
    #[must_use]
    pub fn url_preferring_tls(&self) -> String {
        match &self.place {
            Place::Sqlite(file) => file.url().to_owned(),
            Place::Postgres(copy) => copy.url_preferring_tls(),
        }
    }

    /// Every row of every table.
    pub async fn snapshot(&self) -> Snapshot {
        let tables = match &self.place {
            Place::Sqlite(file) => file.rows().await,
            Place::Postgres(copy) => copy.rows().await,
        };
        assert!(!tables.is_empty(), "the catalogue names no table");
        Snapshot { tables }
    }

    /// Checks every invariant of every ledger, whether or not the database is being served.
    ///
    /// # Panics
    ///
    /// Where one does not hold; the message names them.
    pub async fn verify(&self) {
        let options = service::Options {
            database_url: self.url().into(),
            batch_max: 1,
            queue_max: 1,
            write_pool: 1,
            purpose: service::Purpose::Read,
            migrate: false,
            metrics: service::Metrics::register(&prometheus::Registry::new()).expect("the registry is empty"),
            identity_provider: None,
            regrouping: service::RegroupingBounds::default(),
            erasure: service::ErasureBounds::default(),
            allow_unsafe_postgres: true,
        };
        let daybook = service::Daybook::open(options).await.expect("the database opens");
        let report = daybook.verify(None).await.expect("the database answers");
        daybook.shutdown(CLOSE_TIME_MAX).await;
        assert!(!report.ledgers.is_empty(), "no ledger was checked");
        assert!(
            report.is_ok(),
            "{} failures: {:#?}",
            report.failure_count,
            report.failures
        );
    }

    /// Keeps the server from writing, as a stuck session of somebody else would. Reading goes on.
    pub async fn block_writes(&self) -> WriteBlock {
        let session = match &self.place {
            Place::Sqlite(file) => Session::Sqlite(file.block_writes().await),
            Place::Postgres(copy) => Session::Postgres(copy.block_writes().await),
        };
        WriteBlock { session }
    }

    /// Does what no server would do, and says to how many rows.
    ///
    /// # Panics
    ///
    /// Where the database refuses it.
    pub async fn execute(&self, statement: &str) -> u64 {
        let outcome = self.try_execute(statement).await;
        outcome.unwrap_or_else(|error| panic!("{statement}: {error}"))
    }

    /// Tries to do what no server would do, in a session like a server's, and says to how many rows.
    ///
    /// # Errors
    ///
    /// What the database says where it refuses.
    pub async fn try_execute(&self, statement: &str) -> Result<u64, String> {
        let outcome = match &self.place {
            Place::Sqlite(file) => file.execute(statement).await,
            Place::Postgres(copy) => copy.execute(statement).await,
        };
        outcome.map_err(|error| error.to_string())
    }

    /// The one column of text that a query yields.
    ///
    /// # Panics
    ///
    /// Where the database refuses it.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let outcome = match &self.place {
            Place::Sqlite(file) => file.texts(query).await,
            Place::Postgres(copy) => copy.texts(query).await,
        };
        outcome.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// The one number that a query yields.
    pub async fn number(&self, query: &str) -> u64 {
        let number = match &self.place {
            Place::Sqlite(file) => file.number(query).await,
            Place::Postgres(copy) => copy.number(query).await,
        };
        u64::try_from(number).expect("a count is not negative")
    }

    /// Takes every table out of the server's sight, so that whatever it asks fails for a reason of ours.
    pub async fn hide_tables(&self) {
        match &self.place {
            Place::Sqlite(file) => file.hide_tables().await,
            Place::Postgres(copy) => copy.hide_tables().await,
        }
    }
}

/// Runs something asynchronous to its end from anywhere, also from within a runtime.
fn block_on_elsewhere<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a tokio runtime starts");
            runtime.block_on(work())
        });
        thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause))
    })
}
