//! The limits that a batch knows: those for every user, and all of each user that it knows.

use std::collections::HashMap;

use uuid::Uuid;

use super::state::Limit;
use super::table::Table;
use crate::record::LimitStatus;

/// Limits by id, and by the owners that their scopes name.
#[derive(Clone, Debug, Default)]
pub struct KnownLimits {
    limits: Table<Uuid, Limit>,
    /// Ids by owner, in no order. One whose limit was taken back leads nowhere.
    ids: HashMap<String, Vec<Uuid>>,
}

impl KnownLimits {
    /// Puts in a limit as the database has it.
    pub fn load(&mut self, limit: Limit) {
        self.note(&limit);
        self.limits.load(limit.id, limit);
    }

    /// Puts in a limit as a command left it.
    pub fn put(&mut self, limit: Limit) {
        self.note(&limit);
        self.limits.put(limit.id, limit);
    }

    fn note(&mut self, limit: &Limit) {
        let ids = self.ids.entry(limit.scope.owner().to_owned()).or_default();
        if !ids.contains(&limit.id) {
            ids.push(limit.id);
        }
    }

    /// The limit, unless it is deleted.
    #[must_use]
    pub fn get(&self, id: Uuid) -> Option<&Limit> {
        let limit = self.limits.get(&id);
        limit.filter(|limit| limit.status != LimitStatus::Deleted)
    }

    /// The limits of an owner that are not deleted, in no order.
    pub fn of(&self, owner: &str) -> impl Iterator<Item = &Limit> {
        let ids = self.ids.get(owner).into_iter().flatten();
        ids.filter_map(|id| self.get(*id))
    }

    /// How many are known.
    #[must_use]
    pub fn count(&self) -> usize {
        self.limits.len()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// The limits that the database does not have yet.
    pub fn inserted(&self) -> impl Iterator<Item = &Limit> {
        self.limits.inserted()
    }

    /// The limits that the database has in an older state.
    pub fn updated(&self) -> impl Iterator<Item = &Limit> {
        self.limits.updated()
    }

    /// Takes back what the commands changed.
    pub fn undo(&mut self) {
        self.limits.undo();
    }

    /// Makes ready for the next batch, once this one is committed.
    pub fn settle(&mut self) {
        let is_changed = self.limits.changed_keys().next().is_some();
        self.limits
            .settle(usize::MAX, |limit| limit.status != LimitStatus::Deleted);
        if !is_changed {
            return;
        }
        self.ids.retain(|_, ids| {
            ids.retain(|id| self.limits.get(id).is_some());
            !ids.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Scope;
    use crate::money::Currency;
    use crate::record::{Direction, LimitWindow};
    use crate::value::Timestamp;

    fn limit(id: u128, owner: &str) -> Limit {
        Limit {
            id: Uuid::from_u128(id),
            name: "Pocket money".to_owned(),
            scope: Scope::stored(owner.to_owned(), None),
            currency: Currency::parse("USD").unwrap(),
            direction: Direction::Debit,
            window: LimitWindow::Day,
            max_amount: Some(1),
            max_count: None,
            category: None,
            status: LimitStatus::Active,
            version: 1,
            created_at: Timestamp::from_micros(1),
            updated_at: Timestamp::from_micros(1),
            position: 1,
        }
    }

    fn ids(known: &KnownLimits, owner: &str) -> Vec<u128> {
        let mut ids: Vec<u128> = known.of(owner).map(|limit| limit.id.as_u128()).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn limits_are_found_by_their_owners_until_they_are_deleted_or_taken_back() {
        let mut known = KnownLimits::default();
        known.load(limit(1, ""));
        known.load(limit(2, "ada"));
        known.put(limit(3, "ada"));
        assert_eq!(
            (ids(&known, ""), ids(&known, "ada"), ids(&known, "bo")),
            (vec![1], vec![2, 3], vec![])
        );
        known.undo();
        assert_eq!(ids(&known, "ada"), [2]);
        known.put(Limit {
            status: LimitStatus::Deleted,
            ..limit(2, "ada")
        });
        known.put(limit(4, "ada"));
        assert_eq!(ids(&known, "ada"), [4]);
        known.settle();
        assert_eq!(
            (ids(&known, ""), ids(&known, "ada"), known.count()),
            (vec![1], vec![4], 2)
        );
        known.load(limit(4, "ada"));
        assert_eq!(ids(&known, "ada"), [4]);
    }
}
