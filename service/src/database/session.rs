//! A session that reads, of either database: how it is opened, asked and closed.

use std::time::{Duration, Instant};

use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tokio::time::timeout;

use super::PING_AFTER_IDLE;

/// How long a connection may take to be opened, or to say that it still lives.
const OPEN_TIMEOUT: Duration = Duration::from_secs(2);

/// Where connections are made.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A server; a plan that was made for small tables is kept no longer than `age_max` while they grow.
    Postgres {
        options: PgConnectOptions,
        age_max: Duration,
    },
    Sqlite(SqliteConnectOptions),
}

/// A connection, and when it was opened and last used.
pub(super) struct ReadSession {
    connection: Connection,
    opened_at: Instant,
    used_at: Instant,
}

enum Connection {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Source {
    fn age_max(&self) -> Duration {
        match self {
            Self::Postgres { age_max, .. } => *age_max,
            Self::Sqlite(_) => Duration::MAX,
        }
    }

    pub(super) async fn open(&self) -> Result<ReadSession, DbErr> {
        let open = async {
            Ok(match self {
                Self::Postgres { options, .. } => Connection::Postgres(PgConnection::connect_with(options).await?),
                Self::Sqlite(options) => Connection::Sqlite(SqliteConnection::connect_with(options).await?),
            })
        };
        let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
        let opened: Result<Connection, sqlx::Error> = timeout(OPEN_TIMEOUT, open)
            .await
            .unwrap_or_else(|_| Err(sqlx::Error::Io(late)));
        let connection = opened.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        let now = Instant::now();
        Ok(ReadSession {
            connection,
            opened_at: now,
            used_at: now,
        })
    }
}

impl ReadSession {
    /// The session, if it is young enough and lives.
    pub(super) async fn refreshed(mut self, source: &Source) -> Option<Self> {
        if self.opened_at.elapsed() > source.age_max() {
            return None;
        }
        if self.used_at.elapsed() > PING_AFTER_IDLE {
            timeout(OPEN_TIMEOUT, self.ping()).await.ok()?.ok()?;
        }
        Some(self)
    }

    /// Says that the session was in use until now.
    pub(super) fn rest(&mut self) {
        self.used_at = Instant::now();
    }

    async fn ping(&mut self) -> Result<(), sqlx::Error> {
        match &mut self.connection {
            Connection::Postgres(connection) => connection.ping().await,
            Connection::Sqlite(connection) => connection.ping().await,
        }
    }

    /// Takes leave of the server, which ends the session at once. Without that, over TLS, each side would wait for the
    /// other.
    pub(super) async fn close(self) {
        // What cannot be closed is closed with the process.
        let _ = match self.connection {
            Connection::Postgres(connection) => connection.close().await,
            Connection::Sqlite(connection) => connection.close().await,
        };
    }

    pub(super) async fn fetch(&mut self, statement: &Statement) -> Result<Vec<QueryResult>, sqlx::Error> {
        let sql = AssertSqlSafe(statement.sql.as_str());
        let values = SqlxValues(statement.values.clone().unwrap_or(Values(Vec::new())));
        Ok(match &mut self.connection {
            Connection::Postgres(connection) => {
                let rows = sqlx::query_with(sql, values).fetch_all(connection).await?;
                rows.into_iter().map(QueryResult::from).collect()
            }
            Connection::Sqlite(connection) => {
                let rows = sqlx::query_with(sql, values).fetch_all(connection).await?;
                rows.into_iter().map(QueryResult::from).collect()
            }
        })
    }

    pub(super) async fn execute(&mut self, sql: &str) -> Result<ExecResult, sqlx::Error> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql));
        Ok(match &mut self.connection {
            Connection::Postgres(connection) => query.execute(connection).await?.into(),
            Connection::Sqlite(connection) => query.execute(connection).await?.into(),
        })
    }
}
