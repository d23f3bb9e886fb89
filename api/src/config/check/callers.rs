//! Settings about callers and their connections.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Complaints, number};
use crate::config::connection_arguments::ConnectionArguments;
use crate::config::{RATE_LIMIT_DEFAULT, RateLimit, Settings};
use crate::forwarded::Network;
use crate::tls::TlsFiles;

/// Highest rate and burst.
const RATE_MAX: u32 = 1_000_000;
/// Most connections that can be allowed.
const CONNECTIONS_MAX_MAX: usize = 1_000_000;

/// Reads them into `settings`, which has its address and what is said about a proxy already.
pub(super) fn read(complaints: &mut Complaints, arguments: &ConnectionArguments, settings: &mut Settings) {
    if settings.behind_proxy {
        settings.trusted_proxies = Network::private();
    }
    complaints.read(
        "--trusted-proxies",
        arguments.trusted_proxies.as_deref(),
        &mut settings.trusted_proxies,
        networks,
    );
    settings.rate_limit = (!is_loopback(settings.listen)).then_some(RATE_LIMIT_DEFAULT);
    complaints.read(
        "--rate-limit",
        arguments.rate_limit.as_deref(),
        &mut settings.rate_limit,
        rate_limit,
    );
    complaints.read(
        "--connections-max",
        arguments.connections_max.as_deref(),
        &mut settings.connections_max,
        |text| number(text, 1..=CONNECTIONS_MAX_MAX),
    );
    read_tls(complaints, arguments, settings);
}

fn read_tls(complaints: &mut Complaints, arguments: &ConnectionArguments, settings: &mut Settings) {
    let (mut cert, mut key) = (None, None);
    let path = |text: &str| Ok(Some(PathBuf::from(text)));
    complaints.read("--tls-cert", arguments.tls_cert.as_deref(), &mut cert, path);
    complaints.read("--tls-key", arguments.tls_key.as_deref(), &mut key, path);
    let is_asked_for = cert.is_some() || key.is_some();
    match (cert, key) {
        (Some(cert), Some(key)) => {
            let files = TlsFiles { cert, key };
            complaints.0.extend(files.faults().iter().map(ToString::to_string));
            settings.tls = Some(files);
        }
        (None, None) => {}
        _ => complaints
            .0
            .push("--tls-cert and --tls-key must be given together".to_owned()),
    }
    if !is_loopback(settings.listen) && !is_asked_for && !settings.behind_proxy {
        complaints.0.push(format!(
            "--listen must be a loopback address, since keys would travel to {} unencrypted: set --tls-cert and \
             --tls-key, or DAYBOOK_BEHIND_PROXY=true where a proxy in front ends TLS",
            settings.listen
        ));
    }
}

/// Whether only this machine can connect.
fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

fn networks(text: &str) -> Result<Vec<Network>, String> {
    let networks: Result<_, _> = text.split(',').map(|network| network.trim().parse()).collect();
    networks.map_err(|_| "addresses and networks such as 192.0.2.7, 10.0.0.0/8, separated by commas".to_owned())
}

fn rate_limit(text: &str) -> Result<Option<RateLimit>, String> {
    if text == "off" {
        return Ok(None);
    }
    let part = |text: &str| number(text, 1..=RATE_MAX).ok();
    let (per_second, burst) = text.split_once('/').unwrap_or((text, text));
    match (part(per_second), part(burst)) {
        (Some(per_second), Some(burst)) => Ok(Some(RateLimit { per_second, burst })),
        _ => Err(format!(
            "requests a second, and after a slash how many at once, such as 100 or 100/200, each from 1 to {RATE_MAX}, or off"
        )),
    }
}
