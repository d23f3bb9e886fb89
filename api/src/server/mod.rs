//! A server from its start to its end.

mod listening;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use prometheus::Registry;
use secrecy::SecretString;
use tokio::task::JoinHandle;

use service::{Daybook, ErasureBounds, LedgerError, OpenError, Options, Purpose, RegroupingBounds};

use crate::compression;
use crate::config::{Migrate, Settings};
use crate::connection::take_turn;
use crate::metrics::HttpMetrics;
use crate::routes;
use crate::state::State;
use crate::tls::{Tls, TlsError};

use listening::{Shares, bind, listen};

/// The longest that queued commands may take to commit once no request runs.
const COMMIT_TIME_MAX: Duration = Duration::from_secs(30);
/// Why a server did not start: one line for an operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The first key cannot be made; or it was, and nobody knows.
    #[error("the first operator key was not made: {0}; `daybook key create --role operator --name NAME` makes one")]
    FirstKey(#[from] LedgerError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A metric cannot be registered.
    #[error("cannot register the metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// A running server.
pub struct Server {
    address: SocketAddr,
    first_key: Option<SecretString>,
    state: Arc<State>,
    tls: Option<Arc<Tls>>,
    handle: ServerHandle,
    running: JoinHandle<std::io::Result<()>>,
    drain: Duration,
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first operator key, where it was made at this start.
    #[must_use]
    pub fn first_key(&self) -> Option<&SecretString> {
        self.first_key.as_ref()
    }

    /// Where it is reached: scheme, address and port.
    #[must_use]
    pub fn origin(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Reads certificate and key again, for connections to come; says whether there are any.
    ///
    /// # Errors
    /// What is wrong with them; those that it has are kept then.
    pub fn reload_tls(&self) -> Result<bool, TlsError> {
        match &self.tls {
            None => Ok(false),
            Some(tls) => tls.reload().map(|()| true),
        }
    }

    /// Waits until it ends by itself, which it should not, and says why.
    pub async fn ended(&mut self) -> String {
        match (&mut self.running).await {
            Ok(Ok(())) => "the server ended by itself".to_owned(),
            Ok(Err(error)) => format!("the server ended by itself: {error}"),
            Err(error) => format!("the server's task ended by itself: {error}"),
        }
    }

    /// Stops: `/readyz` turns at once, connections are accepted for the drain time, running requests finish, queued
    /// commands commit.
    pub async fn stop(self) {
        self.state.begin_stop();
        tokio::time::sleep(self.drain).await;
        self.handle.stop(true).await;
        match self.running.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => log::error!("the server ended badly: {error}"),
            Err(error) => log::error!("the server's task ended badly: {error}"),
        }
        self.state.daybook.shutdown(COMMIT_TIME_MAX).await;
    }
}

/// Opens the database and serves it.
///
/// # Errors
/// One line that says what is wrong; nothing is left running.
pub async fn start(settings: Settings) -> Result<Server, StartError> {
    let cannot_listen = |cause| StartError::Listen {
        address: settings.listen,
        cause,
    };
    let registry = Registry::new();
    let options = options(&settings, &registry, Purpose::Serve)?;
    let metrics = HttpMetrics::register(registry)?;
    let tls = settings.tls.clone().map(Tls::open).transpose()?.map(Arc::new);
    // An address that is taken is mostly found out before the database is touched.
    let socket = bind(settings.listen).map_err(cannot_listen)?;
    let daybook = Daybook::open(options).await?;
    let state = State::new(daybook, metrics, &settings);
    let started = async {
        let shares = Shares {
            readers: settings.read_pool,
            connections: settings.connections_max,
        };
        let (address, run) = listen(socket, &state, tls.clone(), shares).map_err(cannot_listen)?;
        // Last, as its secret is shown once.
        let first_key = state.daybook.make_first_key(settings.operator_key).await?;
        Ok((address, run(), first_key))
    };
    match started.await {
        Ok((address, running, first_key)) => Ok(Server {
            address,
            first_key,
            state,
            tls,
            handle: running.handle(),
            running: tokio::spawn(running),
            drain: settings.drain,
        }),
        Err(error) => {
            state.daybook.shutdown(COMMIT_TIME_MAX).await;
            Err(error)
        }
    }
}

/// How to open the database of `settings` for `purpose`. The service's meters go into `registry`.
///
/// # Errors
/// Those of a registry that has them already.
pub(crate) fn options(
    settings: &Settings,
    registry: &Registry,
    purpose: Purpose,
) -> Result<Options, prometheus::Error> {
    Ok(Options {
        database_url: settings.database_url.clone(),
        batch_max: settings.batch_max,
        queue_max: settings.queue_max,
        write_pool: settings.write_pool,
        purpose,
        migrate: settings.migrate == Migrate::Auto,
        metrics: service::Metrics::register(registry)?,
        identity_provider: settings.identity_provider.clone().filter(|_| purpose == Purpose::Serve),
        regrouping: RegroupingBounds::default(),
        erasure: ErasureBounds::default(),
        allow_unsafe_postgres: settings.allow_unsafe_postgres,
    })
}

/// The application, as production and tests serve it.
pub(crate) fn create_app(
    state: Arc<State>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .wrap(actix_web::middleware::Compress::default())
        .wrap(actix_web::middleware::from_fn(compression::negotiate))
        .wrap(actix_web::middleware::from_fn(take_turn))
        .configure(move |config| routes::configure(config, &state))
}
