//! The ledger itself, the ledgers beside it, and who may call it, as a command sees them.

use uuid::Uuid;

use super::Draft;
use crate::ledger::state::{Closing, Key, LedgerSetup, NewLedger};

impl Draft<'_> {
    /// How far the ledger is closed.
    pub(in crate::ledger) fn closing(&self) -> Closing {
        self.changes.closing.unwrap_or(self.snapshot.ledger.closing)
    }

    pub(in crate::ledger) fn put_closing(&mut self, closing: Closing) {
        self.changes.closing = Some(closing);
    }

    /// How the ledger is set up.
    pub(in crate::ledger) fn setup(&self) -> &LedgerSetup {
        self.changes.setup.as_ref().unwrap_or(&self.snapshot.ledger.setup)
    }

    pub(in crate::ledger) fn put_setup(&mut self, setup: LedgerSetup) {
        self.changes.setup = Some(setup);
    }

    /// The id of the ledger called `name`; the snapshot must know it.
    pub(in crate::ledger) fn ledger_called(&self, name: &str) -> Option<Uuid> {
        let made = self.snapshot.new_ledgers.iter().find(|made| made.setup.name == name);
        made.map(|made| made.setup.uuid)
            .or_else(|| self.snapshot.ledgers.by_name.get(name).copied())
    }

    /// The number of the ledger that is made next.
    pub(in crate::ledger) fn next_ledger_id(&self) -> i64 {
        let newest = self.snapshot.new_ledgers.last().map(|made| made.id);
        newest.unwrap_or(self.snapshot.ledgers.greatest_id).saturating_add(1)
    }

    pub(in crate::ledger) fn put_ledger(&mut self, ledger: NewLedger) {
        self.changes.ledgers.push(ledger);
    }

    pub(in crate::ledger) fn key(&self, id: Uuid) -> Option<&Key> {
        self.changes.keys.get(&id).or_else(|| self.snapshot.keys.get(&id))
    }

    /// The ledger's oldest key; the snapshot must know it.
    pub(in crate::ledger) fn oldest_key(&self) -> Option<&Key> {
        self.snapshot.keys.iter().min_by_key(|key| key.record.id)
    }

    pub(in crate::ledger) fn put_key(&mut self, key: Key) {
        self.changes.keys.insert(key.record.id, key);
    }
}
