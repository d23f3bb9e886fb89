//! The connections that read: each is lent to one statement at a time.
//!
//! sqlx's pool would do, but for two things that cost a read more than its statement does. It asks every connection that
//! comes back whether it still lives, which is a round trip; and it lends a connection to any thread, while its socket
//! is watched by the thread that opened it, so that each answer wakes two threads. Here a connection comes back without
//! a question, and only after a success: whatever was dropped half way or failed is closed. One that its server ended
//! while it was idle is found out by the next read, which is begun anew on another: to read twice does no harm. And each
//! thread that serves has readers of its own ([`Readers::share`]).

use std::fmt;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use sea_orm::{ConnAcquireErr, ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::fault::Fault;
use super::session::{ReadSession, Source};
use super::{PoolUse, lock};

/// How long a read waits for a connection before it is told that too much is waiting.
const LEND_TIMEOUT: Duration = Duration::from_secs(2);

/// Connections that read: single statements, never a transaction. A statement can be dropped half way without harm.
#[derive(Clone)]
pub(crate) struct Readers {
    pool: Arc<ReadPool>,
    family: Arc<Family>,
}

/// The pools of a database.
#[derive(Default)]
struct Family {
    pools: Mutex<Vec<Weak<ReadPool>>>,
}

struct ReadPool {
    source: Source,
    max: u32,
    permits: Semaphore,
    idle: Mutex<Vec<ReadSession>>,
}

/// A session that is in use. It is closed when this is dropped, unless it was given back.
struct Lent<'a> {
    pool: &'a ReadPool,
    session: ReadSession,
    _permit: SemaphorePermit<'a>,
}

impl fmt::Debug for Readers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Readers")
            .field("max", &self.pool.max)
            .finish_non_exhaustive()
    }
}

impl Readers {
    /// At most `max` connections, opened when they are needed.
    pub(super) fn new(source: Source, max: u32) -> Self {
        Self::join(ReadPool::new(source, max), Arc::default())
    }

    /// A pool of at most `max` connections to the same database, for a thread of its own.
    pub(crate) fn share(&self, max: u32) -> Self {
        let pool = ReadPool::new(self.pool.source.clone(), max);
        Self::join(pool, Arc::clone(&self.family))
    }

    fn join(pool: ReadPool, family: Arc<Family>) -> Self {
        let pool = Arc::new(pool);
        lock(&family.pools).push(Arc::downgrade(&pool));
        Self { pool, family }
    }

    fn pools(&self) -> Vec<Arc<ReadPool>> {
        lock(&self.family.pools).iter().filter_map(Weak::upgrade).collect()
    }

    /// How the connections of all pools of the database are used.
    pub(super) fn usage(&self) -> PoolUse {
        let pools = self.pools();
        let sum = |count: fn(&ReadPool) -> usize| {
            let total = pools.iter().fold(0_usize, |sum, pool| sum.saturating_add(count(pool)));
            u32::try_from(total).unwrap_or(u32::MAX)
        };
        let max = pools.iter().fold(0_u32, |sum, pool| sum.saturating_add(pool.max));
        PoolUse {
            pool: "read",
            in_use: sum(ReadPool::in_use),
            idle: sum(|pool| lock(&pool.idle).len()),
            max,
        }
    }

    /// Lends no more, and closes what is idle in every pool of the database.
    pub(super) async fn close(&self) {
        let mut idle = Vec::new();
        for pool in self.pools() {
            pool.permits.close();
            idle.append(&mut lock(&pool.idle));
        }
        // At once: one whose server does not answer keeps no other open.
        join_all(idle.into_iter().map(ReadSession::close)).await;
    }
}

impl ReadPool {
    fn new(source: Source, max: u32) -> Self {
        let permits = usize::try_from(max).unwrap_or(Semaphore::MAX_PERMITS).max(1);
        Self {
            source,
            max,
            permits: Semaphore::new(permits),
            idle: Mutex::default(),
        }
    }

    fn in_use(&self) -> usize {
        let max = usize::try_from(self.max).unwrap_or(usize::MAX).max(1);
        max.saturating_sub(self.permits.available_permits())
    }

    async fn lend(&self) -> Result<Lent<'_>, DbErr> {
        let permit = timeout(LEND_TIMEOUT, self.permits.acquire())
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        let idle = lock(&self.idle).pop();
        let session = match idle {
            Some(session) => session.refreshed(&self.source).await,
            None => None,
        };
        let session = match session {
            Some(session) => session,
            None => self.source.open().await?,
        };
        Ok(Lent {
            pool: self,
            session,
            _permit: permit,
        })
    }
}

impl Lent<'_> {
    /// The result, and the session back to the pool where it is a success.
    fn give_back<T>(mut self, result: Result<T, sqlx::Error>) -> Result<T, DbErr> {
        let value = result.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?;
        self.session.rest();
        lock(&self.pool.idle).push(self.session);
        Ok(value)
    }
}

#[async_trait]
impl ConnectionTrait for Readers {
    fn get_database_backend(&self) -> DbBackend {
        match self.pool.source {
            Source::Postgres { .. } => DbBackend::Postgres,
            Source::Sqlite(_) => DbBackend::Sqlite,
        }
    }

    /// A statement that changes something is refused by the session.
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        if statement.values.is_some() {
            return Err(DbErr::Custom("a reader executes no statement with values".to_owned()));
        }
        self.execute_unprepared(&statement.sql).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut lent = self.pool.lend().await?;
        let mut result = lent.session.execute(sql).await;
        if is_lost(&result) {
            lent.session = self.pool.source.open().await?;
            result = lent.session.execute(sql).await;
        }
        lent.give_back(result)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut lent = self.pool.lend().await?;
        let mut result = lent.session.fetch(&statement).await;
        if is_lost(&result) {
            lent.session = self.pool.source.open().await?;
            result = lent.session.fetch(&statement).await;
        }
        lent.give_back(result)
    }
}

/// Whether the connection ended, before the statement or under it.
fn is_lost<T>(result: &Result<T, sqlx::Error>) -> bool {
    result
        .as_ref()
        .is_err_and(|error| Fault::of(error) == Fault::Connection)
}
