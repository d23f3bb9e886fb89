//! Where a database is, from its URL.

use std::path::PathBuf;
use std::time::Duration;

use sea_orm_migration::sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm_migration::sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm_migration::sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, SqliteConnection};
use sea_orm_migration::sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::{HISTORY_TABLE, SchemaError, known_migrations};

/// The database of whoever names none: a file in the working directory.
pub const DATABASE_URL_DEFAULT: &str = "sqlite://daybook.db";
/// How long a change of a SQLite file waits for a writer to end.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection to PostgreSQL may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A database that Daybook can live in.
#[derive(Clone)]
pub enum Target {
    /// A file of SQLite, made if absent.
    Sqlite(PathBuf),
    /// A database of PostgreSQL.
    Postgres {
        /// The URL as it was given; it may hold a password.
        url: String,
        /// The same, read.
        options: Box<PgConnectOptions>,
    },
}

/// Says which kind it is and nothing more: the URL may hold a password.
impl std::fmt::Debug for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => formatter.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres { .. } => formatter.debug_struct("Postgres").finish_non_exhaustive(),
        }
    }
}

/// The URL without user, password and parameters.
impl std::fmt::Display for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite://{}", path.display()),
            Self::Postgres { options, .. } => {
                let database = options.get_database().unwrap_or_else(|| options.get_username());
                write!(formatter, "postgres://{}/{database}", place(options))
            }
        }
    }
}

/// Host and port, or the folder of the socket.
fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

impl Target {
    /// Reads `sqlite://PATH`, where a path that begins with another slash is absolute, or `postgres://…`.
    ///
    /// # Errors
    /// Another URL, a SQLite database in memory included: it could not be shared between connections.
    pub fn parse(url: &str) -> Result<Self, SchemaError> {
        if let Some(rest) = url.strip_prefix("sqlite:") {
            return Self::parse_sqlite(rest);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let before_parameters = url.split('?').next().unwrap_or(url);
            if before_parameters.matches('@').count() > 1 {
                return Err(SchemaError::new(
                    "the PostgreSQL URL has more than one @: in a user or password it is written %40",
                ));
            }
            let options = url.parse::<PgConnectOptions>().map_err(|_| {
                SchemaError::new("the PostgreSQL URL cannot be read: postgres://USER:PASSWORD@HOST/NAME")
            })?;
            return Ok(Self::Postgres {
                url: url.to_owned(),
                options: Box::new(options),
            });
        }
        Err(SchemaError::new(
            "the URL begins with neither sqlite:// nor postgres://",
        ))
    }

    fn parse_sqlite(rest: &str) -> Result<Self, SchemaError> {
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path == ":memory:" || parameters.contains("mode=memory") {
            return Err(SchemaError::new(
                "a SQLite database must be a file, such as sqlite://daybook.db: one in memory is lost with its connection",
            ));
        }
        if !matches!(parameters, "" | "mode=rwc" | "mode=rw") {
            return Err(SchemaError::new(
                "a SQLite URL takes no parameters: the file is made if absent",
            ));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }

    /// Connects once and hangs up, changing nothing: a pool would try again until its time is over, and then say no more
    /// than that.
    ///
    /// # Errors
    /// Why a server of PostgreSQL does not let us in; a database in another encoding than UTF-8; a file of SQLite that is
    /// another program's.
    pub async fn probe(&self) -> Result<(), SchemaError> {
        match self {
            Self::Sqlite(path) => probe_file(path).await,
            Self::Postgres { options, .. } => Self::probe_server(options).await,
        }
    }

    async fn probe_server(options: &PgConnectOptions) -> Result<(), SchemaError> {
        let unreachable = |reason: String| {
            let reason = reason.lines().collect::<Vec<_>>().join(" ");
            SchemaError::new(format!("PostgreSQL at {} cannot be used: {reason}", place(options)))
        };
        let mut connection = tokio::time::timeout(CONNECT_TIMEOUT, options.connect())
            .await
            .map_err(|_| unreachable(format!("no answer in {} s", CONNECT_TIMEOUT.as_secs())))?
            .map_err(|error| match error.as_database_error() {
                // The whole error goes on about a line of the server's own source.
                Some(answer) => unreachable(answer.message().to_owned()),
                None => unreachable(error.to_string()),
            })?;
        let encoding: String = sqlx::query_scalar("SHOW server_encoding")
            .fetch_one(&mut connection)
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        // It was let in; how it leaves does not matter.
        let _ = connection.close().await;
        if encoding == "UTF8" {
            Ok(())
        } else {
            Err(SchemaError::new(format!(
                "the database is encoded as {encoding}: make one with ENCODING 'UTF8'"
            )))
        }
    }

    /// Refuses a SQLite file that is absent, for whoever must not make it: a mistyped path leaves no file behind. A
    /// database of PostgreSQL is never made by connecting to it.
    ///
    /// # Errors
    /// The absent file, and what makes it.
    pub fn require_file(&self) -> Result<(), SchemaError> {
        match self {
            Self::Sqlite(path) if matches!(path.try_exists(), Ok(false)) => Err(SchemaError::new(format!(
                "there is no database at {}: `daybook serve` or `daybook migrate up` makes one",
                path.display()
            ))),
            _ => Ok(()),
        }
    }

    /// One connection, for a look at the schema or a change of it; `makes_file` where a SQLite file may be absent.
    pub(crate) async fn connect(&self, makes_file: bool) -> Result<DatabaseConnection, SchemaError> {
        let mut options = ConnectOptions::new(match self {
            // The path is handed over below: in a URL some of its characters would be read as something else.
            Self::Sqlite(_) => "sqlite://".to_owned(),
            Self::Postgres { url, .. } => url.clone(),
        });
        options
            .max_connections(1)
            .acquire_timeout(CONNECT_TIMEOUT)
            // What looks after idle connections in sqlx 0.9 may count fewer than none of them, and then never ends.
            .idle_timeout(None)
            .max_lifetime(None)
            .sqlx_logging(false);
        if let Self::Sqlite(path) = self {
            let path = path.clone();
            options.map_sqlx_sqlite_opts(move |_| sqlite_options(&path, makes_file));
        }
        Ok(Database::connect(options).await?)
    }
}

/// Refuses a file that has tables or views, none of them ours: another program's, whose path was given by mistake. In a
/// database of PostgreSQL programs may live side by side.
async fn probe_file(path: &std::path::Path) -> Result<(), SchemaError> {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            return Err(SchemaError::new(format!("{} is a folder", path.display())));
        }
        Ok(metadata) if metadata.len() > 0 => {}
        _ => return Ok(()),
    }
    let strange_table = find_strange_table(path)
        .await
        .map_err(|error| SchemaError::new(format!("{} cannot be opened: {error}", path.display())))?;
    match strange_table {
        Some(table) => Err(SchemaError::new(format!(
            "{} is the database of another program, with a table {table}: give Daybook a file of its own",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// A table of a file whose history is not ours; `None` of one that is ours, or empty.
async fn find_strange_table(path: &std::path::Path) -> Result<Option<String>, sqlx::Error> {
    let mut connection = SqliteConnection::connect_with(&sqlite_options(path, false)).await?;
    // No name of another begins so: SQLite refuses it.
    let tables = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' \
                  ORDER BY name";
    let mut tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await?;
    let history = tables.iter().position(|table| table == HISTORY_TABLE);
    let is_ours = match history.map(|index| tables.swap_remove(index)) {
        Some(_) => {
            let applied = "SELECT version FROM seaql_migrations";
            let applied: Vec<String> = sqlx::query_scalar(applied).fetch_all(&mut connection).await?;
            let known = known_migrations();
            applied.is_empty() || applied.iter().any(|version| known.contains(version))
        }
        None => false,
    };
    connection.close().await?;
    Ok(tables.into_iter().next().filter(|_| !is_ours))
}

/// The mode of the journal is written into the file: whoever only looks leaves it alone.
fn sqlite_options(path: &std::path::Path, makes_file: bool) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(makes_file)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT);
    if makes_file {
        options.journal_mode(SqliteJournalMode::Wal)
    } else {
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_url_names_a_file() {
        let path = |url: &str| match Target::parse(url) {
            Ok(Target::Sqlite(path)) => Some(path.display().to_string()),
            _ => None,
        };
        assert_eq!(path("sqlite://daybook.db").as_deref(), Some("daybook.db"));
        assert_eq!(path("sqlite:daybook.db").as_deref(), Some("daybook.db"));
        assert_eq!(path("sqlite:///var/a b.db").as_deref(), Some("/var/a b.db"));
        assert_eq!(path("sqlite://daybook.db?mode=rwc").as_deref(), Some("daybook.db"));
        for url in [
            "sqlite::memory:",
            "sqlite://:memory:",
            "sqlite://",
            "sqlite://a.db?mode=memory",
            "sqlite://a.db?mode=ro",
        ] {
            assert_eq!(path(url), None, "{url}");
        }
    }

    #[test]
    fn a_refused_url_is_not_repeated() {
        for url in [
            "mysql://root:secret@host/db",
            "postgres://user:secret@host:port/db",
            "postgres://user:p@secret/w@host/db",
            "secret",
        ] {
            let line = Target::parse(url).unwrap_err().to_string();
            assert!(!line.contains("secret") && !line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let target = Target::parse("postgres://user:secret@host/db").unwrap();
        assert!(!format!("{target:?}").contains("secret"));
        assert_eq!(target.to_string(), "postgres://host:5432/db");
    }
}
