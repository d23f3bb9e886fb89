//! The totals of days: loaded where a movement is so large that it could carry one past its bound.

use std::sync::LazyLock;

use super::stored::DayRow;
use crate::commit::failure::Failure;
use crate::commit::rows::{Dialect, Kind, Rows, select_rows};
use crate::commit::slots::{Row, Slots, select_slots};
use crate::ledger::{LargeMovements, Snapshot};

const DAY_RANGES: [Kind; 4] = [Kind::Text, Kind::Text, Kind::Int, Kind::Int];
static POSTGRES_DAYS: LazyLock<String> = LazyLock::new(|| days_sql(Dialect::Postgres));
static SQLITE_DAYS: LazyLock<String> = LazyLock::new(|| days_sql(Dialect::Sqlite));

/// The statement that finds the totals of days; its list is that of [`bind_days`].
pub(in crate::commit) fn day_totals_sql(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => &POSTGRES_DAYS,
        Dialect::Sqlite => &SQLITE_DAYS,
    }
}

/// The days in question, as a list of rows.
pub(in crate::commit) fn bind_days(days: &LargeMovements) -> Rows {
    let mut rows = Rows::new(&DAY_RANGES);
    for range in &days.days {
        let (first, last) = (i64::from(range.first.days()), i64::from(range.last.days()));
        rows.push(vec![
            range.owner.as_str().into(),
            range.currency.as_str().into(),
            first.into(),
            last.into(),
        ]);
    }
    rows
}

fn days_sql(dialect: Dialect) -> String {
    let source = select_rows(dialect, &["owner", "currency", "first_day", "last_day"], &DAY_RANGES, 2);
    let matches = "d.ledger_id = $1 AND d.owner = n.owner AND d.currency = n.currency \
                   AND d.day BETWEEN n.first_day AND n.last_day";
    let look_up = match dialect {
        Dialect::Postgres => format!("CROSS JOIN LATERAL (SELECT * FROM daily_totals d WHERE {matches} OFFSET 0) d"),
        Dialect::Sqlite => format!("CROSS JOIN daily_totals d ON {matches}"),
    };
    format!(
        "WITH ranges AS ({source}) SELECT {} FROM ranges n {look_up}",
        select_slots(dialect, "day", &[DayRow::COLUMNS])
    )
}

/// Puts the totals of days into a snapshot.
pub(in crate::commit) fn read_day_totals(snapshot: &mut Snapshot, rows: &[Row]) -> Result<(), Failure> {
    for row in rows {
        let (_, mut slots) = Slots::of(row)?;
        let (key, total) = DayRow::take(&mut slots)?.read()?;
        snapshot.day_totals.insert(key, total);
    }
    Ok(())
}
