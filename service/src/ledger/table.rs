//! A kind of rows as a batch knows them: what was loaded, what the commands made of it, and so what there is to save.

use std::collections::HashMap;
use std::hash::Hash;

/// The rows of one kind that a batch knows, and which of them it must save.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    rows: HashMap<K, Row<V>>,
    /// The rows that this batch loaded.
    loaded: Vec<K>,
    /// The rows that this batch changed, each once, and what the database has: `None` for new ones.
    changed: Vec<(K, Option<V>)>,
}

#[derive(Clone, Debug)]
struct Row<V> {
    value: V,
    is_stored: bool,
    is_changed: bool,
}

impl<V> Row<V> {
    fn stored(value: V) -> Self {
        Self {
            value,
            is_stored: true,
            is_changed: false,
        }
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: HashMap::new(),
            loaded: Vec::new(),
            changed: Vec::new(),
        }
    }
}

impl<K: Clone + Eq + Hash, V> Table<K, V> {
    /// Puts in a row as the database has it.
    pub fn load(&mut self, key: K, value: V) {
        self.loaded.push(key.clone());
        self.rows.insert(key, Row::stored(value));
    }

    /// The row, as the commands so far have left it.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.rows.get(key).map(|row| &row.value)
    }

    /// The row as the database has it; `None` where a command has changed it.
    pub fn stored<Q>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let row = self.rows.get(key).filter(|row| row.is_stored && !row.is_changed);
        row.map(|row| &row.value)
    }

    /// Puts in a row as a command left it.
    pub fn put(&mut self, key: K, value: V) {
        let Some(row) = self.rows.get_mut(&key) else {
            self.changed.push((key.clone(), None));
            let row = Row {
                value,
                is_stored: false,
                is_changed: true,
            };
            self.rows.insert(key, row);
            return;
        };
        let before = std::mem::replace(&mut row.value, value);
        if !row.is_changed {
            row.is_changed = true;
            self.changed.push((key, Some(before)));
        }
    }

    /// Changes rows that this batch loaded, and no command has changed, before any of them is looked at.
    pub fn edit_loaded(&mut self, edit: impl Fn(&mut V)) {
        for key in &self.loaded {
            if let Some(row) = self.rows.get_mut(key).filter(|row| !row.is_changed) {
                edit(&mut row.value);
            }
        }
    }

    /// Every row, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &V> {
        self.rows.values().map(|row| &row.value)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows that the database does not have yet.
    pub fn inserted(&self) -> impl Iterator<Item = &V> {
        self.changed().filter(|row| !row.is_stored).map(|row| &row.value)
    }

    /// The rows that the database has in an older state.
    pub fn updated(&self) -> impl Iterator<Item = &V> {
        self.changed().filter(|row| row.is_stored).map(|row| &row.value)
    }

    fn changed(&self) -> impl Iterator<Item = &Row<V>> {
        self.changed.iter().filter_map(|(key, _)| self.rows.get(key))
    }

    /// The keys of the rows that this batch changed.
    pub fn changed_keys(&self) -> impl Iterator<Item = &K> {
        self.changed.iter().map(|(key, _)| key)
    }

    /// Takes back what the commands changed.
    pub fn undo(&mut self) {
        for (key, before) in self.changed.drain(..) {
            match before {
                Some(value) => self.rows.insert(key, Row::stored(value)),
                None => self.rows.remove(&key),
            };
        }
    }

    /// Makes ready for the next batch, once this one is committed: its rows are as the database has them now. All rows
    /// are forgotten where they are more than `rows_max`, and of those that were loaded or changed any that is not
    /// `kept`.
    pub fn settle(&mut self, rows_max: usize, kept: impl Fn(&V) -> bool) {
        if self.rows.len() > rows_max {
            *self = Self::default();
        }
        let changed = self.changed.drain(..).map(|(key, _)| key);
        for key in self.loaded.drain(..).chain(changed) {
            match self.rows.get_mut(&key) {
                Some(row) if kept(&row.value) => {
                    row.is_stored = true;
                    row.is_changed = false;
                }
                _ => {
                    self.rows.remove(&key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table with a row 1 that was there before, a row 2 that this batch loaded, and what commands did to them: 1 was
    /// changed twice, 2 once, and 3 is new.
    fn table() -> Table<u8, &'static str> {
        let mut table = Table::default();
        table.load(1, "one");
        table.settle(10, |_| true);
        table.load(2, "two");
        for (key, value) in [(1, "one'"), (2, "two'"), (3, "three"), (1, "one''")] {
            table.put(key, value);
        }
        table
    }

    fn sorted<'a>(rows: impl Iterator<Item = &'a &'static str>) -> Vec<&'static str> {
        let mut rows: Vec<_> = rows.copied().collect();
        rows.sort_unstable();
        rows
    }

    #[test]
    fn each_row_is_saved_once_as_what_it_is_to_the_database() {
        let table = table();
        assert_eq!(sorted(table.updated()), ["one''", "two'"]);
        assert_eq!(sorted(table.inserted()), ["three"]);
        assert_eq!((table.get(&1), table.stored(&1)), (Some(&"one''"), None));
    }

    #[test]
    fn what_is_taken_back_is_as_the_database_has_it() {
        let mut table = table();
        table.undo();
        assert_eq!(sorted(table.iter()), ["one", "two"]);
        assert_eq!((table.stored(&1), table.stored(&2)), (Some(&"one"), Some(&"two")));
        assert_eq!(table.updated().count() + table.inserted().count(), 0);
        table.put(1, "uno");
        assert_eq!(sorted(table.updated()), ["uno"]);
    }

    #[test]
    fn what_was_saved_is_stored_and_is_not_saved_again() {
        let mut table = table();
        table.settle(10, |_| true);
        assert_eq!(table.updated().count() + table.inserted().count(), 0);
        assert_eq!((table.stored(&1), table.stored(&3)), (Some(&"one''"), Some(&"three")));
        table.put(3, "tre");
        assert_eq!(sorted(table.updated()), ["tre"]);
        assert_eq!(table.inserted().count(), 0);
    }

    #[test]
    fn a_row_that_is_not_to_be_kept_is_forgotten_however_it_came() {
        let mut table = table();
        table.settle(10, |row| !["two'", "three"].contains(row));
        assert_eq!(sorted(table.iter()), ["one''"]);
        // What no batch has touched since was kept by the one that did.
        table.settle(10, |_| false);
        assert_eq!(sorted(table.iter()), ["one''"]);
    }

    #[test]
    fn more_rows_than_may_be_kept_are_all_forgotten() {
        let mut table = table();
        table.settle(3, |_| true);
        assert_eq!(table.iter().count(), 3);
        table.put(4, "four");
        table.settle(3, |_| true);
        assert_eq!(table.iter().count(), 0);
        table.put(1, "one");
        assert_eq!(sorted(table.inserted()), ["one"], "it is not known any more");
    }
}
