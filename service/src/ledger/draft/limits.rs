//! Limits, and the windows that they look at, as a command sees them.

use uuid::Uuid;

use super::Draft;
use crate::ledger::state::Limit;
use crate::ledger::usage::{Usage, UsageKey};

impl Draft<'_> {
    /// The limits that name the owner: a user, or [`LEDGER_OWNER`](crate::ledger::LEDGER_OWNER) for every user.
    pub(in crate::ledger) fn limits_of(&self, owner: &str) -> impl Iterator<Item = &Limit> {
        // None is changed by a command that posts anything, nor looked at again by one that changes it.
        self.snapshot.limits.of(owner)
    }

    /// The limit, unless it is deleted.
    pub(in crate::ledger) fn limit(&self, id: Uuid) -> Option<&Limit> {
        self.snapshot.limits.get(id)
    }

    pub(in crate::ledger) fn put_limit(&mut self, limit: Limit) {
        self.changes.limits.insert(limit.id, limit);
    }

    /// Whether there is any limit, or any window to be kept up to date.
    pub(in crate::ledger) fn counts_usage(&self) -> bool {
        !self.snapshot.limits.is_empty() || !self.snapshot.usages.is_empty()
    }

    /// What is used of a window; `None` where the snapshot lacks it.
    pub(in crate::ledger) fn usage(&self, key: &UsageKey) -> Option<Usage> {
        let changed = self.changes.usages.get(key).or(self.earlier.usages.get(key));
        changed.or_else(|| self.snapshot.usages.get(key)).copied()
    }

    pub(in crate::ledger) fn put_usage(&mut self, key: UsageKey, usage: Usage) {
        self.changes.usages.insert(key, usage);
    }

    /// Notes that a window is needed.
    pub(in crate::ledger) fn lack_usage(&mut self, key: UsageKey) {
        self.lacking.push(key);
    }

    /// The windows of limits that were needed, and that the snapshot lacks; taken for empty, they may have been decided
    /// over wrongly.
    pub(in crate::ledger) fn take_lacking(&mut self) -> Vec<UsageKey> {
        std::mem::take(&mut self.lacking)
    }
}
