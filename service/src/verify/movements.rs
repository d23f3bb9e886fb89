//! The entries that a transaction's versions must have written, gathered by account.
//!
//! Entries stand in the order of their accounts, the versions in that of their transactions. So that neither has to be
//! kept, each side adds the hashes of its lines up, and the sums of an account must be the same. Where they are not, the
//! sums by position say where in the journal ([`Spread`]).

use std::collections::HashMap;

use entity::entry;
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
    /// Whether it is the second line that its event wrote into the account: what a change takes back stands before what it
    /// posts anew.
    pub(super) is_second: bool,
}

/// How many lines there are, and a sum of their hashes that does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) count: u64,
    digest: u128,
}

impl Line {
    /// What the entry tells, with its place among those of its event.
    pub(super) fn of(entry: &entry::Model, is_second: bool) -> Self {
        Self {
            account_id: entry.account_id,
            transaction_id: entry.transaction_id,
            version: entry.transaction_version,
            amount: entry.amount,
            transaction_date: entry.transaction_date,
            position: entry.position,
            recorded_at: entry.recorded_at,
            is_second,
        }
    }

    fn digest(&self) -> u128 {
        let mut hasher = Sha256::new();
        hasher.update(self.account_id.as_bytes());
        hasher.update(self.transaction_id.as_bytes());
        for number in [
            self.version,
            self.amount,
            self.transaction_date,
            self.position,
            self.recorded_at,
            i64::from(self.is_second),
        ] {
            hasher.update(number.to_be_bytes());
        }
        let mut half = [0; 16];
        half.iter_mut().zip(hasher.finalize()).for_each(|(to, from)| *to = from);
        u128::from_be_bytes(half)
    }
}

impl Lines {
    fn add(&mut self, digest: u128) {
        self.digest = self.digest.wrapping_add(digest);
        self.count = self.count.saturating_add(1);
    }
}

/// The lines that the transactions tell less those that were found, by position: all of them zero where both are the same.
#[derive(Debug)]
struct Spread {
    /// Positions that are counted together: one, up to a million events.
    width: i64,
    differences: Vec<u128>,
}

/// Most sums that are kept: 16 MiB.
const SUMS_MAX: i64 = 1 << 20;

impl Spread {
    fn new(head: i64) -> Self {
        let head = head.max(0);
        let width = head.div_euclid(SUMS_MAX).saturating_add(1);
        // One for each, and for what is out of range: 0, and beyond the head.
        let sums = head.div_euclid(width).saturating_add(2);
        Self {
            width,
            differences: vec![0; usize::try_from(sums).unwrap_or_default()],
        }
    }

    fn at(&mut self, position: i64) -> Option<&mut u128> {
        let last = self.differences.len().saturating_sub(1);
        let place = usize::try_from(position.max(0).div_euclid(self.width)).unwrap_or(usize::MAX);
        self.differences.get_mut(place.min(last))
    }

    fn first_difference(&self) -> Option<i64> {
        let place = self.differences.iter().position(|difference| *difference != 0)?;
        Some(i64::try_from(place).ok()?.saturating_mul(self.width).max(1))
    }
}

/// The lines that the transactions tell, by account, and where what was found differs.
#[derive(Debug)]
pub(super) struct Movements {
    by_account: HashMap<Uuid, Lines>,
    spread: Spread,
}

impl Movements {
    /// Of a ledger whose newest event is at `head`.
    pub(super) fn of(head: i64) -> Self {
        Self {
            by_account: HashMap::new(),
            spread: Spread::new(head),
        }
    }

    fn tell(&mut self, line: &Line) {
        let digest = line.digest();
        self.by_account.entry(line.account_id).or_default().add(digest);
        if let Some(difference) = self.spread.at(line.position) {
            *difference = difference.wrapping_add(digest);
        }
    }

    /// Takes note of a line that is there, and adds it to `found`.
    pub(super) fn find(&mut self, line: &Line, found: &mut Lines) {
        let digest = line.digest();
        found.add(digest);
        if let Some(difference) = self.spread.at(line.position) {
            *difference = difference.wrapping_sub(digest);
        }
    }

    /// Takes out what is told of an account.
    pub(super) fn take(&mut self, account_id: Uuid) -> Lines {
        self.by_account.remove(&account_id).unwrap_or_default()
    }

    /// The accounts of which something is told still.
    pub(super) fn left(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.by_account.keys().copied()
    }

    /// The first position whose lines are not those that are told; above a million events, that or one a little before.
    pub(super) fn first_difference(&self) -> Option<i64> {
        self.spread.first_difference()
    }
}

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
        add_lines(movements, old, new, old.amount.saturating_neg(), None);
    }
    if new.is_posted() {
        add_lines(movements, new, new, new.amount, undone);
    }
}

/// Both lines of a movement of `amount` between the accounts of `moved`, written by the version `by` after those that
/// undo `undone`.
fn add_lines(movements: &mut Movements, moved: &Version, by: &Version, amount: i64, undone: Option<&Version>) {
    let record = &moved.record;
    let has_line = |account_id: Uuid| {
        undone.is_some_and(|undone| {
            [undone.record.source_account_id, undone.record.destination_account_id].contains(&account_id)
        })
    };
    for (account_id, amount) in [
        (record.source_account_id, amount.saturating_neg()),
        (record.destination_account_id, amount),
    ] {
        movements.tell(&Line {
            account_id,
            transaction_id: record.id,
            version: by.record.version,
            amount,
            transaction_date: record.transaction_date.micros(),
            position: by.position,
            recorded_at: by.recorded_at,
            is_second: has_line(account_id),
        });
    }
}
