//! The entries that a transaction's versions must have written, gathered by account.
//!
//! Entries stand in the order of their accounts, the versions in that of their transactions. So that neither has to be
//! kept, each side adds the hashes of its lines up, and the sums of an account must be the same.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::record::{TransactionRecord, TransactionStatus};

/// A line of an account's journal, as far as a transaction settles it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) account_id: Uuid,
    pub(super) transaction_id: Uuid,
    pub(super) version: i64,
    pub(super) amount: i64,
    pub(super) transaction_date: i64,
    pub(super) position: i64,
    pub(super) recorded_at: i64,
}

/// How many lines there are, and a sum of their hashes that does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) count: u64,
    digest: u128,
}

impl Lines {
    pub(super) fn add(&mut self, line: &Line) {
        let mut hasher = Sha256::new();
        hasher.update(line.account_id.as_bytes());
        hasher.update(line.transaction_id.as_bytes());
        for number in [
            line.version,
            line.amount,
            line.transaction_date,
            line.position,
            line.recorded_at,
        ] {
            hasher.update(number.to_be_bytes());
        }
        let mut half = [0; 16];
        half.iter_mut().zip(hasher.finalize()).for_each(|(to, from)| *to = from);
        self.digest = self.digest.wrapping_add(u128::from_be_bytes(half));
        self.count = self.count.saturating_add(1);
    }
}

/// The lines that the transactions tell, by account.
pub(super) type Movements = HashMap<Uuid, Lines>;

/// A version of a transaction, its amount in minor units, and the event that recorded it.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) record: TransactionRecord,
    pub(super) amount: i64,
    /// What it keeps as a hold, in minor units.
    pub(super) held: i64,
    /// Whether a capture made it, or a change of one.
    pub(super) is_capture: bool,
    pub(super) position: i64,
    pub(super) recorded_at: i64,
}

impl Version {
    fn is_posted(&self) -> bool {
        self.record.status == TransactionStatus::Posted
    }

    fn movement(&self) -> (i64, crate::record::TransactionKind, crate::value::Timestamp) {
        (self.amount, self.record.kind, self.record.transaction_date)
    }
}

/// Adds the lines that lead from `old`, or from nothing, to `new`.
pub(super) fn add_step(movements: &mut Movements, old: Option<&Version>, new: &Version) {
    let undone = old.filter(|old| old.is_posted());
    let is_same = undone.is_some_and(|old| new.is_posted() && old.movement() == new.movement());
    if is_same {
        return;
    }
    if let Some(old) = undone {
        add_lines(movements, old, new, old.amount.saturating_neg());
    }
    if new.is_posted() {
        add_lines(movements, new, new, new.amount);
    }
}

/// Both lines of a movement of `amount` between the accounts of `moved`, written by the version `by`.
fn add_lines(movements: &mut Movements, moved: &Version, by: &Version, amount: i64) {
    let record = &moved.record;
    for (account_id, amount) in [
        (record.source_account_id, amount.saturating_neg()),
        (record.destination_account_id, amount),
    ] {
        movements.entry(account_id).or_default().add(&Line {
            account_id,
            transaction_id: record.id,
            version: by.record.version,
            amount,
            transaction_date: record.transaction_date.micros(),
            position: by.position,
            recorded_at: by.recorded_at,
        });
    }
}
