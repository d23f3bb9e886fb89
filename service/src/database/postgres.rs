//! PostgreSQL: the settings of every session, and those of the server without which a success would not be final.
//!
//! sqlx 0.9.0 can give a connection back to its pool inside an open transaction, when a future is dropped while BEGIN
//! is on the wire; the next borrower's writes would be rolled back after they were acknowledged. So nothing here uses
//! the pool's own transactions: those of `commit` close their connection unless they ended, and readers begin none.

use std::time::Duration;

use log::LevelFilter;
use migration::SESSION_NAME;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Row as _};

use super::readers::Readers;
use super::session::Source;
use super::writers::Writers;
use super::{OWN_READERS, SLOW_STATEMENT, WRITE_ACQUIRE_TIMEOUT, WritePool};
use crate::{OpenError, Options};

/// The oldest release of PostgreSQL that is tested.
const VERSION_MIN: i32 = 140_000;

/// Of every session: nothing waits for ever, on either side of a broken network; and bytes come as they are decoded
/// here, whatever the role or the database prefers.
const SESSION: [(&str, &str); 8] = [
    ("bytea_output", "hex"),
    ("statement_timeout", "10s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "10s"),
    ("tcp_user_timeout", "10s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "3"),
    ("tcp_keepalives_count", "3"),
];

/// Of sessions that read: a page must cost the same at ten rows and at ten million, so that every list walks its
/// index whatever the statistics of the table say at the moment, and is planned once for each connection.
const READ_SESSION: [(&str, &str); 6] = [
    ("default_transaction_read_only", "on"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
];

/// A plan that was made for small tables is kept no longer than this while they grow.
const READ_SESSION_AGE_MAX: Duration = Duration::from_secs(60);

/// Of sessions that commit: a batch is point look-ups through UNNEST. From about 128 rows on the planner would rather
/// read a table to the end and hash it, which grows with the table; and a plan that is made anew for every batch costs
/// more than the batch. Without sorts, an order leads to the one index that has it, whatever the planner knows of the
/// table; an incremental sort would make do with an index that has but its beginning.
const WRITE_SESSION: [(&str, &str); 8] = [
    ("enable_seqscan", "off"),
    ("enable_sort", "off"),
    ("enable_incremental_sort", "off"),
    ("enable_memoize", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
];

/// Connects, and refuses a server on which a success would not be final.
pub(super) async fn open(server: &PgConnectOptions, options: &Options) -> Result<(Readers, WritePool), OpenError> {
    let commit = session(server, "commit", &WRITE_SESSION);
    // Before the pool, which would try again until its time is over.
    check_server(&commit, options).await?;
    let allow_unsafe = options.allow_unsafe_postgres;
    let write = PgPoolOptions::new()
        .max_connections(options.write_pool)
        .acquire_timeout(WRITE_ACQUIRE_TIMEOUT)
        // What looks after idle connections in sqlx 0.9 may count fewer than none of them while others come back, and
        // then keeps a thread busy for ever. A connection that broke is found when it is lent.
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |connection, _| Box::pin(wait_for_disk(connection, allow_unsafe)))
        .connect_with(commit)
        .await?;
    let source = Source::Postgres {
        options: session(server, "read", &READ_SESSION),
        age_max: READ_SESSION_AGE_MAX,
    };
    Ok((
        Readers::new(source, OWN_READERS),
        WritePool::Postgres(Writers::new(write)),
    ))
}

fn session(server: &PgConnectOptions, purpose: &str, settings: &[(&str, &str)]) -> PgConnectOptions {
    server
        .clone()
        .application_name(&format!("{SESSION_NAME} {purpose}"))
        .options(SESSION)
        .options(settings.iter().copied())
        .log_statements(LevelFilter::Trace)
        .log_slow_statements(LevelFilter::Warn, SLOW_STATEMENT)
}

/// A commit returns when it is on disk, whatever the server's default; `remote_apply` waits for more and stays. Refuses a
/// server that may forget it all the same: one that was safe may have been started anew.
async fn wait_for_disk(connection: &mut PgConnection, allow_unsafe: bool) -> Result<(), sqlx::Error> {
    let sql = "SELECT set_config('synchronous_commit', 'on', false) \
               WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')";
    sqlx::raw_sql(sql).execute(&mut *connection).await?;
    match find_unsafe_settings(connection).await? {
        Some(settings) if !allow_unsafe => Err(sqlx::Error::Configuration(unsafe_server(&settings).into())),
        _ => Ok(()),
    }
}

/// The settings without which what is on disk can be lost; `None` where all are on.
async fn find_unsafe_settings(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let sql = "SELECT nullif(concat_ws(' and ', \
               CASE WHEN current_setting('fsync') <> 'on' THEN 'fsync' END, \
               CASE WHEN current_setting('full_page_writes') <> 'on' THEN 'full_page_writes' END), '')";
    sqlx::query_scalar(sql).fetch_one(connection).await
}

fn unsafe_server(settings: &str) -> String {
    format!("PostgreSQL runs without {settings}, so it can lose what was acknowledged: set {settings} to on")
}

/// Refuses a server that is too old, is a standby, or may forget what it was told.
async fn check_server(server: &PgConnectOptions, options: &Options) -> Result<(), OpenError> {
    let mut connection = server.connect().await?;
    let sql =
        "SELECT current_setting('server_version_num')::int4, current_setting('server_version'), pg_is_in_recovery()";
    let row = sqlx::query(sql).fetch_one(&mut connection).await?;
    if row.try_get::<i32, _>(0)? < VERSION_MIN {
        let version: String = row.try_get(1)?;
        return Err(OpenError(format!(
            "PostgreSQL {version} is too old: 14 or newer is needed"
        )));
    }
    if row.try_get(2)? {
        return Err(OpenError(
            "this PostgreSQL is a standby, which takes no commits".to_owned(),
        ));
    }
    if let Some(settings) = find_unsafe_settings(&mut connection).await?
        && !options.allow_unsafe_postgres
    {
        return Err(OpenError(unsafe_server(&settings)));
    }
    Ok(connection.close().await?)
}
