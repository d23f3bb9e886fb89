//! One batch from its first statement to its answers, through every failure.
//!
//! | what fails | before `COMMIT` is sent | after |
//! | --- | --- | --- |
//! | the connection, or another session is in the way | the batch is begun anew, for a while | the outcome is looked for |
//! | the data, or a panic of ours | the batch is run again request by request | the outcome is looked for |
//! | anything else, and what takes too long | every request is refused | the outcome is looked for |
//!
//! Where the outcome is found, a commit that was kept is answered as if nothing had happened, and one that was not is
//! treated as if it had failed before.

mod finish;
mod prepare;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use tokio::time::timeout;

use super::ahead::Plan;
use super::failure::Failure;
use super::kept::{self, Kept, Left};
use super::line::{Batch, Line};
use super::seal::SealedBlock;
use crate::LedgerError;
use crate::database::WritePool;
use crate::ledger::LARGE_AMOUNT;
use crate::value::Timestamp;
use finish::{Unfinished, finish};
use prepare::Pending;

pub(super) use prepare::Randomness;

/// How long a batch is begun anew when the connection is lost, or another session is in the way, before `COMMIT`.
const RETRY_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause before the second attempt; it doubles with each.
const PAUSE: Duration = Duration::from_millis(25);
/// The longest pause between two attempts, and between two looks for the outcome of a commit.
const PAUSE_MAX: Duration = Duration::from_millis(200);
/// How long everything before `COMMIT` may take: more than the wait for a lock or for a connection. It ends what waits
/// for a database that is behind a broken network, which tells neither side that the other is gone.
pub(super) const STATEMENTS_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the answer to `COMMIT` is waited for once the batch behind it has found it kept.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(100);

/// Where batches of one ledger are committed.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) pool: WritePool,
    pub(super) ledger_id: i64,
    /// The time of day.
    pub(super) clock: fn() -> Timestamp,
}

impl Target {
    /// Commits the requests as one batch, and answers each. A batch in which a day's total passed its bound is decided
    /// again with the totals at hand; one that fails for another reason of its data is run again request by request, so
    /// that one cannot fail its neighbours.
    pub(super) async fn commit(&self, mut batch: Batch, kept: &mut Kept, line: &mut Line) {
        let mut outcome = self.commit_together(&mut batch, LARGE_AMOUNT, kept, Some(line)).await;
        let count = batch.requests.len();
        if let Err(failure) = &outcome
            && failure.is_overflow()
        {
            log::info!("a batch of {count} is decided again over its days' totals: {failure}");
            outcome = self.commit_together(&mut batch, 0, kept, Some(line)).await;
        }
        match outcome {
            Ok(()) => {}
            Err(failure) if failure.is_of_the_data() && count > 1 => {
                log::warn!("a batch of {count} is run again one by one: {failure}");
                self.commit_one_by_one(batch, kept).await;
            }
            Err(failure) => batch.refuse(&failure.to_error()),
        }
    }

    async fn commit_one_by_one(&self, batch: Batch, kept: &mut Kept) {
        let mut in_the_way = None;
        for mut single in batch.apart() {
            if let Some(failure) = &in_the_way {
                single.refuse(&LedgerError::Unavailable(format!("not begun after this: {failure}")));
                continue;
            }
            if let Err(failure) = self.commit_together(&mut single, LARGE_AMOUNT, kept, None).await {
                single.refuse(&failure.to_error());
                // It would fail the others as well, each after its own wait.
                in_the_way = Some(failure).filter(|failure| !failure.is_of_the_data());
            }
        }
    }

    /// Movements of `large_amount` and above are decided over the totals of their days. The next batch is looked at where
    /// it is that of the `line`.
    async fn commit_together(
        &self,
        batch: &mut Batch,
        large_amount: i64,
        kept: &mut Kept,
        mut line: Option<&mut Line>,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let mut pause = PAUSE;
        loop {
            match Box::pin(self.attempt(batch, large_amount, kept, line.as_deref_mut())).await {
                Err(failure) if failure.is_passing() && started.elapsed() < RETRY_TIMEOUT => {
                    log::warn!("a batch of {} is tried again: {failure}", batch.requests.len());
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(PAUSE_MAX);
                }
                ended => return ended,
            }
        }
    }

    /// Commits the batch and answers it, while the next is looked at.
    async fn attempt(
        &self,
        batch: &mut Batch,
        large_amount: i64,
        kept: &mut Kept,
        line: Option<&mut Line>,
    ) -> Result<(), Failure> {
        let deadline = Instant::now().checked_add(STATEMENTS_TIMEOUT);
        // In a box: it is large, and is moved several times before it begins.
        let prepared = Box::pin(self.prepare(&batch.requests, large_amount, kept));
        let (plan, tip, pending) = guard(STATEMENTS_TIMEOUT, prepared).await?;
        let Plan {
            snapshot, decided, now, ..
        } = plan;
        let Some(Pending { txn, rest, block }) = pending else {
            kept.left = Left::Snapshot(tip, Box::new(kept::settle(snapshot)));
            batch.answer(decided.replies);
            return Ok(());
        };
        let left = deadline.map_or(STATEMENTS_TIMEOUT, |at| at.saturating_duration_since(Instant::now()));
        let mut replies = Some(decided.replies);
        let finished = async {
            finish(txn, rest, left).await?;
            batch.answer(replies.take().unwrap_or_default());
            Ok(())
        };
        let line = line.filter(|_| kept.is_undisturbed());
        let next = async {
            let tip = block.as_ref().map_or(tip, SealedBlock::tip);
            self.look_ahead(snapshot, tip, now, line).await
        };
        let ended = match select(pin!(finished), pin!(next)).await {
            Either::Left((Ok(()), next)) => Ok(next.await),
            Either::Left((Err(failure), _)) => Err(failure),
            Either::Right((Left::Ahead(ahead), finished)) if ahead.holds() => {
                // It stands on this batch, which was kept therefore, and nobody else has the lock meanwhile.
                let _ = timeout(ANSWER_TIMEOUT, finished).await;
                Ok(Left::Ahead(ahead))
            }
            Either::Right((next, finished)) => finished.await.map(|()| next),
        };
        match ended {
            Ok(next) => {
                if matches!(next, Left::Nothing) {
                    kept.put_off();
                }
                kept.left = next;
            }
            Err(Unfinished::Before(failure)) => return Err(failure),
            Err(Unfinished::After(failure)) => {
                log::warn!("the outcome of a commit is looked for: {failure}");
                self.settle(failure, block.as_ref()).await?;
            }
        }
        if let Some(replies) = replies {
            batch.answer(replies);
        }
        Ok(())
    }

    /// The time of day, later than what was recorded last.
    pub(super) fn now_after(&self, last: Timestamp) -> Timestamp {
        let next = last.micros().saturating_add(1);
        Timestamp::from_micros((self.clock)().micros().max(next))
    }
}

/// Bounds work on the database in time, and makes a failure of a panic. What is given up either way closes its
/// connection, which undoes whatever was not committed on it.
pub(super) async fn guard<T>(limit: Duration, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let work = AssertUnwindSafe(work).catch_unwind();
    match timeout(limit, work).await {
        Ok(Ok(ended)) => ended,
        Ok(Err(panic)) => Err(Failure::panicked(&*panic)),
        Err(_) => Err(Failure::late(limit)),
    }
}
