//! What a database holds at one moment, and the proof that something left no trace in it.

use std::collections::BTreeMap;

/// Every row of every table at one moment, rows as text and sorted.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) tables: BTreeMap<String, Vec<String>>,
}

impl Snapshot {
    /// The tables and how many rows each has.
    #[must_use]
    pub fn row_counts(&self) -> BTreeMap<&str, usize> {
        let counts = self.tables.iter().map(|(table, rows)| (table.as_str(), rows.len()));
        counts.collect()
    }

    /// Proves that nothing changed.
    ///
    /// # Panics
    ///
    /// Where a table has more, fewer or other rows than before; the message names it and the rows.
    #[track_caller]
    pub fn assert_same_as(&self, before: &Self) {
        assert!(
            self.tables.keys().eq(before.tables.keys()),
            "the tables were {:?}, are {:?}",
            before.tables.keys(),
            self.tables.keys()
        );
        for (table, rows) in &self.tables {
            let earlier = &before.tables[table];
            let appeared: Vec<_> = rows.iter().filter(|row| !earlier.contains(row)).collect();
            let vanished: Vec<_> = earlier.iter().filter(|row| !rows.contains(row)).collect();
            assert!(
                rows.len() == earlier.len() && appeared.is_empty() && vanished.is_empty(),
                "a trace in {table}: {} rows became {}; new {appeared:#?}, gone {vanished:#?}",
                earlier.len(),
                rows.len(),
            );
        }
    }
}
