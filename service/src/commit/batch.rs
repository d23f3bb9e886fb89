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

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use futures_util::{FutureExt, join};
use tokio::time::timeout;

use super::ahead::Plan;
use super::decision::{Question, let_it_go_out, name_all};
use super::failure::Failure;
use super::kept::{self, Kept, Left};
use super::line::{Batch, Line};
use super::save;
use super::seal::{SealedBlock, Tip, seal_block, seal_events};
use super::statement::Statement;
use super::txn::Txn;
use crate::LedgerError;
use crate::database::WritePool;
use crate::journal::Hash;
use crate::ledger::{LARGE_AMOUNT, Request};
use crate::value::Timestamp;

/// How long a batch is begun anew when the connection is lost, or another session is in the way, before `COMMIT`.
const RETRY_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause before the second attempt; it doubles with each.
const PAUSE: Duration = Duration::from_millis(25);
/// The longest pause between two attempts, and between two looks for the outcome of a commit.
const PAUSE_MAX: Duration = Duration::from_millis(200);
/// How long everything before `COMMIT` may take: more than the wait for a lock or for a connection. It ends what waits
/// for a database that is behind a broken network, which tells neither side that the other is gone.
pub(super) const STATEMENTS_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the answer to `COMMIT` is waited for.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);
/// The same, once the batch behind it has found it kept.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(100);
/// How long the outcome of a commit is looked for once its answer was lost.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Where batches of one ledger are committed.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) pool: WritePool,
    pub(super) ledger_id: i64,
    /// The time of day.
    pub(super) clock: fn() -> Timestamp,
}

/// A batch of which all is done but the journal and `COMMIT`.
struct Pending {
    txn: Txn,
    /// The journal, and what is written once all else is.
    rest: [Option<Statement>; 2],
    /// `None` where nothing was recorded.
    block: Option<SealedBlock>,
}

/// How a batch failed once its records were saved.
enum Unfinished {
    /// Before `COMMIT` was sent.
    Before(Failure),
    /// After that.
    After(Failure),
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

    /// Does everything before the journal is saved. The tip is the block before the batch's own.
    async fn prepare(
        &self,
        requests: &[Request],
        large_amount: i64,
        kept: &mut Kept,
    ) -> Result<(Plan, Tip, Option<Pending>), Failure> {
        let (txn, tip, mut plan) = match self.open_ahead(kept).await? {
            Some(decided) => decided,
            None => self.begin_and_plan(requests, large_amount, kept).await?,
        };
        if !plan.snapshot.is_changed() {
            txn.rollback().await?;
            return Ok((plan, tip, None));
        }
        let records = plan.decided.records.take();
        let pending = save_records(txn, &plan, records, &tip).await?;
        Ok((plan, tip, Some(pending)))
    }

    /// The batch as it was decided ahead, where it was and that holds.
    async fn open_ahead(&self, kept: &mut Kept) -> Result<Option<(Txn, Tip, Plan)>, Failure> {
        let ahead = match std::mem::take(&mut kept.left) {
            Left::Ahead(ahead) => ahead,
            left => {
                kept.left = left;
                return Ok(None);
            }
        };
        let opened = ahead.open().await?;
        kept.note(opened.is_some());
        Ok(opened)
    }

    /// Locks the ledger's row, and decides the batch.
    async fn begin_and_plan(
        &self,
        requests: &[Request],
        large_amount: i64,
        kept: &mut Kept,
    ) -> Result<(Txn, Tip, Plan), Failure> {
        let expected = kept.ledger().map(|ledger| ledger.default_currency);
        let (begun, names) = join!(Txn::begin(&self.pool, self.ledger_id), async {
            expected.map(|currency| name_all(requests, currency))
        });
        let (mut txn, ledger) = begun?;
        let (now, currency) = (self.now_after(ledger.last_recorded_at), ledger.state.default_currency);
        let names = names.filter(|_| expected == Some(currency));
        let mut names = names.unwrap_or_else(|| name_all(requests, currency));
        let mut snapshot = kept.take(ledger.state, &ledger.tip, &mut names);
        let randomness = Randomness::draw()?;
        let question = Question {
            requests,
            now,
            ids: randomness.ids,
            large_amount,
            is_ahead: false,
        };
        let decided = question.decide(txn.session(), &names, &mut snapshot).await?;
        let plan = Plan {
            snapshot,
            decided,
            now,
            salts: randomness.salts,
        };
        Ok((txn, ledger.tip, plan))
    }

    /// The time of day, later than what was recorded last.
    pub(super) fn now_after(&self, last: Timestamp) -> Timestamp {
        let next = last.micros().saturating_add(1);
        Timestamp::from_micros((self.clock)().micros().max(next))
    }

    /// Learns what became of a commit that ended in `failure`: locks the ledger's row, which waits for the old commit
    /// where it still runs, and looks for the block at its height. It was kept where this is `Ok`.
    ///
    /// # Errors
    /// `failure` itself where the commit was not kept, `Unsettled` where that could not be learnt in time.
    async fn settle(&self, failure: Failure, block: Option<&SealedBlock>) -> Result<(), Failure> {
        // A batch without events kept at most what it would answer again.
        let Some(block) = block else { return Err(failure) };
        let started = Instant::now();
        let mut pause = PAUSE;
        loop {
            let left = SETTLE_TIMEOUT.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Err(Failure::Unsettled(failure.to_string()));
            }
            match guard(left, self.find_block(block.header.height)).await {
                Ok(found) if found == Some(block.hash) => return Ok(()),
                Ok(_) => return Err(failure),
                Err(failure) => log::warn!("the outcome of a commit is still looked for: {failure}"),
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(PAUSE_MAX);
        }
    }

    async fn find_block(&self, height: i64) -> Result<Option<Hash>, Failure> {
        let (mut txn, _) = Txn::begin(&self.pool, self.ledger_id).await?;
        let found = txn.find_block_hash(self.ledger_id, height).await?;
        txn.rollback().await?;
        Ok(found)
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

/// Saves what the records are now, and makes the journal meanwhile.
async fn save_records(mut txn: Txn, plan: &Plan, records: Option<Statement>, tip: &Tip) -> Result<Pending, Failure> {
    let (snapshot, now) = (&plan.snapshot, plan.now);
    let dialect = txn.dialect();
    txn.save(Statement::of(dialect, &save::releases(snapshot))?).await?;
    let is_apart = records.is_some();
    let (saved, made) = join!(txn.save(records), async {
        let_it_go_out().await;
        let events = seal_events(&snapshot.events, now, &plan.salts)?;
        let block = (!events.is_empty()).then(|| seal_block(tip, &events, now));
        let mut writes = if is_apart {
            Vec::new()
        } else {
            save::records(snapshot, now)?
        };
        writes.extend(save::journal(snapshot, &events, block.as_ref(), now)?);
        let rest = [writes, save::busiest_days(snapshot)?];
        let [journal, busiest] = rest.map(|writes| Statement::of(dialect, &writes));
        Ok::<_, Failure>((block, [journal?, busiest?]))
    });
    saved?;
    let (block, rest) = made?;
    Ok(Pending { txn, rest, block })
}

/// Saves the rest and commits; everything before `COMMIT` may take until `left` has passed.
async fn finish(mut txn: Txn, rest: [Option<Statement>; 2], left: Duration) -> Result<(), Unfinished> {
    let saved = guard(left, async {
        for statement in rest {
            txn.save(statement).await?;
        }
        Ok(txn)
    });
    let txn = saved.await.map_err(Unfinished::Before)?;
    guard(COMMIT_TIMEOUT, txn.commit()).await.map_err(Unfinished::After)
}

/// Fresh randomness for one attempt.
pub(super) struct Randomness {
    pub(super) salts: [u8; 32],
    pub(super) ids: u64,
}

impl Randomness {
    pub(super) fn draw() -> Result<Self, Failure> {
        let mut salts = [0; 32];
        getrandom::fill(&mut salts).map_err(Failure::internal)?;
        let ids = getrandom::u64().map_err(Failure::internal)?;
        Ok(Self { salts, ids })
    }
}
