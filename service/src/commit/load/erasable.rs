//! What an erasure clears: a user's accounts, and the events of whatever it clears.

use std::sync::LazyLock;

use super::stored::AccountRow;
use crate::commit::failure::Failure;
use crate::commit::rows::{Dialect, Kind, Rows, select_rows};
use crate::commit::slots::{Row, Slots, select_slots};
use crate::commit::steps::{BOUND_NAMES, BOUNDS, STEP_ROWS_MAX};

/// Most events of a step, besides the first one of each transaction.
pub(in crate::commit) const EVENTS_MAX: usize = 4 * STEP_ROWS_MAX;

const SUBJECTS: [Kind; 3] = [Kind::Int, Kind::Text, Kind::Int];
const SUBJECT_NAMES: [&str; 3] = ["number", "subject", "end_position"];

/// The statement that finds a user's accounts within bounds of their ids, in the order of the ids; its list is that of
/// the bounds of transactions.
pub(in crate::commit) fn accounts_sql(dialect: Dialect) -> &'static str {
    static POSTGRES: LazyLock<String> = LazyLock::new(|| build(Dialect::Postgres));
    static SQLITE: LazyLock<String> = LazyLock::new(|| build(Dialect::Sqlite));
    fn build(dialect: Dialect) -> String {
        // In the order of the one index that has it, for the reason of `select_one`.
        format!(
            "WITH bounds AS ({}) SELECT {} FROM accounts a WHERE a.ledger_id = $1
                AND (a.owner, a.id) > ((SELECT owner FROM bounds), (SELECT after_id FROM bounds))
                AND (a.owner, a.id) <= ((SELECT owner FROM bounds), (SELECT until_id FROM bounds))
            ORDER BY a.owner, a.id LIMIT {STEP_ROWS_MAX}",
            select_rows(dialect, &BOUND_NAMES, &BOUNDS, 2),
            select_slots(dialect, "account", &[AccountRow::COLUMNS]),
        )
    }
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

/// The statement that finds the events of subjects, below a position each, that still have a personal part: those of the
/// first subject first, and each one's in their order. Not the first event of a transaction, which its row names.
pub(in crate::commit) fn events_of_sql(dialect: Dialect) -> &'static str {
    static POSTGRES: LazyLock<String> = LazyLock::new(|| build(Dialect::Postgres));
    static SQLITE: LazyLock<String> = LazyLock::new(|| build(Dialect::Sqlite));
    fn build(dialect: Dialect) -> String {
        const COLUMNS: [(&str, Kind); 2] = [("found.number", Kind::Int), ("found.position", Kind::Int)];
        // The conditions of the partial indexes, as these say them.
        let births = "e.kind IN ('user.created', 'account.created')";
        let later = "e.subject_version > 1";
        let found = [
            (later, "events_subject_idx", "e.subject, e.subject_version"),
            (births, "events_birth_idx", "e.subject"),
        ];
        let found = found.map(|(condition, index, order)| {
            let join = match dialect {
                Dialect::Postgres => format!(
                    "CROSS JOIN LATERAL (SELECT * FROM events AS e WHERE e.ledger_id = $1
                        AND e.subject BETWEEN n.subject AND n.subject AND {condition} ORDER BY {order} OFFSET 0) e"
                ),
                // Left to itself, the planner walks all that is older than the erasure, by position.
                Dialect::Sqlite => format!(
                    "CROSS JOIN events e INDEXED BY {index} ON e.ledger_id = $1 AND e.subject = n.subject AND {condition}"
                ),
            };
            format!(
                "SELECT n.number, e.position FROM named n {join} WHERE e.position < n.end_position AND e.personal IS NOT NULL"
            )
        });
        format!(
            "WITH named AS ({}), found AS ({}) SELECT {} FROM found ORDER BY found.number, found.position
            LIMIT {EVENTS_MAX}",
            select_rows(dialect, &SUBJECT_NAMES, &SUBJECTS, 2),
            found.join(" UNION ALL "),
            select_slots(dialect, "event", &[&COLUMNS]),
        )
    }
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

/// The subjects whose events below the position `before` are looked for, numbered from 0.
pub(in crate::commit) fn bind_subjects<'a>(subjects: impl Iterator<Item = &'a str>, before: i64) -> Rows {
    let mut rows = Rows::new(&SUBJECTS);
    for (number, subject) in (0_i64..).zip(subjects) {
        rows.push(vec![number.into(), subject.into(), before.into()]);
    }
    rows
}

/// The events that were found: each one's subject, by its number, and position.
pub(in crate::commit) fn read_erasable(rows: &[Row]) -> Result<Vec<(usize, i64)>, Failure> {
    let read = |row: &Row| {
        let (_, mut slots) = Slots::of(row)?;
        let number: i64 = slots.take()?;
        Ok((usize::try_from(number).map_err(Failure::internal)?, slots.take()?))
    };
    rows.iter().map(read).collect()
}
