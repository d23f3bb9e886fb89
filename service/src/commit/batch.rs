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
use std::time::{Duration, Instant};

use futures_util::{FutureExt, join};

use super::failure::Failure;
use super::kept::{self, Kept};
use super::load::{bind_days, day_totals_sql, read_day_totals, read_rows};
use super::rows::Dialect;
use super::save;
use super::seal::{SealedBlock, Tip, seal_block, seal_events};
use super::statement::Statement;
use super::tables::Write;

use super::txn::Txn;
use crate::LedgerError;
use crate::database::WritePool;
use crate::journal::Hash;
use crate::ledger::{Answer, Ids, LARGE_AMOUNT, LargeMovements, Names, Request, Snapshot, decide};
use crate::money::Currency;
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
/// How long the outcome of a commit is looked for once its answer was lost.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(5);

/// From so many events on, making the journal takes longer than a statement of its own for it.
const JOURNAL_APART_MIN: usize = 32;

/// What one request of a batch is answered.
pub(super) type Reply = Result<Answer, LedgerError>;

/// Where batches of one ledger are committed.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) pool: WritePool,
    pub(super) ledger_id: i64,
    /// The time of day; read only while the ledger is locked.
    pub(super) clock: fn() -> Timestamp,
}

/// A batch that is decided.
struct Prepared {
    replies: Vec<Reply>,
    /// What it leaves once it is committed.
    snapshot: Snapshot,
    /// The ledger's newest block before it.
    tip: Tip,
    /// `None` where nothing is to be saved.
    pending: Option<Pending>,
}

/// A transaction of which all is done but its `COMMIT`.
struct Pending {
    txn: Txn,
    block: Option<SealedBlock>,
}

impl Target {
    /// Commits the requests as one batch, and answers each. A batch in which a day's total passed its bound is decided
    /// again with the totals at hand; one that fails for another reason of its data is run again request by request, so
    /// that one cannot fail its neighbours.
    pub(super) async fn commit(&self, requests: &[Request], kept: &mut Kept) -> Vec<Reply> {
        let mut outcome = self.commit_together(requests, LARGE_AMOUNT, kept).await;
        if let Err(failure) = &outcome
            && failure.is_overflow()
        {
            log::info!(
                "a batch of {} is decided again over its days' totals: {failure}",
                requests.len()
            );
            outcome = self.commit_together(requests, 0, kept).await;
        }
        match outcome {
            Ok(replies) => replies,
            Err(failure) if failure.is_of_the_data() && requests.len() > 1 => {
                log::warn!("a batch of {} is run again one by one: {failure}", requests.len());
                self.commit_one_by_one(requests, kept).await
            }
            Err(failure) => refuse_all(requests, &failure.to_error()),
        }
    }

    async fn commit_one_by_one(&self, requests: &[Request], kept: &mut Kept) -> Vec<Reply> {
        let mut replies = Vec::with_capacity(requests.len());
        while let Some(request) = requests.get(replies.len()) {
            match self
                .commit_together(std::slice::from_ref(request), LARGE_AMOUNT, kept)
                .await
            {
                Ok(reply) => replies.extend(reply),
                Err(failure) => {
                    replies.push(Err(failure.to_error()));
                    if !failure.is_of_the_data() {
                        // It would fail the others as well, each after its own wait.
                        let rest = requests.get(replies.len()..).unwrap_or_default();
                        let error = LedgerError::Unavailable(format!("not begun after this: {failure}"));
                        replies.extend(refuse_all(rest, &error));
                    }
                }
            }
        }
        replies
    }

    /// Movements of `large_amount` and above are decided over the totals of their days.
    async fn commit_together(
        &self,
        requests: &[Request],
        large_amount: i64,
        kept: &mut Kept,
    ) -> Result<Vec<Reply>, Failure> {
        let started = Instant::now();
        let mut pause = PAUSE;
        loop {
            match self.attempt(requests, large_amount, kept).await {
                Err(failure) if failure.is_passing() && started.elapsed() < RETRY_TIMEOUT => {
                    log::warn!("a batch of {} is tried again: {failure}", requests.len());
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(PAUSE_MAX);
                }
                ended => return ended,
            }
        }
    }

    async fn attempt(&self, requests: &[Request], large_amount: i64, kept: &mut Kept) -> Result<Vec<Reply>, Failure> {
        let Prepared {
            replies,
            snapshot,
            tip,
            pending,
        } = guard(STATEMENTS_TIMEOUT, self.prepare(requests, large_amount, kept)).await?;
        let settled = async { kept::settle(snapshot) };
        let (tip, settled) = match pending {
            None => (tip, settled.await),
            Some(Pending { txn, block }) => {
                let (committed, settled) = join!(guard(COMMIT_TIMEOUT, txn.commit()), settled);
                if let Err(failure) = committed {
                    log::warn!("the outcome of a commit is looked for: {failure}");
                    self.settle(failure, block.as_ref()).await?;
                }
                (block.map_or(tip, |block| block.tip()), settled)
            }
        };
        kept.put(tip, settled);
        Ok(replies)
    }

    /// Does everything before `COMMIT`.
    async fn prepare(&self, requests: &[Request], large_amount: i64, kept: &mut Kept) -> Result<Prepared, Failure> {
        let expected = kept.ledger().map(|ledger| ledger.default_currency);
        let (begun, named) = join!(Txn::begin(&self.pool, self.ledger_id), async {
            expected.map(|currency| name_all(requests, currency))
        });
        let (mut txn, ledger) = begun?;
        let now = (self.clock)()
            .micros()
            .max(ledger.last_recorded_at.micros().saturating_add(1));
        let now = Timestamp::from_micros(now);
        let currency = ledger.state.default_currency;
        let named = named.filter(|_| expected == Some(currency));
        let mut names = named.unwrap_or_else(|| name_all(requests, currency));
        let mut snapshot = kept.take(ledger.state, &ledger.tip, &mut names);
        let randomness = Randomness::draw()?;
        let batch = Batch {
            requests,
            now,
            ids: randomness.ids,
            large_amount,
        };
        let Decided { replies, state } = self.load_and_decide(&mut txn, &names, &mut snapshot, &batch).await?;
        if !snapshot.is_changed() {
            txn.rollback().await?;
            return Ok(Prepared {
                replies,
                snapshot,
                tip: ledger.tip,
                pending: None,
            });
        }
        let block = save_all(&mut txn, &snapshot, state, &ledger.tip, now, &randomness.salts).await?;
        Ok(Prepared {
            replies,
            snapshot,
            tip: ledger.tip,
            pending: Some(Pending { txn, block }),
        })
    }

    /// Decides the batch over what it names. Where that is most likely new, it is decided as such while it is looked
    /// for, and once more if some of it was found.
    async fn load_and_decide(
        &self,
        txn: &mut Txn,
        names: &Names,
        snapshot: &mut Snapshot,
        batch: &Batch<'_>,
    ) -> Result<Decided, Failure> {
        let dialect = txn.dialect();
        if names.are_new() && batch.large_movements(snapshot).days.is_empty() {
            let (rows, decided) = join!(txn.load(self.ledger_id, names), async {
                let_it_go_out().await;
                batch.decide(snapshot, dialect)
            });
            let rows = rows?;
            if rows.is_empty() {
                return decided;
            }
            snapshot.undo();
            read_rows(snapshot, &rows)?;
        } else {
            read_rows(snapshot, &txn.load(self.ledger_id, names).await?)?;
        }
        let large = batch.large_movements(snapshot);
        if !large.days.is_empty() {
            let days = txn
                .fetch(day_totals_sql(dialect), self.ledger_id, vec![bind_days(&large)])
                .await?;
            read_day_totals(snapshot, &days)?;
        }
        batch.decide(snapshot, dialect)
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
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(ended)) => ended,
        Ok(Err(panic)) => Err(Failure::panicked(&*panic)),
        Err(_) => Err(Failure::late(limit)),
    }
}

fn name_all(requests: &[Request], default_currency: Currency) -> Names {
    let mut names = Names::default();
    requests.iter().for_each(|request| names.add(request, default_currency));
    names
}

/// What is decided together, and all that the decision depends on but the snapshot.
struct Batch<'a> {
    requests: &'a [Request],
    now: Timestamp,
    /// Randomness for the ids of what is made.
    ids: u64,
    /// Movements of so many minor units and above are decided over the totals of their days.
    large_amount: i64,
}

/// What was decided, and how it is saved.
struct Decided {
    replies: Vec<Reply>,
    state: State,
}

/// What the records of a batch are now.
struct State {
    /// A statement of its own, where making the journal takes longer than one.
    apart: Option<Statement>,
    /// What is written with the journal.
    rest: Vec<Write>,
}

impl Batch<'_> {
    fn large_movements(&self, snapshot: &Snapshot) -> LargeMovements {
        let mut large = LargeMovements::above(self.large_amount);
        self.requests
            .iter()
            .for_each(|request| large.add(request, snapshot, self.now));
        large
    }

    fn decide(&self, snapshot: &mut Snapshot, dialect: Dialect) -> Result<Decided, Failure> {
        let mut ids = Ids::new(self.now, self.ids);
        let mut decide_one = |request: &Request| {
            let decision = decide(snapshot, request, self.now, &mut ids)?;
            if let Some(changes) = decision.changes {
                snapshot.apply(changes);
            }
            Ok(decision.answer)
        };
        let replies = self.requests.iter().map(&mut decide_one).collect();
        let writes = save::state(snapshot, self.now)?;
        let state = if snapshot.events.len() < JOURNAL_APART_MIN {
            State {
                apart: None,
                rest: writes,
            }
        } else {
            State {
                apart: Statement::of(dialect, &writes)?,
                rest: Vec::new(),
            }
        };
        Ok(Decided { replies, state })
    }
}

/// Saves everything that the batch changed, in the block that is returned; `None` where it recorded nothing.
async fn save_all(
    txn: &mut Txn,
    snapshot: &Snapshot,
    state: State,
    tip: &Tip,
    now: Timestamp,
    salts: &[u8; 32],
) -> Result<Option<SealedBlock>, Failure> {
    let dialect = txn.dialect();
    txn.save(Statement::of(dialect, &save::releases(snapshot))?).await?;
    let State { apart, mut rest } = state;
    let (saved, sealed) = join!(txn.save(apart), async {
        let_it_go_out().await;
        let events = seal_events(&snapshot.events, now, salts)?;
        let block = (!events.is_empty()).then(|| seal_block(tip, &events, now));
        rest.extend(save::journal(snapshot, &events, block.as_ref(), now)?);
        Ok::<_, Failure>((block, Statement::of(dialect, &rest)?))
    });
    saved?;
    let (block, rest) = sealed?;
    txn.save(rest).await?;
    txn.save(Statement::of(dialect, &save::busiest_days(snapshot)?)?)
        .await?;
    Ok(block)
}

/// What is joined with a statement waits here until the statement is on its way: the database works on the one while we
/// do the other.
async fn let_it_go_out() {
    tokio::task::yield_now().await;
}

fn refuse_all(requests: &[Request], error: &LedgerError) -> Vec<Reply> {
    requests.iter().map(|_| Err(error.clone())).collect()
}

/// Fresh randomness for one attempt.
struct Randomness {
    salts: [u8; 32],
    ids: u64,
}

impl Randomness {
    fn draw() -> Result<Self, Failure> {
        let mut salts = [0; 32];
        getrandom::fill(&mut salts).map_err(Failure::internal)?;
        let ids = getrandom::u64().map_err(Failure::internal)?;
        Ok(Self { salts, ids })
    }
}
