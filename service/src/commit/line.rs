//! The requests that wait for a ledger's task, and the batches that are made of them.
//!
//! A batch takes everything that waits, up to its bounds, and never waits for more: what queued during the commit
//! before is batch enough, and the lone caller is not kept waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::batcher::Limits;
use crate::LedgerError;
use crate::ledger::{Answer, Request};
use crate::metrics::Metrics;

/// What one request of a batch is answered.
pub(super) type Reply = Result<Answer, LedgerError>;

/// A request in the queue, and who waits for its answer.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) request: Request,
    pub(super) room: Room,
    pub(super) deadline: Instant,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// The room that a request takes in the queue. It is given back when this is dropped, wherever that happens.
#[derive(Debug)]
pub(super) struct Room {
    bytes: usize,
    queue_bytes: Arc<AtomicUsize>,
    metrics: Metrics,
}

impl Room {
    pub(super) fn take(bytes: usize, queue_bytes: &Arc<AtomicUsize>, metrics: &Metrics) -> Self {
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

/// Requests that are committed together, and who waits for the answer to each.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) requests: Vec<Request>,
    replies: Vec<oneshot::Sender<Reply>>,
    bytes: usize,
    began_at: Instant,
    metrics: Metrics,
}

impl Batch {
    fn new(metrics: Metrics) -> Self {
        Self {
            requests: Vec::new(),
            replies: Vec::new(),
            bytes: 0,
            began_at: Instant::now(),
            metrics,
        }
    }

    /// Answers everybody, in the order of the requests.
    pub(super) fn answer(&mut self, answers: Vec<Reply>) {
        self.metrics.observe_batch(self.requests.len(), self.began_at.elapsed());
        for (reply, answer) in self.replies.drain(..).zip(answers) {
            // Whoever has gone needs no answer.
            let _ = reply.send(answer);
        }
    }

    /// Tells everybody that nothing was done.
    pub(super) fn refuse(&mut self, error: &LedgerError) {
        self.answer(self.requests.iter().map(|_| Err(error.clone())).collect());
    }

    /// The same requests, each in a batch by itself.
    pub(super) fn apart(self) -> impl Iterator<Item = Self> {
        let Self {
            requests,
            replies,
            began_at,
            metrics,
            ..
        } = self;
        requests.into_iter().zip(replies).map(move |(request, reply)| Self {
            requests: vec![request],
            replies: vec![reply],
            bytes: 0,
            began_at,
            metrics: metrics.clone(),
        })
    }
}

/// The end of a ledger's queue that its task takes batches from.
pub(super) struct Line {
    receiver: mpsc::Receiver<Waiting>,
    limits: Limits,
    /// What is taken next, as far as it was looked at.
    next: Batch,
}

impl Line {
    pub(super) fn new(receiver: mpsc::Receiver<Waiting>, limits: Limits, metrics: Metrics) -> Self {
        Self {
            receiver,
            limits,
            next: Batch::new(metrics),
        }
    }

    /// The next batch, once anybody waits: what was looked at, and what came since unless it `is_decided`. `None` when
    /// nobody will come any more. Can be given up at any time.
    pub(super) async fn take(&mut self, is_decided: bool) -> Option<Batch> {
        loop {
            if !is_decided {
                self.gather();
            }
            if self.next.requests.is_empty() {
                let first = self.receiver.recv().await?;
                self.add(first);
            } else {
                let following = Batch::new(self.next.metrics.clone());
                let mut batch = std::mem::replace(&mut self.next, following);
                batch.began_at = Instant::now();
                return Some(batch);
            }
        }
    }

    /// The requests of the batch that will be taken next, so far.
    pub(super) fn look(&mut self) -> &[Request] {
        self.gather();
        &self.next.requests
    }

    /// Adds what waits, up to the bounds of a batch.
    fn gather(&mut self) {
        while self.next.requests.len() < self.limits.batch_max && self.next.bytes < self.limits.batch_bytes_max {
            let Ok(waiting) = self.receiver.try_recv() else { break };
            self.add(waiting);
        }
    }

    /// Adds a request, unless it waited too long: nothing is done for it then.
    fn add(&mut self, waiting: Waiting) {
        if waiting.deadline > Instant::now() {
            self.next.bytes = self.next.bytes.saturating_add(waiting.room.bytes);
            self.next.requests.push(waiting.request);
            self.next.replies.push(waiting.reply);
        } else {
            let late = LedgerError::Unavailable("waited too long in the queue".to_owned());
            // Whoever has gone needs no answer.
            let _ = waiting.reply.send(Err(late));
        }
    }
}
