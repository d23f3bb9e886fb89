//! The queue of each ledger, and the task that empties it batch by batch.

mod erasures;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::batch::{STATEMENTS_TIMEOUT, Target, guard};
use super::kept::{Kept, Left};
use super::line::{Line, Reply, Room, Waiting};
use super::steps::Step;
use crate::LedgerError;
use crate::database::WritePool;
use crate::ledger::{Answer, Request};
use crate::metrics::Metrics;
use crate::value::Timestamp;

/// How long a ledger that nobody writes to keeps what its batches left.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The bounds of queues and batches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Most commands of one commit.
    pub(crate) batch_max: usize,
    /// A batch takes no further request once those that it has are of so many bytes.
    pub(crate) batch_bytes_max: usize,
    /// Most commands that wait per ledger.
    pub(crate) queue_max: usize,
    /// Most bytes of the requests that wait per ledger.
    pub(crate) queue_bytes_max: usize,
}

/// Commits requests: one queue and one task a ledger.
#[derive(Debug)]
pub(crate) struct Committer {
    pool: WritePool,
    limits: Limits,
    clock: fn() -> Timestamp,
    metrics: Metrics,
    /// Where the tasks of the queues run: a caller may live on a runtime that ends before the last commit.
    runtime: Handle,
    /// Whether the write-ahead log may still show what was cleared, by this server or by the one before it.
    log_shows_cleared: AtomicBool,
    /// `None` once the committer is shut down.
    queues: Mutex<Option<HashMap<i64, Queue>>>,
}

#[derive(Debug)]
struct Queue {
    sender: mpsc::Sender<Waiting>,
    bytes: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Committer {
    /// A committer whose tasks run on the runtime that this is called on.
    pub(crate) fn new(pool: WritePool, limits: Limits, clock: fn() -> Timestamp, metrics: Metrics) -> Self {
        Self {
            runtime: Handle::current(),
            pool,
            limits,
            clock,
            metrics,
            log_shows_cleared: AtomicBool::new(true),
            queues: Mutex::new(Some(HashMap::new())),
        }
    }

    /// Queues a request and waits for its answer. It is committed whether or not somebody still waits.
    pub(crate) async fn submit(&self, ledger_id: i64, request: Request, deadline: Instant) -> Reply {
        self.enqueue(ledger_id, request, deadline)?.answer().await
    }

    /// Queues a request behind those that were queued before it. It is committed whether or not somebody waits.
    ///
    /// # Errors
    /// `Overloaded` where there is no room; `Unavailable` once the committer is shut down.
    pub(crate) fn enqueue(&self, ledger_id: i64, request: Request, deadline: Instant) -> Result<Queued, LedgerError> {
        let (reply, answer) = oneshot::channel();
        let bytes = request.size_bytes();
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queues) = queues.as_mut() else {
            return Err(LedgerError::Unavailable("shutting down".to_owned()));
        };
        let queue = queues.entry(ledger_id).or_insert_with(|| self.open_queue(ledger_id));
        if queue.sender.is_closed() {
            log::error!("the task of ledger {ledger_id} has ended: its queue is opened anew");
            *queue = self.open_queue(ledger_id);
        }
        if queue.bytes.load(Ordering::Relaxed).saturating_add(bytes) > self.limits.queue_bytes_max {
            return Err(LedgerError::Overloaded);
        }
        let waiting = Waiting {
            room: Room::take(bytes, &queue.bytes, &self.metrics),
            request,
            deadline,
            reply,
        };
        queue.sender.try_send(waiting).map_err(|_| LedgerError::Overloaded)?;
        Ok(Queued(answer))
    }

    fn open_queue(&self, ledger_id: i64) -> Queue {
        let (sender, receiver) = mpsc::channel(self.limits.queue_max);
        let worker = Worker {
            target: self.target(ledger_id),
            line: Line::new(receiver, self.limits, self.metrics.clone()),
            kept: Kept::default(),
        };
        Queue {
            sender,
            bytes: Arc::default(),
            task: self.runtime.spawn(worker.run()),
        }
    }

    /// Counts a user's transactions by the days of a new time zone, at most `steps_max` steps of `step_rows`
    /// transactions each; whether nothing is left to do.
    ///
    /// # Errors
    /// Those of a database that does not answer; `AmountOverflow`, see [`Target::regroup_step`]. What was done stays
    /// done.
    pub(crate) async fn regroup(
        &self,
        ledger_id: i64,
        user_id: &str,
        step_rows: usize,
        steps_max: u32,
    ) -> Result<bool, LedgerError> {
        let target = self.target(ledger_id);
        for _ in 0..steps_max {
            let step = guard(STATEMENTS_TIMEOUT, target.regroup_step(user_id, step_rows))
                .await
                .map_err(|failure| failure.to_error())?;
            if step == Step::Done {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where work runs that must outlive its caller.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    fn target(&self, ledger_id: i64) -> Target {
        Target {
            pool: self.pool.clone(),
            ledger_id,
            clock: self.clock,
        }
    }

    /// Takes no more requests, and waits at most for `limit` until what is queued is committed.
    pub(crate) async fn shutdown(&self, limit: Duration) {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner).take();
        let tasks: Vec<JoinHandle<()>> = queues.into_iter().flatten().map(|(_, queue)| queue.task).collect();
        let all = futures_util::future::join_all(tasks);
        if tokio::time::timeout(limit, all).await.is_err() {
            log::error!("commits are still under way after {} s", limit.as_secs());
        }
    }
}

/// A request that waits for its commit, or has had it.
#[derive(Debug)]
pub struct Queued(oneshot::Receiver<Reply>);

impl Queued {
    /// Waits for the answer.
    ///
    /// # Errors
    /// Why the ledger refused; a refused request has left nothing behind.
    pub async fn answer(self) -> Result<Answer, LedgerError> {
        // The task answers every request that it takes, and ends only when its queue does.
        let ended = |_| Err(LedgerError::OutcomeUnknown("the ledger's task has ended".to_owned()));
        self.0.await.unwrap_or_else(ended)
    }
}

/// The task of one ledger.
struct Worker {
    target: Target,
    line: Line,
    kept: Kept,
}

impl Worker {
    async fn run(mut self) {
        loop {
            let next = self.line.take(matches!(self.kept.left, Left::Ahead(_)));
            match tokio::time::timeout(KEPT_FOR, next).await {
                Ok(Some(batch)) => self.target.commit(batch, &mut self.kept, &mut self.line).await,
                Ok(None) => return,
                Err(_) => self.kept = Kept::default(),
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
