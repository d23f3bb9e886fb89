//! Which row is which, so that a row that is imported again is known again.
//!
//! A row with a `reference` is known by it, a row of an export by its `id`. Every other is known by what it says and by
//! how many rows before it in the file say the same: both of two equal rows are kept, and the same file again adds
//! nothing, also where rows were mended, added or moved in between. It gets an idempotency key that says so, which the
//! ledger remembers for good.

use std::collections::HashMap;

use service::Ledger;
use service::ledger::Idempotency;
use uuid::Uuid;

use super::row::ReadRow;

/// Equal rows are counted within so many rows of a file, so that the memory for it does not grow with the file.
const STRETCH_ROWS: u64 = 500_000;
/// Where the keys of rows are: no user has such an id, and no caller chooses a key here.
const SCOPE: &str = "imported row";

/// The rows of one file so far.
#[derive(Debug, Default)]
pub(super) struct Identities {
    rows: u64,
    /// How many rows of the stretch say the same, by a hash of what they say. Two texts with one hash count as one,
    /// which makes their numbers higher and no key equal to another.
    equal: HashMap<u64, u64>,
}

impl Identities {
    /// Counts a row, whether or not it can be read.
    pub(super) fn count(&mut self) {
        self.rows = self.rows.saturating_add(1);
        if self.rows.checked_rem(STRETCH_ROWS) == Some(0) {
            self.equal.clear();
        }
    }

    /// What the row that was counted last is known by; `None` where that is its reference.
    pub(super) fn of(&mut self, row: &ReadRow, ledger: &Ledger) -> Option<Idempotency> {
        if row.command.reference.is_some() {
            return None;
        }
        let fingerprint = ledger.fingerprint(row.command.content().as_bytes());
        let name = match row.id {
            Some(id) => id.to_string(),
            None => self.name(&fingerprint),
        };
        Some(Idempotency {
            key: Idempotency::key_of(SCOPE, &name),
            fingerprint,
        })
    }

    fn name(&mut self, fingerprint: &[u8; 32]) -> String {
        let (half, _) = fingerprint.split_at(16);
        let half = Uuid::from_slice(half).unwrap_or_default();
        let equal = self.equal.entry(half.as_u64_pair().0).or_default();
        let number = *equal;
        *equal = equal.saturating_add(1);
        let stretch = self.rows.checked_div(STRETCH_ROWS).unwrap_or_default();
        format!("{half} {stretch} {number}")
    }
}
