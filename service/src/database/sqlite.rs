//! SQLite: a file, one connection that writes, and several that read beside it.

use std::path::Path;
use std::time::Duration;

use log::LevelFilter;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Row as _, SqlitePool};

use super::readers::Readers;
use super::session::Source;
use super::writers::Writers;
use super::{OWN_READERS, SLOW_STATEMENT, WRITE_ACQUIRE_TIMEOUT, WritePool};
use crate::{OpenError, Options, Purpose};

/// How long a writer waits for the writer of another process, such as `daybook key create`.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The first release of SQLite that cannot corrupt a database with a write-ahead log.
const VERSION_MIN: i64 = 3_051_003;
/// Pages kept in memory by the writer: negative, so in KiB.
const WRITER_CACHE: &str = "-24576";
/// Pages of the write-ahead log after which a commit copies what is left of them into the database, 128 MiB. A batch of
/// transactions of as many users writes some two thousand; at SQLite's own limit of one thousand every commit would.
const CHECKPOINT_PAGES: &str = "32768";
/// Pages kept in memory by each reader, likewise.
const READER_CACHE: &str = "-1024";

/// Opens the file; a server makes it where it is absent.
pub(super) async fn open(path: &Path, options: &Options) -> Result<(Readers, WritePool), OpenError> {
    // The writer comes first and is never closed for its age: with its connection the log and the memory shared with
    // the readers are there.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(WRITE_ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .connect_with(
            connect_options(path, options.purpose)
                .create_if_missing(options.purpose == Purpose::Serve)
                .pragma("cache_size", WRITER_CACHE)
                // A statement keeps what it would take to undo it alone: half of all that a batch writes, if in a file.
                // Sorts and new indexes are kept there as well: a migration that needs them sets FILE for itself.
                .pragma("temp_store", "MEMORY")
                // What is erased must not stay in the free space of a page.
                .pragma("secure_delete", "ON")
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES),
        )
        .await
        .map_err(|error| OpenError(format!("{} cannot be opened: {error}", path.display())))?;
    check_version(&write).await?;
    let read = connect_options(path, options.purpose)
        .pragma("query_only", "ON")
        .pragma("cache_size", READER_CACHE);
    let readers = Readers::new(Source::Sqlite(read), OWN_READERS);
    Ok((readers, WritePool::Sqlite(Writers::new(write))))
}

/// How any connection to the file is opened.
pub(super) fn connect_options(path: &Path, purpose: Purpose) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(path);
    let options = match purpose {
        Purpose::Serve | Purpose::Write => options.journal_mode(SqliteJournalMode::Wal),
        // The mode stands in the file, which is somebody's backup or no book of ours at all.
        Purpose::Read => options,
    };
    options
        // NORMAL would lose acknowledged commits when the power fails.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .log_statements(LevelFilter::Trace)
        .log_slow_statements(LevelFilter::Warn, SLOW_STATEMENT)
}

async fn check_version(pool: &SqlitePool) -> Result<(), OpenError> {
    let row = sqlx::query("SELECT sqlite_version()").fetch_one(pool).await?;
    let version: String = row.try_get(0)?;
    let number = version
        .split('.')
        .filter_map(|part| part.parse::<i64>().ok())
        .fold(0_i64, |number, part| number.saturating_mul(1000).saturating_add(part));
    if number < VERSION_MIN {
        return Err(OpenError(format!(
            "SQLite {version} can corrupt a database with a write-ahead log: 3.51.3 or newer is needed"
        )));
    }
    Ok(())
}
