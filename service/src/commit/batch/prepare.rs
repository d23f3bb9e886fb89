//! A batch up to its journal: decided anew or as it was decided ahead, and its records saved.

use futures_util::join;

use super::Target;
use crate::commit::ahead::Plan;
use crate::commit::decision::{Question, let_it_go_out, name_all};
use crate::commit::failure::Failure;
use crate::commit::kept::{Kept, Left};
use crate::commit::save;
use crate::commit::seal::{SealedBlock, Tip, seal_block, seal_events};
use crate::commit::statement::Statement;
use crate::commit::txn::Txn;
use crate::ledger::Request;

/// A batch of which all is done but the journal and `COMMIT`.
pub(super) struct Pending {
    pub(super) txn: Txn,
    /// The journal, and what is written once all else is.
    pub(super) rest: [Option<Statement>; 2],
    /// `None` where nothing was recorded.
    pub(super) block: Option<SealedBlock>,
}

impl Target {
    /// Does everything before the journal is saved. The tip is the block before the batch's own.
    pub(super) async fn prepare(
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
        let expected = kept.ledger().map(|ledger| ledger.settings().default_currency);
        let (begun, names) = join!(Txn::begin(&self.pool, self.ledger_id), async {
            expected.map(|currency| name_all(requests, currency))
        });
        let (mut txn, ledger) = begun?;
        let (now, currency) = (
            self.now_after(ledger.last_recorded_at),
            ledger.state.settings().default_currency,
        );
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

/// Fresh randomness for one attempt.
pub(in crate::commit) struct Randomness {
    pub(in crate::commit) salts: [u8; 32],
    pub(in crate::commit) ids: u64,
}

impl Randomness {
    pub(in crate::commit) fn draw() -> Result<Self, Failure> {
        let mut salts = [0; 32];
        getrandom::fill(&mut salts).map_err(Failure::internal)?;
        let ids = getrandom::u64().map_err(Failure::internal)?;
        Ok(Self { salts, ids })
    }
}
