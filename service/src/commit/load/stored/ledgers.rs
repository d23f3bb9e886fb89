//! Other ledgers.

use super::KnownLedgerRow;
use crate::ledger::Snapshot;

impl KnownLedgerRow {
    pub(in crate::commit::load) fn read(self, snapshot: &mut Snapshot) {
        let known = &mut snapshot.ledgers;
        known.greatest_id = known.greatest_id.max(self.id);
        known.by_name.insert(self.name, self.uuid);
    }
}
