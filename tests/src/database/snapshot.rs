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

    /// The rows in whose text `word` stands, letter case aside, each behind its table's name.
    #[must_use]
    pub fn rows_with(&self, word: &str) -> Vec<String> {
        let word = word.to_lowercase();
        let rows = self
            .tables
            .iter()
            .flat_map(|(table, rows)| rows.iter().map(move |row| format!("{table}: {row}")));
        rows.filter(|row| row.to_lowercase().contains(&word)).collect()
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

    /// Proves that every row is there still, with nothing new but further columns behind its own, and further tables.
    /// The table `history` says how that came about, and is not looked at.
    ///
    /// # Panics
    ///
    /// Where a table lost or got a row, or a row has become another.
    #[track_caller]
    pub fn assert_widened_from(&self, before: &Self, history: &str) {
        for (table, earlier) in before.tables.iter().filter(|(table, _)| *table != history) {
            let rows = self.tables.get(table).map(Vec::as_slice).unwrap_or_default();
            assert_eq!(rows.len(), earlier.len(), "rows of {table}");
            for row in earlier {
                // PostgreSQL puts a row in brackets.
                let own = row.strip_suffix(')').unwrap_or(row);
                let is_there = |now: &String| {
                    let rest = now.strip_prefix(own);
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ')']))
                };
                assert!(rows.iter().any(is_there), "{table} has no longer {row}, but {rows:#?}");
            }
        }
    }
}
