//! Where an identity provider's keys are read: bounded in bytes and in time.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Client, Url, redirect};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncReadExt;

use super::{FILE_PERIOD, KeySource, URL_PERIOD};

/// Most bytes of a JWK Set.
const BYTES_MAX: usize = 256 * 1024;
/// How long an answer may take, in all.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// Where keys are read; in no `Debug`, as an address may carry a credential.
pub(super) enum Source {
    File(PathBuf),
    Url(Client, Url),
}

impl Source {
    /// # Errors
    /// One line that says what is wrong.
    pub(super) fn new(source: &KeySource) -> Result<Self, String> {
        match source {
            KeySource::File(path) => Ok(Self::File(path.clone())),
            KeySource::Url(text) => {
                let url = parse_url(text).ok_or("the URL is neither https nor one of this machine")?;
                Ok(Self::Url(client(&url)?, url))
            }
        }
    }

    /// How old keys may be before they are read again.
    pub(super) fn period(&self) -> Duration {
        match self {
            Self::File(_) => FILE_PERIOD,
            Self::Url(..) => URL_PERIOD,
        }
    }

    /// The text of the keys.
    ///
    /// # Errors
    /// One line that says what is wrong.
    pub(super) async fn read(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::File(path) => {
                let told = |error: std::io::Error| error.to_string();
                let file = tokio::fs::File::open(path).await.map_err(told)?;
                let most = u64::try_from(BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
                let mut text = Vec::new();
                file.take(most).read_to_end(&mut text).await.map_err(told)?;
                within_bounds(text)
            }
            Self::Url(client, url) => fetch(client, url.clone()).await,
        }
    }
}

async fn fetch(client: &Client, url: Url) -> Result<Vec<u8>, String> {
    // Without its address, which may carry a credential.
    let told = |error: reqwest::Error| with_causes(&error.without_url());
    let mut response = client.get(url).send().await.map_err(told)?;
    if response.status().as_u16() != 200 {
        return Err(format!("the answer has the status {}", response.status().as_u16()));
    }
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(told)? {
        text.extend_from_slice(&chunk);
        if text.len() > BYTES_MAX {
            break;
        }
    }
    within_bounds(text)
}

/// What is wrong, and why: the outermost error says no more than that there is one.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

fn within_bounds(text: Vec<u8>) -> Result<Vec<u8>, String> {
    if text.len() > BYTES_MAX {
        return Err(format!("there are more than {BYTES_MAX} bytes"));
    }
    Ok(text)
}

/// The URL, where keys may be fetched from it.
pub(super) fn parse_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    let is_local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => Some(url),
        "http" if is_local => Some(url),
        _ => None,
    }
}

/// Certificates are those that browsers trust; a redirection is not followed, wherever it leads. What is not encrypted stays
/// on this machine, and so goes through no proxy that the environment names.
fn client(url: &Url) -> Result<Client, String> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let tls = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut client = Client::builder();
    if url.scheme() == "http" {
        client = client.no_proxy();
    }
    client
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .timeout(FETCH_TIMEOUT)
        .build()
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fetched_over_https_or_from_the_machine_itself() {
        for text in [
            "https://id.example/jwks",
            "http://localhost:9/jwks",
            "http://127.0.0.1/jwks",
            "http://[::1]:80/jwks",
        ] {
            assert!(parse_url(text).is_some(), "{text}");
        }
        for text in [
            "http://id.example/jwks",
            "http://localhost.evil.example/",
            "http://127.0.0.1.evil.example/",
            "ftp://localhost/",
            "file:///etc/passwd",
            "id.example",
            "",
        ] {
            assert!(parse_url(text).is_none(), "{text}");
        }
    }
}
