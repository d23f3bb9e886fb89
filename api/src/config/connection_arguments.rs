//! What people type about callers and their connections: TLS, proxies, limits.

use clap::Args;

/// Who may connect, how, and how much each may ask.
#[derive(Args, Clone, Debug, Default)]
#[command(next_line_help = true)]
pub(crate) struct ConnectionArguments {
    /// File with the certificate and those between it and its authority, in PEM; read again on SIGHUP [default: none]
    #[arg(long, env = "DAYBOOK_TLS_CERT", hide_env_values = true, value_name = "PATH")]
    pub(super) tls_cert: Option<String>,
    /// File with the certificate's private key, in PEM; read again on SIGHUP [default: none]
    #[arg(long, env = "DAYBOOK_TLS_KEY", hide_env_values = true, value_name = "PATH")]
    pub(super) tls_key: Option<String>,
    /// Proxies that are believed whom they ask for: addresses and networks, separated by commas [default: none; behind a proxy, loopback and private networks]
    #[arg(
        long,
        env = "DAYBOOK_TRUSTED_PROXIES",
        hide_env_values = true,
        value_name = "NETWORKS"
    )]
    pub(super) trusted_proxies: Option<String>,
    /// Requests a second of one credential or, without one, of one address, and how many at once: 100, 100/200 or off [default: 1000/2000; off on the loopback interface]
    #[arg(
        long,
        env = "DAYBOOK_RATE_LIMIT",
        hide_env_values = true,
        value_name = "RATE",
        allow_negative_numbers = true
    )]
    pub(super) rate_limit: Option<String>,
    /// Most connections at once; more wait until one ends [default: 25000]
    #[arg(
        long,
        env = "DAYBOOK_CONNECTIONS_MAX",
        hide_env_values = true,
        value_name = "CONNECTIONS",
        allow_negative_numbers = true
    )]
    pub(super) connections_max: Option<String>,
}
