//! A server from its start to its end.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, map_config};
use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse, fn_service};
use prometheus::Registry;
use secrecy::SecretString;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use service::{Daybook, LedgerError, OpenError, Options, Purpose, RegroupingBounds};

use crate::compression;
use crate::config::{Migrate, Settings};
use crate::connection::{Connection, take_turn};
use crate::metrics::HttpMetrics;
use crate::routes;
use crate::state::State;

/// The longest that the headers of a request may take: from the connection's beginning, or from their first byte after
/// another request.
const HEADERS_TIME_MAX: Duration = Duration::from_secs(5);
/// The longest that a connection may be idle between two requests.
const IDLE_TIME_MAX: Duration = Duration::from_secs(75);
/// The longest that a connection is still read from after its last answer.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(5);
/// The longest that running requests may take once the server stops, in seconds.
const STOP_TIME_MAX_S: u64 = 30;
/// The longest that queued commands may take to commit once no request runs.
const COMMIT_TIME_MAX: Duration = Duration::from_secs(30);
/// Most connections that one worker serves at once.
const CONNECTIONS_MAX: usize = 25_000;
/// Most connections that wait to be accepted.
const CONNECTIONS_WAITING_MAX: u32 = 1024;

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
    /// A metric cannot be registered.
    #[error("cannot register the metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// A running server.
pub struct Server {
    address: SocketAddr,
    first_key: Option<SecretString>,
    state: Arc<State>,
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
    // An address that is taken is mostly found out before the database is touched.
    let socket = bind(settings.listen).map_err(cannot_listen)?;
    let daybook = Daybook::open(options).await?;
    let state = State::new(daybook, metrics, &settings);
    let started = async {
        let (address, run) = listen(socket, &state, settings.read_pool).map_err(cannot_listen)?;
        // Last, as its secret is shown once.
        let first_key = state.daybook.make_first_key(settings.operator_key).await?;
        Ok((address, run(), first_key))
    };
    match started.await {
        Ok((address, running, first_key)) => Ok(Server {
            address,
            first_key,
            state,
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

fn bind(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Listens on `socket`; says which address it came to where its port was 0, and how the server is run. It is what
/// `actix_web::HttpServer` does, with a [`Connection`] around each stream, and with a part of the `readers` for each
/// thread.
fn listen(
    socket: TcpSocket,
    state: &Arc<State>,
    readers: u32,
) -> std::io::Result<(SocketAddr, impl FnOnce() -> actix_web::dev::Server + use<>)> {
    let listener = socket.listen(CONNECTIONS_WAITING_MAX)?.into_std()?;
    let address = listener.local_addr()?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.min(usize::try_from(readers).unwrap_or(usize::MAX)).max(1);
    let threads_started = Arc::new(AtomicUsize::new(0));
    let builder = actix_web::dev::Server::build()
        .workers(threads)
        .shutdown_timeout(STOP_TIME_MAX_S)
        .max_concurrent_connections(CONNECTIONS_MAX)
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let state = Arc::clone(state);
    let builder = builder.listen("http", listener, move || {
        let stopping = stopping.clone();
        let thread = threads_started.fetch_add(1, Ordering::Relaxed);
        let app = create_app(state.for_thread(share(readers, thread, threads)))
            .into_factory()
            .map_err(|error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            // The connection times every head, this would time the first alone.
            .client_request_timeout(Duration::ZERO)
            .client_disconnect_timeout(CLOSE_TIME_MAX)
            .keep_alive(IDLE_TIME_MAX)
            .local_addr(address)
            .on_connect_ext(Connection::introduce)
            .h1(map_config(app, |()| AppConfig::default()));
        fn_service(accept).and_then(http)
    })?;
    Ok((address, move || builder.run()))
}

/// The part of `readers` that one of the threads has; all parts together are as many.
fn share(readers: u32, thread: usize, threads: usize) -> u32 {
    let readers = usize::try_from(readers).unwrap_or(usize::MAX);
    let place = thread.checked_rem(threads).unwrap_or(0);
    let part = readers.saturating_sub(place).div_ceil(threads.max(1));
    u32::try_from(part).unwrap_or(u32::MAX)
}

/// A connection as it comes in.
async fn accept(stream: TcpStream) -> Result<(Connection<TcpStream>, Option<SocketAddr>), DispatchError> {
    stream.set_nodelay(true).map_err(DispatchError::Io)?;
    let peer = stream.peer_addr().ok();
    Ok((Connection::new(stream, HEADERS_TIME_MAX), peer))
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
        regrouping: RegroupingBounds::default(),
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

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn the_threads_have_all_readers_between_them() {
        for (readers, threads) in [(1, 1), (3, 2), (8, 2), (8, 3), (8, 8)] {
            let parts: Vec<u32> = (0..threads).map(|thread| share(readers, thread, threads)).collect();
            assert_eq!(parts.iter().sum::<u32>(), readers, "{parts:?}");
            assert!(parts.iter().all(|part| *part >= 1), "{parts:?}");
        }
        assert_eq!(
            share(3, 2, 2),
            share(3, 0, 2),
            "a thread that is begun anew has the part of the one before"
        );
    }
}
