//! Text into settings; every bad one is named.

mod callers;

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use migration::{DATABASE_URL_DEFAULT, Target};
use secrecy::{ExposeSecret, SecretString};
use service::access::{IdentityProvider, KeySource};

use super::arguments::{DatabaseArguments, ServeArguments};
use super::token_arguments::ProviderArguments;
use super::{LogFormat, Metrics, Migrate, Settings};
use crate::names;

/// Fewest characters of an operator key that people choose.
const OPERATOR_KEY_CHARS_MIN: usize = 20;
/// Longest setting of a time, an hour.
const TIME_S_MAX: u64 = 3_600;

/// Every bad setting, in one line.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingsError(Vec<String>);

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for SettingsError {}

/// What is wrong so far.
#[derive(Default)]
struct Complaints(Vec<String>);

impl Complaints {
    /// Replaces `setting` by what `text` says, where it says something.
    fn read<T>(
        &mut self,
        flag: &str,
        text: Option<&str>,
        setting: &mut T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) {
        // An empty variable is how a compose file leaves a setting alone.
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
            return;
        };
        match parse(text) {
            Ok(value) => *setting = value,
            Err(expected) => self.0.push(format!("{flag} must be {expected}")),
        }
    }

    fn finish<T>(self, value: T) -> Result<T, SettingsError> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(SettingsError(self.0))
        }
    }
}

pub(super) fn database(arguments: &DatabaseArguments) -> Result<(Settings, LogFormat), SettingsError> {
    let mut complaints = Complaints::default();
    let read = read_database(&mut complaints, arguments);
    complaints.finish(read)
}

pub(super) fn serve(
    database: &DatabaseArguments,
    arguments: &ServeArguments,
) -> Result<(Settings, LogFormat), SettingsError> {
    let mut complaints = Complaints::default();
    let (mut settings, log_format) = read_database(&mut complaints, database);
    let mut read = ServeReader {
        complaints: &mut complaints,
        settings: &mut settings,
    };
    read.read_limits(arguments);
    read.read_access(arguments);
    settings.identity_provider = identity_provider(&mut complaints, &arguments.provider);
    callers::read(&mut complaints, &arguments.connections, &mut settings);
    complaints.finish((settings, log_format))
}

fn read_database(complaints: &mut Complaints, arguments: &DatabaseArguments) -> (Settings, LogFormat) {
    let mut url = DATABASE_URL_DEFAULT.to_owned();
    complaints.read("--database-url", Some(arguments.database_url()), &mut url, database_url);
    let mut log_format = LogFormat::default();
    complaints.read("--log-format", Some(arguments.log_format()), &mut log_format, |text| {
        one_of(text, &[("text", LogFormat::Text), ("json", LogFormat::Json)])
    });
    (Settings::for_database(&url), log_format)
}

struct ServeReader<'a> {
    complaints: &'a mut Complaints,
    settings: &'a mut Settings,
}

impl ServeReader<'_> {
    fn read_limits(&mut self, arguments: &ServeArguments) {
        let (complaints, settings) = (&mut *self.complaints, &mut *self.settings);
        complaints.read(
            "--batch-max",
            arguments.batch_max.as_deref(),
            &mut settings.batch_max,
            |text| number(text, 1..=100_000),
        );
        complaints.read(
            "--queue-max",
            arguments.queue_max.as_deref(),
            &mut settings.queue_max,
            |text| number(text, 1..=10_000_000),
        );
        complaints.read(
            "--read-pool",
            arguments.read_pool.as_deref(),
            &mut settings.read_pool,
            |text| number(text, 1..=1_000),
        );
        complaints.read(
            "--write-pool",
            arguments.write_pool.as_deref(),
            &mut settings.write_pool,
            |text| number(text, 1..=1_000),
        );
        let timeout = arguments.request_timeout_s.as_deref();
        complaints.read("--request-timeout-s", timeout, &mut settings.request_timeout, |text| {
            seconds(text, 1)
        });
        complaints.read("--drain-s", arguments.drain_s.as_deref(), &mut settings.drain, |text| {
            seconds(text, 0)
        });
    }

    fn read_access(&mut self, arguments: &ServeArguments) {
        let (complaints, settings) = (&mut *self.complaints, &mut *self.settings);
        complaints.read("--listen", arguments.listen.as_deref(), &mut settings.listen, address);
        complaints.read(
            "--operator-key",
            arguments.operator_key.as_ref().map(SecretString::expose_secret),
            &mut settings.operator_key,
            operator_key,
        );
        complaints.read(
            "--migrate",
            arguments.migrate.as_deref(),
            &mut settings.migrate,
            |text| one_of(text, &[("auto", Migrate::Auto), ("check", Migrate::Check)]),
        );
        complaints.read(
            "--metrics",
            arguments.metrics.as_deref(),
            &mut settings.metrics,
            |text| {
                one_of(
                    text,
                    &[("on", Metrics::On), ("open", Metrics::Open), ("off", Metrics::Off)],
                )
            },
        );
        complaints.read(
            "--cors-origins",
            arguments.cors_origins.as_deref(),
            &mut settings.cors_origins,
            origins,
        );
        complaints.read(
            "--behind-proxy",
            arguments.behind_proxy.as_deref(),
            &mut settings.behind_proxy,
            |text| one_of(text, &[("true", true), ("false", false)]),
        );
    }
}

/// The identity provider, where one is named: by its keys, its issuer and its audience together.
fn identity_provider(complaints: &mut Complaints, arguments: &ProviderArguments) -> Option<IdentityProvider> {
    let given = |text: Option<&str>| {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let url = arguments.jwks_url.as_ref().map(SecretString::expose_secret);
    let keys = match (given(arguments.jwks_file.as_deref()), given(url)) {
        (Some(_), Some(_)) => {
            complaints
                .0
                .push("--jwks-file and --jwks-url exclude each other".to_owned());
            return None;
        }
        (Some(path), None) => Some(KeySource::File(path.into())),
        (None, Some(url)) if KeySource::is_url(&url) => Some(KeySource::Url(url)),
        (None, Some(_)) => {
            complaints
                .0
                .push("--jwks-url must be https://…, or http://… on this machine".to_owned());
            return None;
        }
        (None, None) => None,
    };
    let issuer = given(arguments.jwt_issuer.as_deref());
    match (keys, issuer, given(arguments.jwt_audience.as_deref())) {
        (None, None, None) => None,
        (Some(keys), Some(issuer), Some(audience)) => Some(IdentityProvider { keys, issuer, audience }),
        _ => {
            let all = "--jwks-file or --jwks-url, --jwt-issuer and --jwt-audience must be given together";
            complaints.0.push(all.to_owned());
            None
        }
    }
}

fn one_of<T: Copy>(text: &str, named: &[(&'static str, T)]) -> Result<T, String> {
    names::find(text, named, |(name, _)| name)
        .map(|(_, value)| value)
        .map_err(|unnamed| unnamed.names.join(" or "))
}

fn number<T: FromStr + PartialOrd + fmt::Display>(text: &str, range: RangeInclusive<T>) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("a number from {} to {}", range.start(), range.end()))
}

fn seconds(text: &str, least: u64) -> Result<Duration, String> {
    number(text, least..=TIME_S_MAX)
        .map(Duration::from_secs)
        .map_err(|expected| format!("{expected} of seconds"))
}

/// What is wrong with it is said without repeating it: it may hold a password.
fn database_url(text: &str) -> Result<String, String> {
    Target::parse(text)
        .map(|_| text.to_owned())
        .map_err(|error| format!("sqlite://PATH or postgres://… ({error})"))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let found = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| "an address and a port, such as 127.0.0.1:8000".to_owned())
}

/// The key itself is not repeated: the line goes to a log.
fn operator_key(text: &str) -> Result<Option<SecretString>, String> {
    let printable = text.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
    if printable && text.len() >= OPERATOR_KEY_CHARS_MIN {
        Ok(Some(SecretString::from(text)))
    } else {
        Err(format!(
            "at least {OPERATOR_KEY_CHARS_MIN} printable characters without spaces"
        ))
    }
}

fn origins(text: &str) -> Result<Vec<String>, String> {
    let origins: Vec<String> = text.split(',').map(|origin| origin.trim().to_owned()).collect();
    if origins.iter().all(|origin| is_origin(origin)) {
        Ok(origins)
    } else {
        Err("origins such as https://shop.example, separated by commas, or *".to_owned())
    }
}

/// Scheme and authority, as a browser sends them: no path, not even a slash.
fn is_origin(text: &str) -> bool {
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = |authority: &str| {
        !authority.is_empty()
            && authority
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"/?#@\\".contains(&byte))
    };
    text == "*" || authority.is_some_and(is_plain)
}
