//! The busiest day, kept with the totals of all time: in one number, so that the greater of two is the busier
//! ([`crate::ledger::split_busiest`]).
//!
//! A batch that only adds raises days: the busiest of those it raised stands against the one before. Where a day lost
//! some, any other may be the busiest now, and all days of the key are looked through.

use super::rows::{Dialect, select_rows};
use super::tables::DAILY_TOTALS;
use crate::ledger::{BUSIEST_DAY_BITS, BUSIEST_DAY_ZERO};

/// The part of PostgreSQL's one statement that raises the days.
pub(super) const RAISED_DAYS: &str = "raised_days";

/// What keeps the busier of the stored day and the given one.
pub(super) const KEEP_BUSIER: &str =
    "busiest = CASE WHEN excluded.busiest > totals.busiest THEN excluded.busiest ELSE totals.busiest END";

/// The number of a day `d`.
fn number(d: &str) -> String {
    format!("(({d}.credit_count + {d}.debit_count) << {BUSIEST_DAY_BITS}) + {d}.day + {BUSIEST_DAY_ZERO}")
}

/// What a write of days tells of each.
pub(super) fn returning() -> String {
    format!(
        "RETURNING ledger_id, owner, currency, generation, category, {} AS busiest",
        number("daily_totals")
    )
}

/// What looks through all days of a row of `totals`.
pub(super) fn find_busiest() -> String {
    format!(
        "busiest = (SELECT MAX({}) FROM daily_totals AS d
            WHERE d.ledger_id = totals.ledger_id AND d.owner = totals.owner AND d.currency = totals.currency
                AND d.generation = totals.generation AND d.category = totals.category)",
        number("d")
    )
}

/// The rows of `totals` that `source` gives, each with the busiest of its days that were raised: those of
/// [`RAISED_DAYS`], and on SQLite, where the days are written already, those that parameter `days` names.
pub(super) fn with_raised_days(dialect: Dialect, keys: &[&str], sums: &[&str], source: &str, days: usize) -> String {
    let raised = match dialect {
        Dialect::Postgres => RAISED_DAYS.to_owned(),
        Dialect::Sqlite => format!(
            "(SELECT d.ledger_id, d.owner, d.currency, d.generation, d.category, {} AS busiest
            FROM ({}) AS given CROSS JOIN daily_totals AS d
                ON d.ledger_id = given.ledger_id AND d.owner = given.owner AND d.currency = given.currency
                AND d.generation = given.generation AND d.category = given.category AND d.day = given.day)",
            number("d"),
            select_rows(dialect, DAILY_TOTALS.columns, DAILY_TOTALS.kinds, days)
        ),
    };
    let each = |what: fn(&str) -> String| sums.iter().map(|sum| what(sum)).collect::<Vec<_>>().join(", ");
    let (keys, all) = (keys.join(", "), sums.join(", "));
    let (greatest, none) = (
        each(|sum| format!("MAX({sum})")),
        each(|_| "CAST(NULL AS BIGINT)".to_owned()),
    );
    // A key is in at most one row that `source` gives, so that the greatest of a sum is that row's. A join of the two
    // would compare every row with every day, since sessions that commit neither hash nor sort.
    format!(
        "SELECT {keys}, {greatest}, MAX(busiest) FROM (
            SELECT {keys}, {all}, CAST(NULL AS BIGINT) AS busiest FROM ({source}) AS given
            UNION ALL SELECT {keys}, {none}, busiest FROM {raised} AS raised) AS changed
        GROUP BY {keys} HAVING MAX({}) IS NOT NULL",
        sums.first().unwrap_or(&"busiest")
    )
}
