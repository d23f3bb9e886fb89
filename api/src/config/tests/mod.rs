//! The table of settings: what each is called, what it is where nobody says anything, and what it takes.

mod callers;
mod provider;

use std::collections::BTreeMap;

use clap::CommandFactory;
use secrecy::ExposeSecret;

use super::*;

fn read(flags: &[&str]) -> Result<(Settings, LogFormat), String> {
    let given = ["daybook", "serve"].iter().chain(flags).map(Into::into);
    let given = Arguments::read(given).unwrap();
    match given.command {
        Command::Serve(arguments) => arguments.check(&given.database).map_err(|error| error.to_string()),
        other => panic!("{other:?}"),
    }
}

fn settings(flags: &[&str]) -> Result<Settings, String> {
    read(flags).map(|(settings, _)| settings)
}

/// One setting: its flag, its variable, its default, another value and how that shows, and how to look at it.
type Setting = (
    &'static str,
    &'static str,
    &'static str,
    (&'static str, &'static str),
    fn(&Settings) -> String,
);

fn shown_key(settings: &Settings) -> String {
    let key = settings.operator_key.as_ref();
    key.map_or_else(String::new, |key| key.expose_secret().to_owned())
}

/// All but `--log-format`, which is no setting of the server.
const SETTINGS: [Setting; 16] = [
    (
        "--database-url",
        "DATABASE_URL",
        "sqlite://daybook.db",
        ("sqlite:///var/x.db", "sqlite:///var/x.db"),
        |settings| settings.database_url.expose_secret().to_owned(),
    ),
    (
        "--listen",
        "DAYBOOK_LISTEN",
        "127.0.0.1:8000",
        ("[::1]:80", "[::1]:80"),
        |settings| settings.listen.to_string(),
    ),
    (
        "--operator-key",
        "DAYBOOK_OPERATOR_KEY",
        "",
        ("any-20-printable-characters", "any-20-printable-characters"),
        shown_key,
    ),
    ("--batch-max", "DAYBOOK_BATCH_MAX", "500", ("1", "1"), |settings| {
        settings.batch_max.to_string()
    }),
    ("--queue-max", "DAYBOOK_QUEUE_MAX", "10000", ("7", "7"), |settings| {
        settings.queue_max.to_string()
    }),
    ("--read-pool", "DAYBOOK_READ_POOL", "4", ("7", "7"), |settings| {
        settings.read_pool.to_string()
    }),
    ("--write-pool", "DAYBOOK_WRITE_POOL", "1", ("7", "7"), |settings| {
        settings.write_pool.to_string()
    }),
    ("--migrate", "DAYBOOK_MIGRATE", "Auto", ("check", "Check"), |settings| {
        format!("{:?}", settings.migrate)
    }),
    ("--metrics", "DAYBOOK_METRICS", "On", ("open", "Open"), |settings| {
        format!("{:?}", settings.metrics)
    }),
    (
        "--cors-origins",
        "DAYBOOK_CORS_ORIGINS",
        "",
        (
            "https://a.example, http://b.example:8080",
            "https://a.example http://b.example:8080",
        ),
        |settings| settings.cors_origins.join(" "),
    ),
    (
        "--request-timeout-s",
        "DAYBOOK_REQUEST_TIMEOUT_S",
        "30s",
        ("7", "7s"),
        |settings| format!("{:?}", settings.request_timeout),
    ),
    (
        "--behind-proxy",
        "DAYBOOK_BEHIND_PROXY",
        "false",
        ("true", "true"),
        |settings| settings.behind_proxy.to_string(),
    ),
    (
        "--trusted-proxies",
        "DAYBOOK_TRUSTED_PROXIES",
        "",
        ("10.0.0.0/8, ::1", "10.0.0.0/8 ::1/128"),
        |settings| {
            let shown: Vec<String> = settings.trusted_proxies.iter().map(ToString::to_string).collect();
            shown.join(" ")
        },
    ),
    (
        "--rate-limit",
        "DAYBOOK_RATE_LIMIT",
        "None",
        ("100/200", "Some(RateLimit { per_second: 100, burst: 200 })"),
        |settings| format!("{:?}", settings.rate_limit),
    ),
    (
        "--connections-max",
        "DAYBOOK_CONNECTIONS_MAX",
        "25000",
        ("7", "7"),
        |settings| settings.connections_max.to_string(),
    ),
    ("--drain-s", "DAYBOOK_DRAIN_S", "0ns", ("5", "5s"), |settings| {
        format!("{:?}", settings.drain)
    }),
];

/// Those that make sense together alone.
const PROVIDER: [(&str, &str); 4] = [
    ("--jwks-file", "DAYBOOK_JWKS_FILE"),
    ("--jwks-url", "DAYBOOK_JWKS_URL"),
    ("--jwt-issuer", "DAYBOOK_JWT_ISSUER"),
    ("--jwt-audience", "DAYBOOK_JWT_AUDIENCE"),
];

#[test]
fn every_setting_has_its_default_and_takes_another_value() {
    for (flag, _, default, (given, shown), show) in SETTINGS {
        // An empty setting is one that is not given.
        assert_eq!(show(&settings(&[flag, ""]).unwrap()), default, "{flag}");
        assert_eq!(show(&settings(&[flag, given]).unwrap()), shown, "{flag}");
    }
    let log_format = |flags: &[&str]| read(flags).unwrap().1;
    assert_eq!(log_format(&["--log-format", ""]), LogFormat::Text);
    assert_eq!(log_format(&["--log-format", "json"]), LogFormat::Json);
    assert_eq!(settings(&["--metrics", "off"]).unwrap().metrics, Metrics::Off);
    assert!(settings(&["--behind-proxy"]).unwrap().behind_proxy);
}

#[test]
fn postgres_has_defaults_of_its_own() {
    let postgres = settings(&["--database-url", "postgres://u@h/d"]).unwrap();
    assert_eq!(
        (postgres.migrate, postgres.read_pool, postgres.write_pool),
        (Migrate::Check, 8, 4)
    );
}

/// The flags of `daybook serve` with what is said of each: its variable, its default, its meaning.
fn described() -> BTreeMap<String, (String, String, String)> {
    let mut program = Arguments::command();
    program.build();
    let serve = program.find_subcommand("serve").unwrap();
    let of_server = serve.get_arguments().filter_map(|argument| {
        let (flag, variable) = (argument.get_long()?, argument.get_env()?.to_str()?.to_owned());
        let help = argument.get_help()?.to_string();
        let declared = argument.get_default_values().first().and_then(|value| value.to_str());
        let (meaning, default) = match (help.strip_suffix(']'), declared) {
            (_, Some(default)) => (help.as_str(), default),
            (Some(help), None) => help.split_once(" [default: ")?,
            (None, None) => return None,
        };
        Some((format!("--{flag}"), (variable, default.to_owned(), meaning.to_owned())))
    });
    of_server.collect()
}

#[test]
fn every_setting_has_its_variable() {
    let described = described();
    let mut flags: Vec<&str> = SETTINGS.iter().map(|(flag, ..)| *flag).collect();
    // Certificate and key are files, with tests of their own.
    flags.extend(["--log-format", "--tls-cert", "--tls-key"]);
    flags.extend(PROVIDER.map(|(flag, _)| flag));
    assert!(
        described.keys().all(|flag| flags.contains(&flag.as_str())),
        "{described:?}"
    );
    for (flag, variable, ..) in SETTINGS {
        assert_eq!(described[flag].0, variable);
    }
    for (flag, variable) in PROVIDER {
        assert_eq!(described[flag].0, variable);
    }
    assert_eq!(described["--log-format"].0, "DAYBOOK_LOG_FORMAT");
}

#[test]
fn the_readme_describes_the_settings_as_the_help_does() {
    let readme = include_str!("../../../../README.md");
    let rows = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `--")?.strip_suffix(" |"));
    let read: BTreeMap<_, _> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split(" | ").collect();
            let [flag, variable, default, meaning] = cells[..] else {
                panic!("four cells: {row}")
            };
            let texts = [variable.trim_matches('`'), default, meaning].map(str::to_owned);
            let [variable, default, meaning] = texts;
            (
                format!("--{}", flag.trim_end_matches('`')),
                (variable, default, meaning),
            )
        })
        .collect();
    assert_eq!(read, described());
}

#[test]
fn one_line_names_every_bad_setting() {
    let bad = [
        ("--database-url", "mysql://root:hush@h/d"),
        ("--listen", "nowhere"),
        ("--operator-key", "hush"),
        ("--batch-max", "0"),
        ("--queue-max", "many"),
        ("--read-pool", "-1"),
        ("--write-pool", "1001"),
        ("--migrate", "maybe"),
        ("--metrics", "loud"),
        ("--cors-origins", "https://a.example/"),
        ("--request-timeout-s", "0"),
        ("--behind-proxy", "perhaps"),
        ("--tls-cert", "/nowhere/cert.pem"),
        ("--tls-key", "/nowhere/key.pem"),
        ("--trusted-proxies", "10.0.0.1/8"),
        ("--rate-limit", "0"),
        ("--connections-max", "0"),
        ("--drain-s", "3601"),
        ("--log-format", "xml"),
    ];
    assert_eq!(bad.len() + PROVIDER.len(), described().len(), "no setting is left out");
    let flags: Vec<&str> = bad.iter().flat_map(|(flag, value)| [*flag, *value]).collect();
    let line = read(&flags).unwrap_err();
    for (flag, _) in bad {
        assert_eq!(line.matches(&format!("{flag} must be")).count(), 1, "{flag} in {line}");
    }
    assert!(!line.contains('\n') && !line.contains("hush"), "{line}");
}

#[test]
fn a_database_that_cannot_be_is_a_bad_setting() {
    for url in [
        "sqlite::memory:",
        "sqlite://",
        "sqlite://x?mode=ro",
        "sqlite://x?cache=shared",
        "postgres://u:hush@h:notaport/d",
        "mysql://u:hush@h/d",
        "daybook.db",
    ] {
        let line = settings(&["--database-url", url, "--listen", "nowhere"]).unwrap_err();
        assert!(
            line.contains("--database-url") && line.contains("--listen") && !line.contains("hush"),
            "{url}: {line}"
        );
    }
}
