//! How a server listens: the address, the threads, how many connections there are at once and how long each may take.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, map_config};
use actix_web::dev::{AppConfig, Server, fn_service};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpSocket, TcpStream};

use super::create_app;
use crate::connection::{Bounds, Connection, HEAD_BYTES_MAX};
use crate::state::State;
use crate::tls::{Tls, Transport};

/// What a connection may take of the server.
const BOUNDS: Bounds = Bounds {
    head_time_max: Duration::from_secs(5),
    head_bytes_max: HEAD_BYTES_MAX,
    write_time_max: Duration::from_secs(30),
};
/// The longest that a connection may be idle between two requests.
const IDLE_TIME_MAX: Duration = Duration::from_secs(75);
/// The longest that a connection is still read from after its last answer.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(5);
/// The longest that running requests may take once the server stops, in seconds.
const STOP_TIME_MAX_S: u64 = 30;
/// Most connections that wait to be accepted.
const CONNECTIONS_WAITING_MAX: u32 = 1024;
/// Files that a server has open besides its connections: the database's, the log, what the system needs.
const OTHER_FILES_MAX: u64 = 200;

/// How many of what there is to share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    /// Connections to the database that requests read on.
    pub(super) readers: u32,
    /// Connections of clients.
    pub(super) connections: usize,
}

pub(super) fn bind(address: SocketAddr) -> std::io::Result<TcpSocket> {
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
/// `actix_web::HttpServer` does, with a [`Connection`] around each stream, and with a part of the `shares` for each
/// thread.
pub(super) fn listen(
    socket: TcpSocket,
    state: &Arc<State>,
    tls: Option<Arc<Tls>>,
    shares: Shares,
) -> std::io::Result<(SocketAddr, impl FnOnce() -> Server + use<>)> {
    let listener = socket.listen(CONNECTIONS_WAITING_MAX)?.into_std()?;
    let address = listener.local_addr()?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads
        .min(usize::try_from(shares.readers).unwrap_or(usize::MAX))
        .min(shares.connections)
        .max(1);
    let connections = allow_files(shares.connections).checked_div(threads);
    let threads_started = Arc::new(AtomicUsize::new(0));
    let builder = Server::build()
        .workers(threads)
        .shutdown_timeout(STOP_TIME_MAX_S)
        // A thread that has its part takes no more, and what no thread takes waits in the system's queue.
        .max_concurrent_connections(connections.unwrap_or(1).max(1))
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let state = Arc::clone(state);
    let builder = builder.listen("http", listener, move || {
        let stopping = stopping.clone();
        let tls = tls.clone();
        let thread = threads_started.fetch_add(1, Ordering::Relaxed);
        let app = create_app(state.for_thread(share(shares.readers, thread, threads)))
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
        fn_service(move |stream| accept(stream, tls.clone())).and_then(http)
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

/// Lets the process have as many files open as `connections` need, and says how many connections the system allows: one
/// without a file for it could be neither accepted nor refused.
fn allow_files(connections: usize) -> usize {
    let needed = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(OTHER_FILES_MAX);
    let limit = getrlimit(Resource::Nofile);
    let Some(now) = limit.current.filter(|now| *now < needed) else {
        return connections;
    };
    let raised = limit.maximum.map_or(needed, |maximum| needed.min(maximum));
    let wanted = Rlimit {
        current: Some(raised),
        ..limit
    };
    let files = setrlimit(Resource::Nofile, wanted).map_or(now, |()| raised);
    let allowed = usize::try_from(files.saturating_sub(OTHER_FILES_MAX)).unwrap_or(usize::MAX);
    if allowed < connections {
        log::info!(
            "the system allows this process {files} open files: there are {allowed} connections at once, not {connections}"
        );
    }
    allowed.clamp(1, connections.max(1))
}

/// A connection as it comes in.
async fn accept(
    stream: TcpStream,
    tls: Option<Arc<Tls>>,
) -> Result<(Connection<Transport>, Option<SocketAddr>), DispatchError> {
    stream.set_nodelay(true).map_err(DispatchError::Io)?;
    let peer = stream.peer_addr().ok();
    let transport = match tls {
        None => Transport::Plain(stream),
        Some(tls) => tls.accept(stream).await.map_err(DispatchError::Io)?,
    };
    Ok((Connection::new(transport, BOUNDS), peer))
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
