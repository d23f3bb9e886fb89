//! A network between the server and PostgreSQL that does what networks do: it delays, falls silent, breaks, and loses
//! the answer to a `COMMIT`.

use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// `COMMIT` as a message of the protocol: a simple query, its length, and its text with a zero byte.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

/// How much is carried at once.
const CHUNK_BYTES: usize = 16 * 1024;

/// What is lost on the way, and its connection with it if nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A `COMMIT`, before it reaches the database.
    Commit,
    /// The answer to a `COMMIT`, after the database gave it.
    Answer,
    /// The same, but that its connection stays open and silent.
    AnswerUntold,
}

/// What happens to a new connection, and to the bytes of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    Fair,
    /// Every message is late by so much.
    Slow(Duration),
    /// Nothing arrives and nobody is told: what is sent waits.
    Silent,
}

/// A proxy in front of a PostgreSQL server; it and its connections end when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    network: Arc<Network>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Network {
    database: (String, u16),
    weather: watch::Sender<Weather>,
    /// Raised with each cut: whoever sees it change ends.
    cuts: watch::Sender<u64>,
    is_refusing: AtomicBool,
    next_loss: Mutex<Option<NextLoss>>,
    losses: AtomicUsize,
}

#[derive(Clone, Copy, Debug)]
struct NextLoss {
    loss: Loss,
    /// Whether new connections are refused from then on.
    refuses: bool,
}

/// How a connection ended.
enum End {
    /// One of the two said good-bye.
    Orderly,
    /// The network broke.
    Broken,
}

impl Proxy {
    /// A proxy on a free loopback port before the PostgreSQL of this URL.
    ///
    /// # Panics
    ///
    /// Where the URL is none of PostgreSQL, or no port is free.
    pub async fn before(database_url: &str) -> Self {
        let options = PgConnectOptions::from_str(database_url).expect("the URL is one of PostgreSQL");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a loopback port is free");
        let address = listener.local_addr().expect("a listener knows its address");
        let network = Arc::new(Network {
            database: (options.get_host().to_owned(), options.get_port()),
            weather: watch::Sender::new(Weather::Fair),
            cuts: watch::Sender::new(0),
            is_refusing: AtomicBool::new(false),
            next_loss: Mutex::new(None),
            losses: AtomicUsize::new(0),
        });
        Self {
            url: url_at(options, address),
            accepting: tokio::spawn(accept(listener, Arc::clone(&network))),
            network,
        }
    }

    /// The database's URL by way of this proxy.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on every message is late by `delay`.
    pub fn slow(&self, delay: Duration) {
        self.network.weather.send_replace(Weather::Slow(delay));
    }

    /// From now on nothing arrives, and no connection ends.
    pub fn fall_silent(&self) {
        self.network.weather.send_replace(Weather::Silent);
    }

    /// Resets every connection, on both sides.
    pub fn cut(&self) {
        self.network.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// From now on every new connection is reset.
    pub fn refuse(&self) {
        self.network.is_refusing.store(true, Ordering::SeqCst);
    }

    /// From now on everything is carried at once again; what waited arrives.
    pub fn recover(&self) {
        self.network.is_refusing.store(false, Ordering::SeqCst);
        self.network.weather.send_replace(Weather::Fair);
    }

    /// Brings about `loss` at the next `COMMIT`. The server can connect anew.
    pub fn lose_next(&self, loss: Loss) {
        self.set_next_loss(NextLoss { loss, refuses: false });
    }

    /// Brings about `loss` at the next `COMMIT`, and with it the whole network: every connection is reset, and new ones are
    /// refused.
    pub fn lose_next_and_refuse(&self, loss: Loss) {
        self.set_next_loss(NextLoss { loss, refuses: true });
    }

    /// How often something was lost as ordered.
    #[must_use]
    pub fn losses(&self) -> usize {
        self.network.losses.load(Ordering::SeqCst)
    }

    fn set_next_loss(&self, next: NextLoss) {
        *self.network.next_loss.lock().expect("nobody panics with this lock") = Some(next);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

/// The URL with the proxy's address; without TLS, so that the proxy can read along.
fn url_at(options: PgConnectOptions, address: SocketAddr) -> String {
    options
        .host(&address.ip().to_string())
        .port(address.port())
        .ssl_mode(PgSslMode::Disable)
        .to_url_lossy()
        .to_string()
}

async fn accept(listener: TcpListener, network: Arc<Network>) {
    while let Ok((client, _)) = listener.accept().await {
        if network.is_refusing.load(Ordering::SeqCst) {
            // Where it cannot be reset it is closed, which refuses it as well.
            let _ = client.set_zero_linger();
        } else {
            let cuts = network.cuts.subscribe();
            tokio::spawn(carry(client, cuts, Arc::clone(&network)));
        }
    }
}

/// Carries one connection to its end.
async fn carry(mut client: TcpStream, mut cuts: watch::Receiver<u64>, network: Arc<Network>) {
    network.wait_for_weather().await;
    let Ok(mut server) = TcpStream::connect(&network.database).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let lost_answer = OnceLock::new();
    let end = {
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        tokio::select! {
            end = network.carry_requests(from_client, to_server, &lost_answer) => end,
            end = network.carry_answers(from_server, to_client, &lost_answer) => end,
            _ = cuts.changed() => End::Broken,
        }
    };
    if matches!(end, End::Broken) {
        // Who has gone already needs no reset.
        let _ = (client.set_zero_linger(), server.set_zero_linger());
    }
}

impl Network {
    async fn wait_for_weather(&self) {
        let mut weather = self.weather.subscribe();
        // The sender lives as long as the network.
        let passable = weather.wait_for(|weather| *weather != Weather::Silent).await;
        let delay = match passable.map(|weather| *weather) {
            Ok(Weather::Slow(delay)) => delay,
            _ => return,
        };
        tokio::time::sleep(delay).await;
    }

    async fn carry_requests(&self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, lost_answer: &OnceLock<Loss>) -> End {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let Some(count) = read(&mut from, &mut chunk).await else {
                return End::Orderly;
            };
            self.wait_for_weather().await;
            let is_commit = chunk[..count].windows(COMMIT.len()).any(|window| window == COMMIT);
            if is_commit && let Some(next) = self.take_next_loss() {
                if next.refuses {
                    self.is_refusing.store(true, Ordering::SeqCst);
                }
                if next.loss == Loss::Commit {
                    return self.lose();
                }
                let _ = lost_answer.set(next.loss);
            }
            if to.write_all(&chunk[..count]).await.is_err() {
                return End::Orderly;
            }
        }
    }

    async fn carry_answers(&self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, lost_answer: &OnceLock<Loss>) -> End {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let Some(count) = read(&mut from, &mut chunk).await else {
                return End::Orderly;
            };
            if let Some(loss) = lost_answer.get() {
                let broken = self.lose();
                if *loss == Loss::AnswerUntold {
                    std::future::pending::<()>().await;
                }
                return broken;
            }
            self.wait_for_weather().await;
            if to.write_all(&chunk[..count]).await.is_err() {
                return End::Orderly;
            }
        }
    }

    fn take_next_loss(&self) -> Option<NextLoss> {
        self.next_loss.lock().expect("nobody panics with this lock").take()
    }

    fn lose(&self) -> End {
        if self.is_refusing.load(Ordering::SeqCst) {
            self.cuts.send_modify(|cuts| *cuts += 1);
        }
        self.losses.fetch_add(1, Ordering::SeqCst);
        End::Broken
    }
}

/// How many bytes came; none at the end of the connection.
async fn read(from: &mut ReadHalf<'_>, chunk: &mut [u8]) -> Option<usize> {
    from.read(chunk).await.ok().filter(|count| *count > 0)
}
