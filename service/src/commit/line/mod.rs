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
    waiters: Vec<Waiter>,
    began_at: Instant,
    metrics: Metrics,
}

/// Who waits for the answer to a request of a batch.
#[derive(Debug)]
struct Waiter {
    reply: oneshot::Sender<Reply>,
    deadline: Instant,
    /// `None` once the batch is taken.
    room: Option<Room>,
}

impl Batch {
    fn new(metrics: Metrics) -> Self {
        Self {
            requests: Vec::new(),
            waiters: Vec::new(),
            began_at: Instant::now(),
            metrics,
        }
    }

    /// Answers everybody, in the order of the requests.
    pub(super) fn answer(&mut self, answers: Vec<Reply>) {
        self.metrics.observe_batch(self.requests.len(), self.began_at.elapsed());
        for (waiter, answer) in self.waiters.drain(..).zip(answers) {
            // Whoever has gone needs no answer.
            let _ = waiter.reply.send(answer);
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
            waiters,
            began_at,
            metrics,
        } = self;
        requests.into_iter().zip(waiters).map(move |(request, waiter)| Self {
            requests: vec![request],
            waiters: vec![waiter],
            began_at,
            metrics: metrics.clone(),
        })
    }

    fn add(&mut self, waiting: Waiting) {
        let Waiting {
            request,
            room,
            deadline,
            reply,
        } = waiting;
        self.requests.push(request);
        self.waiters.push(Waiter {
            reply,
            deadline,
            room: Some(room),
        });
    }

    /// How many commands it has; a list counts for its items.
    fn commands(&self) -> usize {
        self.requests.iter().map(Request::weight).fold(0, usize::saturating_add)
    }

    fn bytes(&self) -> usize {
        let rooms = self.waiters.iter().filter_map(|waiter| waiter.room.as_ref());
        rooms.fold(0, |sum, room| sum.saturating_add(room.bytes))
    }

    /// Tells who waited too long that nothing was done, and leaves them out.
    fn drop_expired(&mut self) {
        let now = Instant::now();
        if self.waiters.iter().all(|waiter| waiter.deadline > now) {
            return;
        }
        let requests = std::mem::take(&mut self.requests);
        let waiters = std::mem::take(&mut self.waiters);
        for (request, waiter) in requests.into_iter().zip(waiters) {
            if waiter.deadline > now {
                self.requests.push(request);
                self.waiters.push(waiter);
            } else {
                let late = LedgerError::Unavailable("waited too long in the queue".to_owned());
                // Whoever has gone needs no answer.
                let _ = waiter.reply.send(Err(late));
            }
        }
    }
}

/// The end of a ledger's queue that its task takes batches from.
pub(super) struct Line {
    receiver: mpsc::Receiver<Waiting>,
    limits: Limits,
    /// What is taken next, as far as it was looked at.
    next: Batch,
    /// A list that has no room in it.
    put_back: Option<Waiting>,
}

impl Line {
    pub(super) fn new(receiver: mpsc::Receiver<Waiting>, limits: Limits, metrics: Metrics) -> Self {
        Self {
            receiver,
            limits,
            next: Batch::new(metrics),
            put_back: None,
        }
    }

    /// The next batch, once anybody waits: what was looked at, and what came since unless it `is_decided`. `None` when
    /// nobody will come any more. Can be given up at any time.
    pub(super) async fn take(&mut self, is_decided: bool) -> Option<Batch> {
        if !is_decided {
            self.gather();
        }
        while self.next.requests.is_empty() {
            let first = match self.put_back.take() {
                Some(first) => first,
                None => self.receiver.recv().await?,
            };
            self.next.add(first);
            self.gather();
        }
        let following = Batch::new(self.next.metrics.clone());
        let mut batch = std::mem::replace(&mut self.next, following);
        batch.began_at = Instant::now();
        batch.waiters.iter_mut().for_each(|waiter| waiter.room = None);
        Some(batch)
    }

    /// The requests of the batch that will be taken next, so far.
    pub(super) fn look(&mut self) -> &[Request] {
        self.gather();
        &self.next.requests
    }

    /// Adds what waits, up to the bounds of a batch; a list of more commands than these is a batch by itself. Whose deadline
    /// has passed is left out: nothing is done for them.
    fn gather(&mut self) {
        let (mut commands, mut bytes) = (self.next.commands(), self.next.bytes());
        while commands < self.limits.batch_max && bytes < self.limits.batch_bytes_max {
            let next = self.put_back.take().or_else(|| self.receiver.try_recv().ok());
            let Some(waiting) = next else { break };
            let sum = commands.saturating_add(waiting.request.weight());
            if commands > 0 && sum > self.limits.batch_max {
                self.put_back = Some(waiting);
                break;
            }
            commands = sum;
            bytes = bytes.saturating_add(waiting.room.bytes);
            self.next.add(waiting);
        }
        self.next.drop_expired();
    }
}

#[cfg(test)]
mod tests;
