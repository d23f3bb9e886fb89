//! Checkpoints of SQLite: what moves the write-ahead log into the database, beside the connection that writes.
//!
//! The writer would stop for it: pages all over the file, and a flush. So another connection moves what has gathered while
//! commits go on. The log begins anew once nothing is left to move, which never happens under a load without a pause; so
//! the writer still moves the rest at its own limit ([`super::sqlite`]), and finds little to do.

use std::sync::Mutex;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::lock;

/// How often it is looked what has gathered.
const INTERVAL: Duration = Duration::from_millis(250);
/// The same after a failure, as on a full disk.
const INTERVAL_AFTER_FAILURE: Duration = Duration::from_secs(10);
/// Pages of the log that are worth moving.
const PAGES_MIN: i64 = 4096;

/// A task that makes checkpoints until this is dropped or stopped.
#[derive(Debug)]
pub(super) struct Checkpoints(Mutex<Option<Running>>);

#[derive(Debug)]
struct Running {
    task: JoinHandle<()>,
    /// Its end is the task's.
    alive: watch::Sender<()>,
}

impl Checkpoints {
    /// Starts the task on the runtime that this is called on.
    pub(super) fn start(options: SqliteConnectOptions) -> Self {
        let (alive, end) = watch::channel(());
        Self(Mutex::new(Some(Running {
            task: tokio::spawn(run(options, end)),
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
    let mut interval = INTERVAL;
    while timeout(interval, end.changed()).await.is_err() {
        interval = INTERVAL;
        if let Err(error) = move_log(&options, &mut connection).await {
            log::warn!("the write-ahead log is left to the writer for a while: {error}");
            connection = None;
            interval = INTERVAL_AFTER_FAILURE;
        }
    }
    if let Some(connection) = connection {
        // What cannot be closed in order is closed all the same.
        let _ = connection.close().await;
    }
}

async fn move_log(
    options: &SqliteConnectOptions,
    connection: &mut Option<SqliteConnection>,
) -> Result<(), sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(options.connect().await?),
    };
    if pages_to_move(connection, "PRAGMA wal_checkpoint(NOOP)").await? >= PAGES_MIN {
        // Passive: waits for nobody, and keeps nobody waiting.
        let _ = pages_to_move(connection, "PRAGMA wal_checkpoint(PASSIVE)").await?;
    }
    Ok(())
}

/// Makes a checkpoint; how many pages of the log are left to move.
async fn pages_to_move(connection: &mut SqliteConnection, checkpoint: &'static str) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(checkpoint).fetch_one(connection).await?;
    let (log, moved): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
    Ok(log.saturating_sub(moved))
}
