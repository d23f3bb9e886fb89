//! A running Daybook with a database of its own, as one test sees it.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;

use crate::{Answer, Client, Database, Engine, Proxy, Request, eventually};

/// The operator's key on every server of the suites.
pub const OPERATOR_KEY: &str = "operator-of-the-contract-suite-0123456789";

/// A server that no client holds on to stops within this time.
const STOP_TIME_MAX: Duration = Duration::from_secs(20);

/// Requests that were sent are in the queue within this time.
const QUEUED_TIME_MAX: Duration = Duration::from_secs(4);

type Running = Arc<Mutex<Option<api::Server>>>;

/// Every server that a test has started, to be stopped at its end, and the database to be kept until then.
type Started = Arc<Mutex<Vec<(Running, Arc<Database>)>>>;

/// A Daybook server, its database, and (by `Deref`) a client with the operator's key.
pub struct Book {
    client: Client,
    database: Arc<Database>,
    server: Running,
    started: Started,
}

impl Book {
    pub(crate) async fn open(database: Database, change: impl FnOnce(&mut api::Settings)) -> Self {
        Self::serve(Arc::new(database), Arc::default(), change).await
    }

    async fn serve(database: Arc<Database>, started: Started, change: impl FnOnce(&mut api::Settings)) -> Self {
        let book = Self::try_serve(database, started, change).await;
        book.unwrap_or_else(|error| panic!("the server does not start: {error}"))
    }

    async fn try_serve(
        database: Arc<Database>,
        started: Started,
        change: impl FnOnce(&mut api::Settings),
    ) -> Result<Self, api::StartError> {
        let mut settings = settings(database.url());
        change(&mut settings);
        let server = api::start(settings).await?;
        let client = Client::new(server.address(), Some(OPERATOR_KEY.to_owned()));
        let server = Arc::new(Mutex::new(Some(server)));
        let kept = (Arc::clone(&server), Arc::clone(&database));
        started.lock().expect("no test thread panics here").push(kept);
        Ok(Self {
            client,
            database,
            server,
            started,
        })
    }

    /// One more server on the same database.
    ///
    /// # Errors
    ///
    /// Where it does not start: on SQLite, since the file is being served.
    pub async fn second_server(&self) -> Result<Self, api::StartError> {
        Self::try_serve(Arc::clone(&self.database), Arc::clone(&self.started), |_| ()).await
    }

    /// Another server with other settings, on a fresh database of the same engine.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    pub async fn with_settings(&self, change: impl FnOnce(&mut api::Settings)) -> Self {
        let database = Database::migrated(self.engine())
            .await
            .expect("the engine was there a moment ago");
        Self::serve(Arc::new(database), Arc::clone(&self.started), change).await
    }

    /// Another server, on a fresh PostgreSQL database that it reaches through a proxy.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    pub async fn behind_proxy(&self) -> (Self, Proxy) {
        let database = Database::migrated(self.engine())
            .await
            .expect("the engine was there a moment ago");
        let proxy = Proxy::before(database.url()).await;
        let change = |settings: &mut api::Settings| settings.database_url = proxy.url().into();
        let book = Self::serve(Arc::new(database), Arc::clone(&self.started), change).await;
        (book, proxy)
    }

    /// Another server with other settings, on a database without a single table, which it migrates.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    pub async fn on_empty_database(&self, change: impl FnOnce(&mut api::Settings)) -> Self {
        let database = Database::empty(self.engine())
            .await
            .expect("the engine was there a moment ago");
        let change = |settings: &mut api::Settings| {
            settings.migrate = api::Migrate::Auto;
            change(settings);
        };
        Self::serve(Arc::new(database), Arc::clone(&self.started), change).await
    }

    /// Stops this server and starts another on the same database.
    ///
    /// # Panics
    ///
    /// Where it does not stop or the next does not start.
    pub async fn restarted(&self) -> Self {
        stop(&self.server).await;
        Self::serve(Arc::clone(&self.database), Arc::clone(&self.started), |_| ()).await
    }

    /// Stops this server, and says why another with changed settings does not start on its database.
    ///
    /// # Panics
    ///
    /// Where it does start.
    pub async fn refuses_to_restart(&self, change: impl FnOnce(&mut api::Settings)) -> String {
        stop(&self.server).await;
        match Self::try_serve(Arc::clone(&self.database), Arc::clone(&self.started), change).await {
            Ok(_) => panic!("the server starts"),
            Err(error) => error.to_string(),
        }
    }

    /// Stops this server alone, so that others can have its connections.
    ///
    /// # Panics
    ///
    /// Where it does not stop.
    pub async fn end(self) {
        drop(self.client);
        stop(&self.server).await;
    }

    /// Which database this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.database.engine()
    }

    /// The database below.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// A client with the operator's key, for a task of its own.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Sends a request that must be refused so, and must leave every row of every table as it was.
    ///
    /// # Panics
    ///
    /// Where it is answered otherwise, or left a trace.
    pub async fn refuses(&self, request: Request, code: &str, status: u16) -> Answer {
        self.leaves_no_trace(async || request.await).await.problem(code, status)
    }

    /// Does something that must leave every row of every table as it was.
    ///
    /// # Panics
    ///
    /// Where it left a trace.
    pub async fn leaves_no_trace<T>(&self, action: impl AsyncFnOnce() -> T) -> T {
        let before = self.database.snapshot().await;
        let result = action().await;
        self.database.snapshot().await.assert_same_as(&before);
        result
    }

    /// Waits until at least so many commands wait for a commit.
    ///
    /// # Panics
    ///
    /// Where they do not within a few seconds.
    pub async fn queued(&self, count: u64) {
        let what = format!("{count} commands wait");
        eventually(&what, QUEUED_TIME_MAX, async || {
            let metrics = self.client.get_root("/metrics").await.expect(200);
            let mut samples = metrics.text.lines();
            let waiting = samples.find_map(|line| line.strip_prefix("daybook_queue_commands "));
            let waiting: Option<u64> = waiting.and_then(|waiting| waiting.parse().ok());
            waiting.filter(|waiting| *waiting >= count)
        })
        .await;
    }

    pub(crate) async fn close(self) {
        let started = std::mem::take(&mut *self.started.lock().expect("no test thread panics here"));
        drop(self.client);
        for (server, database) in started {
            stop(&server).await;
            drop(database);
        }
    }
}

async fn stop(server: &Running) {
    let taken = server.lock().expect("no test thread panics here").take();
    if let Some(server) = taken {
        tokio::time::timeout(STOP_TIME_MAX, server.stop())
            .await
            .expect("the server stops");
    }
}

/// The defaults, on a free port of the loopback interface, with the suites' operator key.
pub(crate) fn settings(database_url: &str) -> api::Settings {
    let mut settings = api::Settings::for_database(database_url);
    settings.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    settings.operator_key = Some(SecretString::from(OPERATOR_KEY));
    settings
}

impl Deref for Book {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl fmt::Debug for Book {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Book")
            .field("client", &self.client)
            .field("engine", &self.engine())
            .finish()
    }
}
