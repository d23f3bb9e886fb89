//! What people type: commands, flags, and the variables that stand for flags.
//!
//! Every value is taken as text and checked by [`super::check`], so that one line can name every bad one.

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};
use migration::DATABASE_URL_DEFAULT;
use secrecy::{ExposeSecret, SecretString};

use super::connection_arguments::ConnectionArguments;
use super::file_arguments::{ExportArguments, ImportArguments, VerifyProofArguments};
use super::tenancy_arguments::{KeyArguments, LedgerArguments};
use super::token_arguments::{ProviderArguments, TokenKeyArguments};
use super::{LogFormat, Settings, SettingsError, check};

/// The commands by name.
const COMMANDS: &[&str] = &[
    "serve",
    "migrate",
    "ledger",
    "key",
    "token-key",
    "import",
    "export",
    "verify",
    "verify-proof",
];
/// Flags that ask about the program and not about a command.
const ABOUT_ALL: &[&str] = &["-h", "--help", "-V", "--version"];

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "daybook",
    version,
    about = "Daybook records and manages users' money transactions.",
    after_help = "Without a command, daybook serves: see `daybook serve --help`.",
    disable_help_subcommand = true,
    propagate_version = false
)]
pub(crate) struct Arguments {
    /// What every command needs.
    #[command(flatten)]
    pub(crate) database: DatabaseArguments,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Reads the command line and the environment; without a command it is `serve`.
    ///
    /// # Errors
    /// Those of clap, `--help` and `--version` among them.
    pub(crate) fn read(given: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut given: Vec<_> = given.into_iter().collect();
        let is_command = |word: &OsString| COMMANDS.iter().any(|command| word == command);
        // A first word that is no flag is a command, if perhaps mistyped, which clap has a suggestion for.
        let is_word = |word: &OsString| !word.as_encoded_bytes().starts_with(b"-");
        let names_command = given.iter().skip(1).any(is_command) || given.get(1).is_some_and(is_word);
        let asks_about_all = given
            .iter()
            .skip(1)
            .any(|word| ABOUT_ALL.iter().any(|flag| word == flag));
        if !names_command && !asks_about_all {
            given.insert(given.len().min(1), "serve".into());
        }
        Self::try_parse_from(given)
    }
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API (the default)
    Serve(Box<ServeArguments>),
    /// Bring a database's schema up to date, back, or show where it stands
    Migrate(MigrateArguments),
    /// Manage ledgers
    Ledger(LedgerArguments),
    /// Manage API keys
    Key(KeyArguments),
    /// Manage the keys that sign users' tokens
    TokenKey(TokenKeyArguments),
    /// Record a file of transactions; run again, it adds what is missing
    Import(ImportArguments),
    /// Write transactions to a file or to standard output; with --append, only what is missing
    Export(Box<ExportArguments>),
    /// Check every invariant of a live database; exit status 1 and a list if one fails
    Verify(VerifyArguments),
    /// Check a proof of a transaction without a database; exit status 1 if it proves nothing
    VerifyProof(VerifyProofArguments),
}

/// Which database a command is about.
#[derive(Args, Clone, Debug)]
pub(crate) struct DatabaseArguments {
    /// sqlite://PATH (made if absent) or postgres://…
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL", default_value = DATABASE_URL_DEFAULT)]
    database_url: SecretString,
    /// How log lines look on standard error: text or json; RUST_LOG says which ones there are
    #[arg(
        long,
        global = true,
        env = "DAYBOOK_LOG_FORMAT",
        hide_env_values = true,
        value_name = "FORMAT",
        default_value = "text"
    )]
    log_format: String,
}

impl DatabaseArguments {
    /// The database, and how to log.
    ///
    /// # Errors
    /// One line that names every bad setting.
    pub(crate) fn check(&self) -> Result<(Settings, LogFormat), SettingsError> {
        check::database(self)
    }

    pub(super) fn database_url(&self) -> &str {
        self.database_url.expose_secret()
    }

    pub(super) fn log_format(&self) -> &str {
        &self.log_format
    }
}

/// `daybook serve`
#[derive(Args, Clone, Debug)]
#[command(next_line_help = true)]
pub(crate) struct ServeArguments {
    /// Address to listen on [default: 127.0.0.1:8000]
    #[arg(long, env = "DAYBOOK_LISTEN", hide_env_values = true, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,
    /// First operator key of an empty database, at least 20 printable characters without spaces [default: made and printed]
    #[arg(long, env = "DAYBOOK_OPERATOR_KEY", hide_env_values = true, value_name = "KEY")]
    pub(super) operator_key: Option<SecretString>,
    /// Most commands of one commit [default: 500]
    #[arg(
        long,
        env = "DAYBOOK_BATCH_MAX",
        hide_env_values = true,
        value_name = "COMMANDS",
        allow_negative_numbers = true
    )]
    pub(super) batch_max: Option<String>,
    /// Most commands that wait per ledger [default: 10000]
    #[arg(
        long,
        env = "DAYBOOK_QUEUE_MAX",
        hide_env_values = true,
        value_name = "COMMANDS",
        allow_negative_numbers = true
    )]
    pub(super) queue_max: Option<String>,
    /// Connections that requests read on; the service has one more [default: 4 for SQLite, 8 for PostgreSQL]
    #[arg(
        long,
        env = "DAYBOOK_READ_POOL",
        hide_env_values = true,
        value_name = "CONNECTIONS",
        allow_negative_numbers = true
    )]
    pub(super) read_pool: Option<String>,
    /// Connections for commits [default: 4; SQLite has 1]
    #[arg(
        long,
        env = "DAYBOOK_WRITE_POOL",
        hide_env_values = true,
        value_name = "CONNECTIONS",
        allow_negative_numbers = true
    )]
    pub(super) write_pool: Option<String>,
    /// What to do about an old schema: auto or check [default: auto for SQLite, check for PostgreSQL]
    #[arg(long, env = "DAYBOOK_MIGRATE", hide_env_values = true, value_name = "MODE")]
    pub(super) migrate: Option<String>,
    /// Who may read /metrics: on (whoever has a credential), open or off [default: on]
    #[arg(long, env = "DAYBOOK_METRICS", hide_env_values = true, value_name = "MODE")]
    pub(super) metrics: Option<String>,
    /// Origins whose pages may call the API, separated by commas [default: none]
    #[arg(long, env = "DAYBOOK_CORS_ORIGINS", hide_env_values = true, value_name = "ORIGINS")]
    pub(super) cors_origins: Option<String>,
    /// Longest time that a request may take, in seconds [default: 30]
    #[arg(
        long,
        env = "DAYBOOK_REQUEST_TIMEOUT_S",
        hide_env_values = true,
        value_name = "SECONDS",
        allow_negative_numbers = true
    )]
    pub(super) request_timeout_s: Option<String>,
    /// A proxy in front ends TLS: true or false [default: false]
    #[arg(long, env = "DAYBOOK_BEHIND_PROXY", hide_env_values = true, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(super) behind_proxy: Option<String>,
    /// How long connections are still accepted after /readyz has turned, in seconds [default: 0]
    #[arg(
        long,
        env = "DAYBOOK_DRAIN_S",
        hide_env_values = true,
        value_name = "SECONDS",
        allow_negative_numbers = true
    )]
    pub(super) drain_s: Option<String>,
    #[command(flatten)]
    pub(super) provider: ProviderArguments,
    #[command(flatten)]
    pub(super) connections: ConnectionArguments,
}

impl ServeArguments {
    /// The settings of a server of `database`, and how to log.
    ///
    /// # Errors
    /// One line that names every bad setting.
    pub(crate) fn check(&self, database: &DatabaseArguments) -> Result<(Settings, LogFormat), SettingsError> {
        check::serve(database, self)
    }
}

/// `daybook migrate`
#[derive(Args, Clone, Debug)]
#[command(arg_required_else_help = false)]
pub(crate) struct MigrateArguments {
    /// What to do to the schema.
    #[command(subcommand)]
    pub(crate) action: migration::Action,
}

/// `daybook verify`
#[derive(Args, Clone, Debug)]
pub(crate) struct VerifyArguments {
    /// Check this ledger alone
    #[arg(long, value_name = "NAME")]
    pub(crate) ledger: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn serving_is_the_default() {
        for given in [
            &["daybook"][..],
            &["daybook", "--listen", "127.0.0.1:0"],
            &["daybook", "serve"],
        ] {
            let arguments = Arguments::read(given.iter().map(Into::into)).unwrap();
            assert!(matches!(arguments.command, Command::Serve(_)), "{given:?}");
        }
        assert!(Arguments::read(["daybook", "--help"].map(Into::into)).is_err());
        assert!(Arguments::read(["daybook", "dance"].map(Into::into)).is_err());
    }

    #[test]
    fn the_database_is_named_before_or_after_what_is_done_to_it() {
        for given in [
            &["daybook", "migrate", "up", "--database-url", "sqlite://x.db"][..],
            &["daybook", "migrate", "--database-url", "sqlite://x.db", "status"],
            &["daybook", "--database-url", "sqlite://x.db", "migrate", "down"],
            &[
                "daybook",
                "verify",
                "--database-url",
                "sqlite://x.db",
                "--ledger",
                "main",
            ],
        ] {
            assert!(Arguments::read(given.iter().map(Into::into)).is_ok(), "{given:?}");
        }
    }
}
