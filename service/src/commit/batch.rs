//! One batch from its first statement to its answers, through every failure.

use std::time::{Duration, Instant};

use super::Corrupt;
use super::failure::Failure;
use super::load::{bind_days, day_totals_sql, read_day_totals, read_snapshot};
use super::save;
use super::seal::{SealedBlock, seal_block, seal_events};
use super::txn::Txn;
use crate::LedgerError;
use crate::database::WritePool;
use crate::journal::Hash;
use crate::ledger::{Answer, Ids, LargeMovements, Names, Request, Snapshot, decide};
use crate::value::Timestamp;

/// How often a batch is begun anew when the connection is lost, or another session is in the way, before `COMMIT`.
const ATTEMPTS_MAX: u32 = 4;
/// The pause before the second attempt; it doubles with each.
const PAUSE: Duration = Duration::from_millis(25);
/// How long the outcome of a commit is looked for once its answer was lost.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(5);

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

/// A batch whose `COMMIT` was sent, and which was not told how it ended.
struct Unsettled {
    failure: Failure,
    replies: Vec<Reply>,
    block: Option<SealedBlock>,
}

/// How an attempt ended.
enum Attempt {
    Committed(Vec<Reply>),
    Unsettled(Unsettled),
}

/// What became of a commit whose answer was lost.
enum Outcome {
    Kept,
    NotKept,
    Unknown,
}

impl Target {
    /// Commits the requests as one batch, and answers each. A batch that fails for a reason of its data is run again
    /// request by request, so that one cannot fail its neighbours.
    pub(super) async fn commit(&self, requests: &[Request]) -> Vec<Reply> {
        match self.commit_together(requests).await {
            Ok(replies) => replies,
            Err(failure) if failure.is_of_the_data() && requests.len() > 1 => {
                log::warn!("a batch of {} is run again one by one: {failure}", requests.len());
                let mut replies = Vec::with_capacity(requests.len());
                for request in requests {
                    let alone = self.commit_together(std::slice::from_ref(request)).await;
                    replies.extend(alone.unwrap_or_else(|failure| vec![Err(failure.to_error())]));
                }
                replies
            }
            Err(failure) => refuse_all(requests, &failure.to_error()),
        }
    }

    async fn commit_together(&self, requests: &[Request]) -> Result<Vec<Reply>, Failure> {
        let mut pause = PAUSE;
        for _ in 1..ATTEMPTS_MAX {
            match self.attempt_and_settle(requests).await {
                Err(failure) if failure.is_passing() => {
                    log::warn!("a batch of {} is tried again: {failure}", requests.len());
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2);
                }
                ended => return ended,
            }
        }
        self.attempt_and_settle(requests).await
    }

    async fn attempt_and_settle(&self, requests: &[Request]) -> Result<Vec<Reply>, Failure> {
        let unsettled = match self.attempt(requests).await? {
            Attempt::Committed(replies) => return Ok(replies),
            Attempt::Unsettled(unsettled) => unsettled,
        };
        log::warn!("the outcome of a commit is looked for: {}", unsettled.failure);
        match self.settle(unsettled.block.as_ref()).await {
            Outcome::Kept => Ok(unsettled.replies),
            Outcome::NotKept => Err(unsettled.failure),
            Outcome::Unknown => {
                let error = LedgerError::OutcomeUnknown(unsettled.failure.to_string());
                Ok(refuse_all(requests, &error))
            }
        }
    }

    async fn attempt(&self, requests: &[Request]) -> Result<Attempt, Failure> {
        let (mut txn, ledger) = Txn::begin(&self.pool, self.ledger_id).await?;
        let now = (self.clock)()
            .micros()
            .max(ledger.last_recorded_at.micros().saturating_add(1));
        let now = Timestamp::from_micros(now);
        let mut names = Names::default();
        requests.iter().for_each(|request| names.add(request, &ledger.state));
        let rows = txn.load(self.ledger_id, &names).await?;
        let mut snapshot = read_snapshot(ledger.state, &rows)?;
        let mut large = LargeMovements::default();
        requests.iter().for_each(|request| large.add(request, &snapshot, now));
        if !large.0.is_empty() {
            let days = txn
                .fetch(day_totals_sql(txn.dialect()), self.ledger_id, vec![bind_days(&large)])
                .await?;
            read_day_totals(&mut snapshot, &days)?;
        }
        let randomness = Randomness::draw()?;
        let replies = decide_all(&mut snapshot, requests, now, &mut Ids::new(now, randomness.ids));
        if !snapshot.is_changed() {
            txn.rollback().await?;
            return Ok(Attempt::Committed(replies));
        }
        let events = seal_events(&snapshot.events, now, &randomness.salts)?;
        let block = (!events.is_empty()).then(|| seal_block(&ledger.tip, &events, now));
        txn.save(save::releases(&snapshot)).await?;
        txn.save(save::writes(&snapshot, &events, block.as_ref(), now)?).await?;
        match txn.commit().await {
            Ok(()) => Ok(Attempt::Committed(replies)),
            Err(failure) => Ok(Attempt::Unsettled(Unsettled {
                failure,
                replies,
                block,
            })),
        }
    }

    /// Learns what became of a commit: locks the ledger's row, which waits for the old commit where it still runs, and
    /// looks for the block at its height.
    async fn settle(&self, block: Option<&SealedBlock>) -> Outcome {
        // A batch without events kept at most what it would answer again.
        let Some(block) = block else { return Outcome::NotKept };
        let started = Instant::now();
        while started.elapsed() < SETTLE_TIMEOUT {
            match self.find_block(block.header.height).await {
                Ok(found) if found == Some(block.hash) => return Outcome::Kept,
                Ok(_) => return Outcome::NotKept,
                Err(failure) => log::warn!("the outcome of a commit is still looked for: {failure}"),
            }
            tokio::time::sleep(PAUSE.saturating_mul(4)).await;
        }
        Outcome::Unknown
    }

    async fn find_block(&self, height: i64) -> Result<Option<Hash>, Failure> {
        let (mut txn, _) = Txn::begin(&self.pool, self.ledger_id).await?;
        let found = txn.find_block_hash(self.ledger_id, height).await?;
        txn.rollback().await?;
        Ok(found)
    }
}

fn decide_all(snapshot: &mut Snapshot, requests: &[Request], now: Timestamp, ids: &mut Ids) -> Vec<Reply> {
    let mut decide_one = |request: &Request| {
        let decision = decide(snapshot, request, now, ids)?;
        if let Some(changes) = decision.changes {
            snapshot.apply(changes);
        }
        Ok(decision.answer)
    };
    requests.iter().map(&mut decide_one).collect()
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
        getrandom::fill(&mut salts).map_err(Corrupt::new)?;
        let ids = getrandom::u64().map_err(Corrupt::new)?;
        Ok(Self { salts, ids })
    }
}
