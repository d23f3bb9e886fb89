//! The queue of each ledger, and the task that empties it batch by batch.
//!
//! A batch takes everything that waits, up to its bounds, and never waits for more: what queued during the commit
//! before is batch enough, and the lone caller is not kept waiting.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::batch::{Reply, STATEMENTS_TIMEOUT, Target, guard};
use super::kept::Kept;
use super::regroup::Step;
use crate::LedgerError;
use crate::database::WritePool;
use crate::ledger::Request;
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
    /// `None` once the committer is shut down.
    queues: Mutex<Option<HashMap<i64, Queue>>>,
}

#[derive(Debug)]
struct Queue {
    sender: mpsc::Sender<Waiting>,
    bytes: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

/// A request in the queue, and who waits for its answer.
#[derive(Debug)]
struct Waiting {
    request: Request,
    room: Room,
    deadline: Instant,
    reply: oneshot::Sender<Reply>,
}

/// The room that a request takes in the queue. It is given back when this is dropped, wherever that happens.
#[derive(Debug)]
struct Room {
    bytes: usize,
    queue_bytes: Arc<AtomicUsize>,
    metrics: Metrics,
}

impl Room {
    fn take(bytes: usize, queue_bytes: &Arc<AtomicUsize>, metrics: &Metrics) -> Self {
        queue_bytes.fetch_add(bytes, Ordering::Relaxed);
        metrics.queued(1);
        Self {
            bytes,
            queue_bytes: Arc::clone(queue_bytes),
            metrics: metrics.clone(),
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.queue_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.metrics.queued(-1);
    }
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
            queues: Mutex::new(Some(HashMap::new())),
        }
    }

    /// Queues a request and waits for its answer. It is committed whether or not somebody still waits.
    pub(crate) async fn submit(&self, ledger_id: i64, request: Request, deadline: Instant) -> Reply {
        let (reply, answer) = oneshot::channel();
        self.enqueue(ledger_id, request, deadline, reply)?;
        // The task answers every request that it takes, and ends only when its queue does.
        answer
            .await
            .unwrap_or_else(|_| Err(LedgerError::OutcomeUnknown("the ledger's task has ended".to_owned())))
    }

    fn enqueue(
        &self,
        ledger_id: i64,
        request: Request,
        deadline: Instant,
        reply: oneshot::Sender<Reply>,
    ) -> Result<(), LedgerError> {
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
        queue.sender.try_send(waiting).map_err(|_| LedgerError::Overloaded)
    }

    fn open_queue(&self, ledger_id: i64) -> Queue {
        let (sender, receiver) = mpsc::channel(self.limits.queue_max);
        let worker = Worker {
            target: self.target(ledger_id),
            limits: self.limits,
            receiver,
            metrics: self.metrics.clone(),
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

/// The task of one ledger.
struct Worker {
    target: Target,
    limits: Limits,
    receiver: mpsc::Receiver<Waiting>,
    metrics: Metrics,
    kept: Kept,
}

impl Worker {
    async fn run(mut self) {
        while let Some(batch) = self.next_batch().await {
            let batch = drop_expired(batch);
            if !batch.is_empty() {
                self.commit(batch).await;
            }
        }
    }

    /// Everything that waits, up to the bounds of a batch; `None` when nothing will come any more.
    async fn next_batch(&mut self) -> Option<Vec<Waiting>> {
        let first = match tokio::time::timeout(KEPT_FOR, self.receiver.recv()).await {
            Ok(first) => first?,
            Err(_) => {
                self.kept = Kept::default();
                self.receiver.recv().await?
            }
        };
        let mut bytes = first.room.bytes;
        let mut batch = vec![first];
        while batch.len() < self.limits.batch_max && bytes < self.limits.batch_bytes_max {
            let Ok(next) = self.receiver.try_recv() else { break };
            bytes = bytes.saturating_add(next.room.bytes);
            batch.push(next);
        }
        Some(batch)
    }

    async fn commit(&mut self, batch: Vec<Waiting>) {
        let started = Instant::now();
        let (requests, replies): (Vec<Request>, Vec<oneshot::Sender<Reply>>) = batch
            .into_iter()
            .map(|waiting| (waiting.request, waiting.reply))
            .unzip();
        let answers = self.target.commit(&requests, &mut self.kept).await;
        self.metrics.observe_batch(requests.len(), started.elapsed());
        for (reply, answer) in replies.into_iter().zip(answers) {
            // Whoever has gone needs no answer.
            let _ = reply.send(answer);
        }
    }
}

/// Answers whoever waited too long, without having done anything.
fn drop_expired(batch: Vec<Waiting>) -> Vec<Waiting> {
    let now = Instant::now();
    let (expired, live): (Vec<Waiting>, Vec<Waiting>) = batch.into_iter().partition(|waiting| waiting.deadline <= now);
    for waiting in expired {
        // Whoever has gone needs no answer.
        let _ = waiting
            .reply
            .send(Err(LedgerError::Unavailable("waited too long in the queue".to_owned())));
    }
    live
}

#[cfg(test)]
mod tests;
