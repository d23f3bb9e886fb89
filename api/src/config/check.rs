//! Text into settings; every bad one is named.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

use super::arguments::{DatabaseArguments, ServeArguments};
use super::{LogFormat, Metrics, Migrate, Settings};

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
    complaints.finish((settings, log_format))
}

fn read_database(complaints: &mut Complaints, arguments: &DatabaseArguments) -> (Settings, LogFormat) {
    let url = arguments.database_url().trim();
    let known = ["sqlite:", "postgres://", "postgresql://"]
        .iter()
        .any(|start| url.starts_with(start));
    if !known {
        complaints
            .0
            .push("--database-url must be sqlite://PATH or postgres://…".to_owned());
    }
    let mut log_format = LogFormat::default();
    complaints.read("--log-format", Some(arguments.log_format()), &mut log_format, |text| {
        one_of(text, &[("text", LogFormat::Text), ("json", LogFormat::Json)])
    });
    (Settings::for_database(url), log_format)
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
            arguments.operator_key.as_deref(),
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

fn one_of<T: Copy>(text: &str, names: &[(&str, T)]) -> Result<T, String> {
    let found = names.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        names.join(" or ")
    })
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
        Err(format!("at least {OPERATOR_KEY_CHARS_MIN} printable characters"))
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

#[cfg(test)]
mod tests {
    use super::super::{Arguments, Command};
    use super::*;

    fn settings(flags: &[&str]) -> Result<Settings, String> {
        let given = ["daybook", "serve"].iter().chain(flags).map(Into::into);
        let given = Arguments::read(given).unwrap();
        match given.command {
            Command::Serve(arguments) => arguments
                .check(&given.database)
                .map(|(settings, _)| settings)
                .map_err(|error| error.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_line_names_every_bad_setting() {
        let error = settings(&[
            "--database-url",
            "mysql://x",
            "--listen",
            "nowhere",
            "--operator-key",
            "short-secret",
            "--batch-max",
            "0",
            "--metrics",
            "maybe",
            "--cors-origins",
            "https://a.example/",
            "--drain-s",
            "-1",
            "--log-format",
            "xml",
        ]);
        let line = error.unwrap_err();
        for flag in [
            "--database-url",
            "--listen",
            "--operator-key",
            "--batch-max",
            "--metrics",
            "--cors-origins",
            "--drain-s",
            "--log-format",
        ] {
            assert!(line.contains(flag), "{flag} in {line}");
        }
        assert!(!line.contains('\n') && !line.contains("short-secret"), "{line}");
    }

    #[test]
    fn flags_replace_the_defaults_of_the_database() {
        let sqlite = settings(&["--database-url", "sqlite://x.db"]).unwrap();
        assert_eq!((sqlite.migrate, sqlite.write_pool), (Migrate::Auto, 1));
        let postgres = settings(&[
            "--database-url",
            "postgres://u@h/d",
            "--read-pool",
            "3",
            "--behind-proxy",
        ])
        .unwrap();
        assert_eq!(
            (postgres.migrate, postgres.read_pool, postgres.behind_proxy),
            (Migrate::Check, 3, true)
        );
        let spelled = settings(&[
            "--behind-proxy",
            "false",
            "--cors-origins",
            "https://a.example, http://b.example:8080",
        ]);
        assert_eq!(
            spelled.unwrap().cors_origins,
            ["https://a.example", "http://b.example:8080"]
        );
    }

    #[test]
    fn an_empty_setting_is_left_alone() {
        let settings = settings(&["--listen", "", "--operator-key", "", "--metrics", ""]).unwrap();
        assert!(settings.operator_key.is_none());
        assert_eq!(settings.metrics, Metrics::On);
    }
}
