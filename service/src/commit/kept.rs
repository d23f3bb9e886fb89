//! What a ledger's task still knows from the batch before, so that it need not be loaded again: users, accounts,
//! currencies, and limits with what is used of them.
//!
//! The ledger's row, once it is locked, names the newest block. While that is the block of this task's own last commit,
//! nobody else has recorded anything, and what the task knows is what the database has. No other write changes a user
//! or an account, but for the steps of a regrouping or an erasure, which is why a user who is being regrouped or erased is
//! not kept. An account of an erased user is kept without what the erasure takes of it, as it was loaded.
//!
//! A batch takes the snapshot of the one before, and leaves its own once it is committed, or the next batch decided over
//! it ([`super::ahead`]): one that fails leaves nothing.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::ahead::Ahead;
use super::seal::Tip;
use crate::ledger::{LEDGER_OWNER, LedgerState, Names, Snapshot};
use crate::value::Metadata;

/// Most users, and most accounts: what a hash table of 2^14 places takes.
const ROWS_MAX: usize = 14_336;
/// So many batches undisturbed let one be decided ahead: with another instance at work it would be in vain.
const UNDISTURBED_MIN: i32 = 4;
/// Where looking ahead has failed, as with a database that has no second connection for us, so many batches go by.
const PUT_OFF: i32 = -1000;
/// What has more metadata is loaded each time, so that the bound on the rows is one on the memory.
const METADATA_BYTES_MAX: usize = 1024;

/// What a batch leaves to the next.
#[derive(Default)]
pub(super) enum Left {
    #[default]
    Nothing,
    /// A snapshot, as the batch whose block is the tip left it.
    Snapshot(Tip, Box<Snapshot>),
    /// The next batch, decided.
    Ahead(Box<Ahead>),
}

/// What a ledger's task keeps between its batches.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) left: Left,
    /// How many batches in a row found that nobody else had recorded anything; less than none where looking ahead has
    /// failed.
    undisturbed: i32,
}

impl Kept {
    /// The ledger as the batch before knew it.
    pub(super) fn ledger(&self) -> Option<&LedgerState> {
        match &self.left {
            Left::Snapshot(_, snapshot) => Some(&snapshot.ledger),
            Left::Nothing | Left::Ahead(_) => None,
        }
    }

    /// Whether nobody else has written to the ledger for a while.
    pub(super) fn is_undisturbed(&self) -> bool {
        self.undisturbed >= UNDISTURBED_MIN
    }

    /// Notes whether somebody else recorded anything since the batch before.
    pub(super) fn note(&mut self, is_undisturbed: bool) {
        self.undisturbed = if is_undisturbed {
            self.undisturbed.saturating_add(1)
        } else {
            self.undisturbed.min(0)
        };
    }

    /// Puts off looking ahead, which has failed.
    pub(super) fn put_off(&mut self) {
        self.undisturbed = PUT_OFF;
    }

    /// A snapshot to decide over, of a ledger whose newest block is `tip`; what it knows already is struck off `names`.
    pub(super) fn take(&mut self, ledger: LedgerState, tip: &Tip, names: &mut Names) -> Snapshot {
        let Left::Snapshot(kept, mut snapshot) = std::mem::take(&mut self.left) else {
            return Snapshot::new(ledger);
        };
        self.note(kept == *tip);
        if kept != *tip {
            return Snapshot::new(ledger);
        }
        snapshot.ledger = ledger;
        strike_off(names, &snapshot);
        *snapshot
    }
}

/// What is kept of a batch: a snapshot that knows nothing else.
pub(super) fn settle(last: Snapshot) -> Snapshot {
    let mut next = Snapshot::new(last.ledger);
    // Limits are known as long as their users are: where there are too many, all are forgotten.
    if last.limits.count() > ROWS_MAX {
        return next;
    }
    (next.users, next.accounts, next.account_ids) = (last.users, last.accounts, last.account_ids);
    next.currencies = last.currencies;
    next.currencies.settle(ROWS_MAX, |_| true);
    (next.limits, next.usages) = (last.limits, last.usages);
    next.limits.settle();
    next.usages.settle(ROWS_MAX, |_| true);
    let is_small = |metadata: &Metadata| metadata.size_bytes() <= METADATA_BYTES_MAX;
    next.users.settle(ROWS_MAX, |user| {
        user.regrouping.is_none() && user.erasing.is_none() && is_small(&user.metadata)
    });
    next.accounts.settle(ROWS_MAX, |account| is_small(&account.metadata));
    next.account_ids.settle(ROWS_MAX, |_| true);
    next
}

/// Takes out of `names` what the snapshot knows.
pub(super) fn strike_off(names: &mut Names, snapshot: &Snapshot) {
    names.account_names.retain(|name| match snapshot.account_ids.get(name) {
        Some(id) => !strike_off_account(*id, &mut names.users, snapshot),
        None => true,
    });
    names
        .accounts
        .retain(|id| !strike_off_account(*id, &mut names.users, snapshot));
    names.users.retain(|id| snapshot.users.get(id).is_none());
}

/// Whether the account is known. Its owner is named then, since no row of an account leads there.
fn strike_off_account(id: Uuid, users: &mut BTreeSet<String>, snapshot: &Snapshot) -> bool {
    let Some(account) = snapshot.accounts.get(&id) else {
        return false;
    };
    if account.owner != LEDGER_OWNER && snapshot.users.get(&account.owner).is_none() {
        users.insert(account.owner.clone());
    }
    true
}
