//! The connections that commit, each lent to one transaction at a time: the one that came back last goes out first.
//!
//! sqlx's pool opens and ends them. By itself it would lend them in turn, and ask each that comes back whether it still
//! lives: a lone caller's commits would find a session whose memory another has pushed out of the processor's caches, and
//! wait for the question. So a connection stays here after a success; whatever else becomes of it closes it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Database, Pool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{PING_AFTER_IDLE, PoolUse, WRITE_ACQUIRE_TIMEOUT, lock};

/// How long a connection stays here before the pool has it again, which may end it for its age.
const HELD_FOR: Duration = Duration::from_secs(1800);

/// How long a connection is waited for that could be done without.
const SPARE_TIMEOUT: Duration = Duration::from_millis(500);

/// Connections that commit.
#[derive(Debug)]
pub(crate) struct Writers<DB: Database> {
    pool: Pool<DB>,
    permits: Arc<Semaphore>,
    idle: Idle<DB>,
}

type Idle<DB> = Arc<Mutex<Vec<Held<DB>>>>;

#[derive(Debug)]
struct Held<DB: Database> {
    connection: PoolConnection<DB>,
    held_since: Instant,
    used_at: Instant,
}

/// A connection that is lent. It is closed when this is dropped, unless it was given back.
pub(crate) struct Writer<DB: Database> {
    /// `None` once it is given back.
    held: Option<Held<DB>>,
    writers: Writers<DB>,
    _permit: OwnedSemaphorePermit,
}

impl<DB: Database> Clone for Writers<DB> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            permits: Arc::clone(&self.permits),
            idle: Arc::clone(&self.idle),
        }
    }
}

impl<DB: Database> Writers<DB> {
    /// Lends the connections of `pool`, which nobody else holds for long.
    pub(super) fn new(pool: Pool<DB>) -> Self {
        let max = usize::try_from(pool.options().get_max_connections()).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            pool,
            permits: Arc::new(Semaphore::new(max)),
            idle: Idle::default(),
        }
    }

    /// The pool, for what is done before the first commit, and for its settings.
    pub(super) fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    /// A connection.
    ///
    /// # Errors
    /// `PoolTimedOut`, where none is to be had in time; `PoolClosed`; those of a database that cannot be reached.
    pub(crate) async fn lend(&self) -> Result<Writer<DB>, sqlx::Error> {
        let found = async {
            let permit = Arc::clone(&self.permits).acquire_owned().await;
            self.find_connection(permit.map_err(|_| sqlx::Error::PoolClosed)?).await
        };
        in_time(WRITE_ACQUIRE_TIMEOUT, found).await
    }

    /// A connection, where fewer are lent than there may be. It is not waited for as long as one that is needed.
    ///
    /// # Errors
    /// As [`Self::lend`].
    pub(crate) async fn maybe_lend(&self) -> Result<Option<Writer<DB>>, sqlx::Error> {
        match Arc::clone(&self.permits).try_acquire_owned() {
            Ok(permit) => in_time(SPARE_TIMEOUT, self.find_connection(permit)).await.map(Some),
            Err(_) => Ok(None),
        }
    }

    async fn find_connection(&self, permit: OwnedSemaphorePermit) -> Result<Writer<DB>, sqlx::Error> {
        let mut writer = Writer {
            held: None,
            writers: self.clone(),
            _permit: permit,
        };
        loop {
            let idle = lock(&self.idle).pop();
            let Some(held) = idle else { break };
            let is_fresh = held.used_at.elapsed() <= PING_AFTER_IDLE;
            writer.held = Some(held);
            if is_fresh || writer.connection()?.ping().await.is_ok() {
                return Ok(writer);
            }
            writer.close();
        }
        let now = Instant::now();
        writer.held = Some(Held {
            connection: self.pool.acquire().await?,
            held_since: now,
            used_at: now,
        });
        Ok(writer)
    }

    /// How the connections are used.
    pub(super) fn usage(&self) -> PoolUse {
        let max = self.pool.options().get_max_connections();
        let free = u32::try_from(self.permits.available_permits()).unwrap_or(u32::MAX);
        let in_use = max.saturating_sub(free);
        PoolUse {
            pool: "write",
            in_use,
            idle: self.pool.size().saturating_sub(in_use),
            max,
        }
    }

    /// Lends no more, and closes every connection once it has come back.
    pub(super) async fn close(&self) {
        self.permits.close();
        lock(&self.idle).clear();
        self.pool.close().await;
    }
}

impl<DB: Database> Writer<DB> {
    /// The connection.
    ///
    /// # Errors
    /// `PoolClosed`, where it is given back already.
    pub(crate) fn connection(&mut self) -> Result<&mut DB::Connection, sqlx::Error> {
        let held = self.held.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        Ok(&mut held.connection)
    }

    /// Gives the connection back, with no transaction open on it.
    pub(crate) fn give_back(mut self) {
        let Some(mut held) = self.held.take() else { return };
        let mut idle = lock(&self.writers.idle);
        // Asked under the lock: what is closed is emptied under it afterwards.
        if held.held_since.elapsed() < HELD_FOR && !self.writers.permits.is_closed() {
            held.used_at = Instant::now();
            idle.push(held);
        }
    }

    fn close(&mut self) {
        if let Some(mut held) = self.held.take() {
            held.connection.close_on_drop();
        }
    }
}

impl<DB: Database> Drop for Writer<DB> {
    fn drop(&mut self) {
        self.close();
    }
}

async fn in_time<T>(limit: Duration, found: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(limit, found).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
