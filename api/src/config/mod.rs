//! The settings of a server: read once, here, from flags and variables; everything else gets values handed in.
//!
//! [`Settings`] is what a server is started with. [`arguments`] is what people type; it is checked as a whole, so that
//! one line names every bad setting.

mod arguments;
mod check;
mod connection_arguments;
mod file_arguments;
mod tenancy_arguments;
#[cfg(test)]
mod tests;
mod token_arguments;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use secrecy::SecretString;
use service::access::IdentityProvider;

use crate::forwarded::Network;
use crate::tls::TlsFiles;

pub(crate) use arguments::{Arguments, Command};
pub use check::SettingsError;
pub(crate) use file_arguments::{ExportArguments, FilterArguments, ImportArguments, VerifyProofArguments};
pub(crate) use tenancy_arguments::{KeyCommand, LedgerCommand, LedgerSettingsArguments};
pub(crate) use token_arguments::TokenKeyCommand;

/// The port of a server that is told of none, on the loopback interface.
const PORT_DEFAULT: u16 = 8000;
/// Most commands of one commit, measured best between 200 and 1,000.
const BATCH_MAX_DEFAULT: usize = 500;
/// Most commands that wait per ledger.
const QUEUE_MAX_DEFAULT: usize = 10_000;
/// The longest that a request may take.
const REQUEST_TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

/// Most connections at once.
const CONNECTIONS_MAX_DEFAULT: usize = 25_000;
/// What one caller may ask where others than this machine can connect: far above what a product's backend needs, far
/// below what keeps the server from answering others.
const RATE_LIMIT_DEFAULT: RateLimit = RateLimit {
    per_second: 1_000,
    burst: 2_000,
};

/// How many requests one caller may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests a second, at least 1.
    pub per_second: u32,
    /// Requests at once after a pause, at least 1.
    pub burst: u32,
}

/// Whether a server may bring an old schema up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// It does so when it starts.
    Auto,
    /// It refuses to start, and says which command mends it.
    Check,
}

/// Who may read `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metrics {
    /// Whoever has a credential.
    On,
    /// Everybody.
    Open,
    /// Nobody: there is no such path.
    Off,
}

/// How log lines are written to standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Which log lines there are, as `RUST_LOG` says; what says nothing, or nothing that is text, is none.
#[expect(
    clippy::disallowed_methods,
    reason = "no flag stands for it, so clap does not read it"
)]
pub(crate) fn log_filter() -> Option<String> {
    // An empty variable is how a compose file leaves a setting alone.
    std::env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty())
}

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `sqlite://PATH` or `postgres://…`.
    pub database_url: SecretString,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The first operator key of an empty database; made where absent.
    pub operator_key: Option<SecretString>,
    /// Most commands of one commit.
    pub batch_max: usize,
    /// Most commands that wait per ledger.
    pub queue_max: usize,
    /// Connections that requests read on; the service has one more.
    pub read_pool: u32,
    /// Connections for commits; SQLite has one.
    pub write_pool: u32,
    /// What to do about an old schema.
    pub migrate: Migrate,
    /// Who may read `/metrics`.
    pub metrics: Metrics,
    /// Origins whose pages may call the API; none: CORS is off.
    pub cors_origins: Vec<String>,
    /// The longest that a request may take, its body included.
    pub request_timeout: Duration,
    /// A proxy in front ends TLS.
    pub behind_proxy: bool,
    /// Proxies that are believed whom they ask for.
    pub trusted_proxies: Vec<Network>,
    /// Certificate and key of the server; without them it speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// How many requests one caller may make; `None`: as many as it likes.
    pub rate_limit: Option<RateLimit>,
    /// Most connections at once; more wait until one ends.
    pub connections_max: usize,
    /// Whose users' tokens are accepted besides our own.
    pub identity_provider: Option<IdentityProvider>,
    /// How long connections are still accepted after `/readyz` has turned.
    pub drain: Duration,
    /// Accept a PostgreSQL that may lose what it acknowledged: for tests alone, and no flag sets it.
    pub allow_unsafe_postgres: bool,
}

impl Settings {
    /// The defaults for the database at `url`.
    #[must_use]
    pub fn for_database(url: &str) -> Self {
        let sqlite = is_sqlite(url);
        Self {
            database_url: SecretString::from(url),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT_DEFAULT)),
            operator_key: None,
            batch_max: BATCH_MAX_DEFAULT,
            queue_max: QUEUE_MAX_DEFAULT,
            read_pool: if sqlite { 4 } else { 8 },
            write_pool: if sqlite { 1 } else { 4 },
            migrate: if sqlite { Migrate::Auto } else { Migrate::Check },
            metrics: Metrics::On,
            cors_origins: Vec::new(),
            request_timeout: REQUEST_TIMEOUT_DEFAULT,
            behind_proxy: false,
            trusted_proxies: Vec::new(),
            tls: None,
            rate_limit: None,
            connections_max: CONNECTIONS_MAX_DEFAULT,
            identity_provider: None,
            drain: Duration::ZERO,
            allow_unsafe_postgres: false,
        }
    }
}

/// Whether `url` names a SQLite file.
fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}
