//! PostgreSQL: a database of its own on a server that all tests share.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use uuid::Uuid;

use super::template::{binary_name, build_name, set_up};
use super::{block_on_elsewhere, cluster};

/// How long a server named by `TEST_DATABASE_URL` may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

/// The advisory lock under which one process makes the template.
const TEMPLATE_LOCK: i64 = 0x6461_7962_6f6f_6b00;

/// Where a server is, without the database's name.
#[derive(Clone, Debug)]
struct Address {
    /// Such as `postgres://user@host:port`.
    base_url: String,
    /// What follows the database's name: `?` and parameters, or nothing.
    parameters: String,
}

/// A PostgreSQL server with a template of this build.
#[derive(Debug)]
pub(super) struct Server {
    address: Address,
    template: String,
}

/// A database that is dropped with this.
#[derive(Debug)]
pub(super) struct Copy {
    maintenance_url: String,
    name: String,
    url: String,
}

/// The server of this process: the one of `TEST_DATABASE_URL` if it answers, else a throw-away one. None where there is
/// none, which is said once.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a switch of the tests, for whoever runs them"
)]
pub(super) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let named = std::env::var("TEST_DATABASE_URL").ok();
        let throw_away = || {
            cluster::base_url().map(|base_url| Address {
                base_url,
                // It speaks TLS too, which would make every connection slower: see `preferring_tls`.
                parameters: "?sslmode=disable".to_owned(),
            })
        };
        let address = named.and_then(|url| answering(&url)).or_else(throw_away);
        if address.is_none() {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "CI=true and there is no PostgreSQL"
            );
            eprintln!("skipped on PostgreSQL: TEST_DATABASE_URL does not answer and no initdb was found");
        }
        address.map(|address| Server {
            template: template(&address),
            address,
        })
    });
    server.as_ref()
}

/// The address of the server at this URL, if it answers.
fn answering(url: &str) -> Option<Address> {
    let options = PgConnectOptions::from_str(url).ok()?.database("postgres");
    let answers = block_on_elsewhere(async || {
        tokio::time::timeout(ANSWER_TIME_MAX, options.connect())
            .await
            .is_ok_and(|connected| connected.is_ok())
    });
    let (url, parameters) = url
        .split_once('?')
        .map_or((url, String::new()), |(url, rest)| (url, format!("?{rest}")));
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    answers.then(|| Address {
        base_url: format!("{scheme}://{authority}"),
        parameters,
    })
}

impl Address {
    fn url_of(&self, database: &str) -> String {
        format!("{}/{database}{}", self.base_url, self.parameters)
    }
}

async fn connect(url: &str) -> PgConnection {
    let options = PgConnectOptions::from_str(url).expect("the URL is one of PostgreSQL");
    options
        // What the suite itself writes is no log of a server's.
        .disable_statement_logging()
        .connect()
        .await
        .unwrap_or_else(|error| panic!("PostgreSQL does not answer at {url}: {error}"))
}

async fn execute(connection: &mut PgConnection, statement: String) {
    let outcome = sqlx::query(AssertSqlSafe(statement.clone())).execute(connection).await;
    outcome.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// The name of the database that tests copy, made once per build, whichever process comes first. What earlier builds of
/// this binary left behind is dropped.
fn template(address: &Address) -> String {
    let prefix = format!("daybook_{}_", binary_name());
    let template = format!("{prefix}template_{}", build_name());
    block_on_elsewhere(async || {
        let mut connection = connect(&address.url_of("postgres")).await;
        sqlx::query("SELECT pg_advisory_lock($1)")
            .bind(TEMPLATE_LOCK)
            .execute(&mut connection)
            .await
            .expect("the lock is given when the other process is done");
        let existing: Vec<String> =
            sqlx::query_scalar("SELECT datname FROM pg_database WHERE starts_with(datname, $1)")
                .bind(&prefix)
                .fetch_all(&mut connection)
                .await
                .expect("PostgreSQL names its databases");
        if existing.contains(&template) {
            return;
        }
        for leftover in existing {
            execute(
                &mut connection,
                format!("DROP DATABASE IF EXISTS \"{leftover}\" WITH (FORCE)"),
            )
            .await;
        }
        let unfinished = format!("{prefix}unfinished");
        execute(
            &mut connection,
            format!("CREATE DATABASE \"{unfinished}\" ENCODING 'UTF8' TEMPLATE template0"),
        )
        .await;
        set_up(&address.url_of(&unfinished)).await;
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
            .bind(&unfinished)
            .execute(&mut connection)
            .await
            .expect("PostgreSQL ends what is left of the server's connections");
        execute(
            &mut connection,
            format!("ALTER DATABASE \"{unfinished}\" RENAME TO \"{template}\""),
        )
        .await;
    });
    template
}

impl Server {
    pub(super) async fn copy_of_template(&self) -> Copy {
        self.create(&format!("TEMPLATE \"{}\"", self.template)).await
    }

    pub(super) async fn empty(&self) -> Copy {
        self.create("ENCODING 'UTF8' TEMPLATE template0").await
    }

    async fn create(&self, options: &str) -> Copy {
        let maintenance_url = self.address.url_of("postgres");
        let name = format!("daybook_{}_{}", binary_name(), Uuid::new_v4().simple());
        let mut connection = connect(&maintenance_url).await;
        execute(&mut connection, format!("CREATE DATABASE \"{name}\" {options}")).await;
        let url = self.address.url_of(&name);
        Copy {
            maintenance_url,
            name,
            url,
        }
    }
}

impl Copy {
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn url_preferring_tls(&self) -> String {
        format!("{}?sslmode=prefer", self.url.split('?').next().unwrap_or(&self.url))
    }

    pub(super) async fn rows(&self) -> BTreeMap<String, Vec<String>> {
        let mut connection = connect(&self.url).await;
        let mut tables = BTreeMap::new();
        for table in table_names(&mut connection).await {
            let query = format!("SELECT t::text FROM \"{table}\" AS t ORDER BY 1");
            let rows = sqlx::query_scalar(AssertSqlSafe(query))
                .fetch_all(&mut connection)
                .await;
            tables.insert(table, rows.expect("PostgreSQL reads the table"));
        }
        tables
    }

    pub(super) async fn block_writes(&self) -> PgConnection {
        let mut connection = connect(&self.url).await;
        let tables: Vec<String> = table_names(&mut connection)
            .await
            .iter()
            .map(|table| format!("\"{table}\""))
            .collect();
        execute(&mut connection, "BEGIN".to_owned()).await;
        execute(
            &mut connection,
            format!("LOCK TABLE {} IN EXCLUSIVE MODE", tables.join(", ")),
        )
        .await;
        connection
    }

    pub(super) async fn execute(&self, statement: &str) -> Result<u64, sqlx::Error> {
        let mut connection = connect(&self.url).await;
        let query = sqlx::query(AssertSqlSafe(statement.to_owned()));
        Ok(query.execute(&mut connection).await?.rows_affected())
    }

    pub(super) async fn texts(&self, query: &str) -> Result<Vec<String>, sqlx::Error> {
        let mut connection = connect(&self.url).await;
        let query = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
        query.fetch_all(&mut connection).await
    }

    pub(super) async fn number(&self, query: &str) -> i64 {
        let mut connection = connect(&self.url).await;
        let outcome = sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&mut connection);
        outcome.await.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    pub(super) async fn hide_tables(&self) {
        let mut connection = connect(&self.url).await;
        for table in table_names(&mut connection).await {
            execute(
                &mut connection,
                format!("ALTER TABLE \"{table}\" RENAME TO \"hidden_{table}\""),
            )
            .await;
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // A panic here would hide the test's own; the next build of the tests drops what was left behind.
        let statement = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
        let Ok(options) = PgConnectOptions::from_str(&self.maintenance_url) else {
            return;
        };
        block_on_elsewhere(async || {
            if let Ok(mut connection) = options.connect().await {
                let _ = sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await;
            }
        });
    }
}

async fn table_names(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
        .fetch_all(connection)
        .await
        .expect("PostgreSQL names its tables")
}
