//! Answers that are lists: the events whose documents they answer again.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::stored::EventRow;
use super::{LEDGER, look_up};
use crate::commit::Corrupt;
use crate::commit::failure::Failure;
use crate::commit::rows::{Dialect, Kind, Rows, select_rows};
use crate::commit::slots::{Row, Slots, select_slots};
use crate::ledger::{Snapshot, StoredAnswer};
use crate::record::{BatchRecord, Record};

/// The statement that finds events; its list has one row a position.
pub(in crate::commit) fn events_sql(dialect: Dialect) -> &'static str {
    static POSTGRES: LazyLock<String> = LazyLock::new(|| build(Dialect::Postgres));
    static SQLITE: LazyLock<String> = LazyLock::new(|| build(Dialect::Sqlite));
    fn build(dialect: Dialect) -> String {
        format!(
            "WITH named AS ({}) SELECT {} FROM named n {}",
            select_rows(dialect, &["position"], &POSITIONS, 2),
            select_slots(dialect, "event", &[&[("e.position", Kind::Int)], EventRow::COLUMNS]),
            look_up(dialect, "events", "e", &[LEDGER, ("position", "n.position")])
        )
    }
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

const POSITIONS: [Kind; 1] = [Kind::Int];

/// The events whose documents the answers in the snapshot list; none where it has no answer of a list.
pub(in crate::commit) fn bind_listed(snapshot: &Snapshot) -> Rows {
    let mut rows = Rows::new(&POSITIONS);
    let positions: BTreeSet<i64> = snapshot
        .answers
        .iter()
        .flat_map(|stored| stored.positions.iter().copied())
        .collect();
    positions
        .into_iter()
        .for_each(|position| rows.push(vec![position.into()]));
    rows
}

/// Completes the answers that are lists.
pub(in crate::commit) fn read_listed(snapshot: &mut Snapshot, rows: &[Row]) -> Result<(), Failure> {
    let mut documents = HashMap::new();
    for row in rows {
        let (_, mut slots) = Slots::of(row)?;
        let position: i64 = slots.take()?;
        documents.insert(position, EventRow::take(&mut slots)?.read_transaction()?);
    }
    let lists: Vec<StoredAnswer> = snapshot
        .answers
        .iter()
        .filter(|stored| !stored.positions.is_empty())
        .cloned()
        .collect();
    for mut stored in lists {
        let find = |position: &i64| {
            documents
                .get(position)
                .cloned()
                .ok_or_else(|| Corrupt::new("an answer lists what is absent"))
        };
        let data = stored.positions.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        stored.answer.record = Record::Batch(BatchRecord { data });
        snapshot.answers.load(stored.key, stored);
    }
    Ok(())
}
