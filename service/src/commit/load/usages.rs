//! What was used of limits: summed up from the days' totals of a user, and for one account from its transactions.

use std::sync::LazyLock;

use super::stored::UsageRow;
use crate::commit::failure::Failure;
use crate::commit::rows::{Cell, Dialect, Kind, Rows, select_rows};
use crate::commit::slots::{Row, Slots, select_slots};
use crate::ledger::{Snapshot, Usage, UsageKey};
use crate::value::{Day, MICROS_PER_DAY};

use Kind::{Int, Text, Uuid};

/// Windows of users, each with its number among all that are looked for.
const USERS: [Kind; 8] = [Int, Text, Text, Int, Int, Text, Text, Int];
const USER_NAMES: [&str; 8] = [
    "number",
    "direction",
    "category",
    "first_day",
    "last_day",
    "owner",
    "currency",
    "generation",
];

/// Windows of accounts: their days are between the last two times in every zone.
const ACCOUNTS: [Kind; 10] = [Int, Text, Text, Int, Int, Text, Uuid, Int, Int, Int];
const ACCOUNT_NAMES: [&str; 10] = [
    "number",
    "direction",
    "category",
    "first_day",
    "last_day",
    "owner",
    "account_id",
    "slot",
    "first_time",
    "last_time",
];

/// The statement that sums windows up; its lists are those of [`bind_usages`].
pub(in crate::commit) fn usages_sql(dialect: Dialect) -> &'static str {
    static POSTGRES: LazyLock<String> = LazyLock::new(|| build(Dialect::Postgres));
    static SQLITE: LazyLock<String> = LazyLock::new(|| build(Dialect::Sqlite));
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

fn build(dialect: Dialect) -> String {
    let accounts_first = Rows::new(&USERS).parameters(dialect).saturating_add(2);
    let of_side = |side: &str, direction: &str| {
        let days = format!("CASE n.slot WHEN 0 THEN t.{side}_day_0 ELSE t.{side}_day_1 END");
        let bounds = match dialect {
            // Those of the one index that has this order, however small the planner takes the table for.
            Dialect::Postgres => format!(
                "(t.{side}_owner, t.transaction_date) >= (n.owner, n.first_time)
                    AND (t.{side}_owner, t.transaction_date) < (n.owner, n.last_time)"
            ),
            // Of two values SQLite bounds an index by the first alone.
            Dialect::Sqlite => format!(
                "t.{side}_owner = n.owner AND t.transaction_date >= n.first_time AND t.transaction_date < n.last_time"
            ),
        };
        let found = format!(
            "t.ledger_id = $1 AND t.{side}_owner <> '' AND n.direction = '{direction}' AND {bounds}
                AND t.{side}_account_id = n.account_id AND t.status = 'posted'
                AND (n.category = '' OR t.category = n.category) AND {days} BETWEEN n.first_day AND n.last_day"
        );
        let order = format!("t.{side}_owner, t.transaction_date, t.id");
        sum_up(
            dialect,
            "account_windows",
            ("transactions t", &found, &order),
            ("1", "t.amount"),
        )
    };
    let days = "t.ledger_id = $1 AND t.owner = n.owner AND t.currency = n.currency AND t.generation = n.generation
        AND t.category = n.category AND t.day BETWEEN n.first_day AND n.last_day";
    let one_of = |what: &str| format!("CASE n.direction WHEN 'credit' THEN t.credit_{what} ELSE t.debit_{what} END");
    format!(
        "WITH user_windows AS ({users}), account_windows AS ({accounts}) {of_users} UNION ALL {sources} UNION ALL \
         {destinations}",
        users = select_rows(dialect, &USER_NAMES, &USERS, 2),
        accounts = select_rows(dialect, &ACCOUNT_NAMES, &ACCOUNTS, accounts_first),
        of_users = sum_up(
            dialect,
            "user_windows",
            ("daily_totals t", days, "t.day"),
            (&one_of("count"), &one_of("total"))
        ),
        sources = of_side("source", "debit"),
        destinations = of_side("destination", "credit"),
    )
}

/// The `SELECT` of what the rows `found` in a table, in an `order` that an index has, add up to for each window. An amount
/// comes as `high` * 2^20 + `low`, since the sum can pass 64 bits.
fn sum_up(
    dialect: Dialect,
    windows: &str,
    (table, found, order): (&str, &str, &str),
    (count, amount): (&str, &str),
) -> String {
    let sum = |what: &str| format!("CAST(COALESCE(SUM({what}), 0) AS BIGINT)");
    let [transactions, high, low] = ["count", "amount >> 20", "amount & 1048575"].map(sum);
    let sums = format!("{transactions} AS transactions, {high} AS high, {low} AS low");
    let rows = format!("{count} AS count, {amount} AS amount");
    let summed = match dialect {
        Dialect::Postgres => format!(
            "SELECT n.number, s.* FROM {windows} n CROSS JOIN LATERAL (
                SELECT {sums} FROM (SELECT {rows} FROM {table} WHERE {found} ORDER BY {order} OFFSET 0) AS found) AS s"
        ),
        Dialect::Sqlite => format!(
            "SELECT number, {sums} FROM (SELECT n.number, {rows} FROM {windows} n CROSS JOIN {table} ON {found})
            GROUP BY number"
        ),
    };
    format!(
        "SELECT {} FROM ({summed}) AS u",
        select_slots(dialect, "usage", &[UsageRow::COLUMNS])
    )
}

/// The windows, as a list of those of users and one of those of accounts.
pub(in crate::commit) fn bind_usages(keys: &[UsageKey]) -> Vec<Rows> {
    let (mut users, mut accounts) = (Rows::new(&USERS), Rows::new(&ACCOUNTS));
    for (number, key) in (0_i64..).zip(keys) {
        let day = |day: Day| Cell::from(i64::from(day.days()));
        let mut row = vec![
            number.into(),
            key.direction.as_str().into(),
            key.category.as_str().into(),
            day(key.first),
            day(key.last),
            key.owner.as_str().into(),
        ];
        match key.account_id {
            None => {
                row.extend([key.currency.as_str().into(), key.generation.into()]);
                users.push(row);
            }
            Some(account_id) => {
                row.extend([account_id.into(), key.generation.rem_euclid(2).into()]);
                row.extend(times_around(key.first, key.last).map(Cell::from));
                accounts.push(row);
            }
        }
    }
    vec![users, accounts]
}

/// From when to when, exclusive, these days are in every zone: none is more than a day away from UTC.
fn times_around(first: Day, last: Day) -> [i64; 2] {
    let start = |days: i32| i64::from(days).saturating_mul(MICROS_PER_DAY);
    [
        start(first.days().saturating_sub(1)),
        start(last.days().saturating_add(2)),
    ]
}

/// Puts the windows into a snapshot: those of which there are no rows are empty.
pub(in crate::commit) fn read_usages(
    snapshot: &mut Snapshot,
    keys: Vec<UsageKey>,
    rows: &[Row],
) -> Result<(), Failure> {
    let mut usages = vec![Usage::default(); keys.len()];
    for row in rows {
        let (_, mut slots) = Slots::of(row)?;
        let (number, usage) = UsageRow::take(&mut slots)?.read();
        let own = usize::try_from(number).ok().and_then(|number| usages.get_mut(number));
        if let Some(own) = own {
            // An account's windows come once for each side.
            *own = own.plus(usage);
        }
    }
    for (key, usage) in keys.into_iter().zip(usages) {
        snapshot.usages.load(key, usage);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;
    use sqlx::sqlite::SqlitePool;

    use super::super::load_sql;
    use super::*;
    use crate::database::Database;
    use crate::database::tests::{TempPath, options};

    /// How SQLite finds the rows of `sql`, a step a line.
    async fn plan(path: &TempPath, sql: &str) -> String {
        let url = format!("sqlite://{}", path.0.display());
        let pool = SqlitePool::connect(&url).await.unwrap();
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let steps = sqlx::query(explain).fetch_all(&pool).await.unwrap();
        let details = steps.iter().map(|step| step.get::<String, _>("detail"));
        details.collect::<Vec<_>>().join("\n")
    }

    #[tokio::test]
    async fn sqlite_reads_nothing_but_the_windows_and_the_limits_of_their_owners() {
        let path = TempPath::new();
        let _made = Database::open(&options(&path.0)).await.unwrap();
        let windows = plan(&path, usages_sql(Dialect::Sqlite)).await;
        for bounds in [
            "source_owner_date_idx (ledger_id=? AND source_owner=? AND transaction_date>? AND transaction_date<?)",
            "destination_owner_date_idx (ledger_id=? AND destination_owner=? AND transaction_date>? AND transaction_date<?)",
            "(ledger_id=? AND owner=? AND currency=? AND generation=? AND category=? AND day>? AND day<?)",
        ] {
            assert!(windows.contains(bounds), "{bounds}: {windows}");
        }
        let limits = plan(&path, &load_sql(Dialect::Sqlite)).await;
        let bounds = "limits_owner_id_idx (ledger_id=? AND owner=?)";
        assert!(limits.contains(bounds), "{limits}");
    }
}
