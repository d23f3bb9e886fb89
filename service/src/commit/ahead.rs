//! The next batch, decided and partly saved while the one before it is committed.
//!
//! A large batch leaves its snapshot once it is sealed, and its successor is decided over it: what that names and the
//! snapshot does not know (idempotency keys, references) is looked for on a second connection. That begins a transaction,
//! saves the new transactions, and waits for the ledger's row. If the row names the block of the batch before, nobody
//! else has recorded anything, and what was decided stands; if not, or if the batch before was not kept after all, all of
//! it is undone and decided anew.
//!
//! What the batch before has written itself, the second connection cannot see yet: where its successor names a key or a
//! reference of those, it is not decided ahead. What others could write as well is not saved before the row is locked:
//! they would wait for us, and we for them. Ids of transactions are nobody else's.

use std::collections::HashSet;

use uuid::Uuid;

use super::batch::{Randomness, STATEMENTS_TIMEOUT, Target, guard};
use super::decision::{Decided, Question, let_it_go_out, name_all};
use super::failure::Failure;
use super::kept::{self, Left};
use super::line::Line;
use super::seal::Tip;
use super::session::Session;
use super::txn::{LockedLedger, Txn};
use crate::ledger::{LARGE_AMOUNT, LedgerState, Names, Request, Snapshot};
use crate::value::Timestamp;

/// With fewer events of the one batch, or commands of the next, a second connection is not worth it.
const COMMANDS_MIN: usize = 8;

/// A batch that is decided, and what it was decided over.
pub(super) struct Plan {
    pub(super) snapshot: Snapshot,
    pub(super) decided: Decided,
    pub(super) now: Timestamp,
    pub(super) salts: [u8; 32],
}

/// The next batch, decided; its transaction has the lock of the ledger's row.
pub(super) struct Ahead {
    txn: Txn,
    locked: LockedLedger,
    expected: (Tip, LedgerState),
    plan: Plan,
}

impl Ahead {
    /// Whether the ledger is as it was taken to be: then the batch before was kept, and nobody else was faster.
    pub(super) fn holds(&self) -> bool {
        let (tip, ledger) = &self.expected;
        self.locked.tip == *tip && self.locked.state == *ledger
    }

    /// The transaction, the block before it and the plan; `None` where that does not hold, and all is undone.
    pub(super) async fn open(self) -> Result<Option<(Txn, Tip, Plan)>, Failure> {
        if self.holds() {
            return Ok(Some((self.txn, self.expected.0, self.plan)));
        }
        self.txn.rollback().await?;
        Ok(None)
    }
}

/// What a batch wrote that others look for by names of their own.
struct Written {
    keys: HashSet<Uuid>,
    references: HashSet<String>,
}

impl Written {
    fn by(snapshot: &Snapshot) -> Self {
        Self {
            keys: snapshot.answers.changed_keys().copied().collect(),
            references: snapshot.references.changed_keys().cloned().collect(),
        }
    }

    fn is_named(&self, names: &Names) -> bool {
        names.answers.iter().any(|key| self.keys.contains(key))
            || names.references.iter().any(|text| self.references.contains(text))
    }
}

impl Target {
    /// Makes ready for the next batch, while the one that left `last` is committed as the block `tip`, recorded at `now`.
    /// It is decided where it is that of the `line`.
    pub(super) async fn look_ahead(&self, last: Snapshot, tip: Tip, now: Timestamp, line: Option<&mut Line>) -> Left {
        let_it_go_out().await;
        let line = line.filter(|_| last.events.len() >= COMMANDS_MIN);
        let written = line.is_some().then(|| Written::by(&last));
        let snapshot = kept::settle(last);
        let (Some(line), Some(written)) = (line, written) else {
            return Left::Snapshot(tip, Box::new(snapshot));
        };
        let ahead = Box::pin(self.decide_ahead(snapshot, tip, now, &written, line));
        guard(STATEMENTS_TIMEOUT, ahead).await.unwrap_or_else(|failure| {
            log::info!("a batch is not decided ahead: {failure}");
            Left::Nothing
        })
    }

    async fn decide_ahead(
        &self,
        mut snapshot: Snapshot,
        tip: Tip,
        last_now: Timestamp,
        written: &Written,
        line: &mut Line,
    ) -> Result<Left, Failure> {
        let Some(mut session) = Session::maybe_lend(&self.pool).await? else {
            return Ok(Left::Snapshot(tip, Box::new(snapshot)));
        };
        let requests = line.look();
        let mut names = name_all(requests, snapshot.ledger.settings().default_currency);
        kept::strike_off(&mut names, &snapshot);
        let randomness = Randomness::draw()?;
        let question = Question {
            requests,
            now: self.now_after(last_now),
            ids: randomness.ids,
            large_amount: LARGE_AMOUNT,
            is_ahead: true,
        };
        let commands = requests.iter().map(Request::weight).fold(0, usize::saturating_add);
        let is_worth_it = commands >= COMMANDS_MIN;
        if !is_worth_it || written.is_named(&names) || !question.is_new(&names, &snapshot) {
            session.give_back();
            return Ok(Left::Snapshot(tip, Box::new(snapshot)));
        }
        let ledger = snapshot.ledger.clone();
        let (found, mut decided) = question.decide_as_new(&mut session, &names, &mut snapshot).await?;
        // What was used of limits is not committed yet.
        if !found.is_empty() || !decided.lacking.is_empty() {
            session.give_back();
            snapshot.undo();
            return Ok(Left::Snapshot(tip, Box::new(snapshot)));
        }
        let now = question.now;
        let (txn, locked) = match decided.early.take() {
            Some(early) => session.save_and_begin(early, self.ledger_id).await?,
            None => session.begin(self.ledger_id).await?,
        };
        let plan = Plan {
            snapshot,
            decided,
            now,
            salts: randomness.salts,
        };
        let expected = (tip, ledger);
        Ok(Left::Ahead(Box::new(Ahead {
            txn,
            locked,
            expected,
            plan,
        })))
    }
}
