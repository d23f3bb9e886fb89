//! Checkpoints of SQLite: what copies the pages of the write-ahead log into the database, beside the connection that
//! writes.
//!
//! The writer would stop for it: pages all over the file, and a flush. So a second connection copies what has gathered
//! while commits go on. SQLite begins the log anew only where every page of it is copied, which does not happen under a
//! load without a pause; so the writer still makes a checkpoint at a limit of its own ([`super::sqlite`]), and finds
//! little to do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use log::LevelFilter;
use migration::FileLock;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{SLOW_STATEMENT, lock};

/// How often it is looked what has gathered.
const INTERVAL: Duration = Duration::from_millis(250);
/// The same after a failure, as on a full disk.
const INTERVAL_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// Pages of the log that are worth copying.
const PAGES_MIN: i64 = 4096;

/// A task that makes checkpoints. It is told to end when this is dropped.
#[derive(Debug)]
pub(super) struct Checkpoints(Mutex<Option<Running>>);

#[derive(Debug)]
struct Running {
    task: JoinHandle<()>,
    /// Its end is the task's.
    alive: watch::Sender<()>,
}

impl Checkpoints {
    /// Starts the task on the runtime that this is called on. It keeps the lock of the file for as long as its connection
    /// lives.
    pub(super) fn start(options: SqliteConnectOptions, file: Arc<FileLock>) -> Self {
        let (alive, end) = watch::channel(());
        // Nobody waits for a slow one.
        let options = options.log_slow_statements(LevelFilter::Debug, SLOW_STATEMENT);
        let task = async move {
            run(options, end).await;
            drop(file);
        };
        Self(Mutex::new(Some(Running {
            task: tokio::spawn(task),
            alive,
        })))
    }

    /// Ends the task and waits until its connection is closed.
    pub(super) async fn stop(&self) {
        let running = lock(&self.0).take();
        if let Some(Running { task, alive }) = running {
            drop(alive);
            // A task that panicked has no connection any more.
            let _ = task.await;
        }
    }
}

async fn run(options: SqliteConnectOptions, mut end: watch::Receiver<()>) {
    let mut connection = None;
    let (mut interval, mut has_failed) = (INTERVAL, false);
    while timeout(interval, end.changed()).await.is_err() {
        let made = make_checkpoint(&options, &mut connection).await;
        interval = if made.is_ok() { INTERVAL } else { INTERVAL_AFTER_FAILURE };
        // Said once, however long it lasts.
        if let Err(error) = &made
            && !has_failed
        {
            log::warn!("checkpoints are left to the connection that writes: {error}");
        }
        has_failed = made.is_err();
        if has_failed {
            connection = None;
        }
    }
    if let Some(connection) = connection {
        // What cannot be closed in order is closed all the same.
        let _ = connection.close().await;
    }
}

async fn make_checkpoint(
    options: &SqliteConnectOptions,
    connection: &mut Option<SqliteConnection>,
) -> Result<(), sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(options.connect().await?),
    };
    if pages_to_copy(connection, "PRAGMA wal_checkpoint(NOOP)").await? >= PAGES_MIN {
        // Passive: it takes no lock that a commit needs.
        let _ = pages_to_copy(connection, "PRAGMA wal_checkpoint(PASSIVE)").await?;
    }
    Ok(())
}

/// Runs the statement; how many pages of the log are left to copy.
async fn pages_to_copy(connection: &mut SqliteConnection, checkpoint: &'static str) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(checkpoint).fetch_one(connection).await?;
    let (log, copied): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
    Ok(log.saturating_sub(copied))
}
