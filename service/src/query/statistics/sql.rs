//! The statement that statistics are read with: one, so that all of them are of one moment.
//!
//! Its rows are of several kinds, told apart by [`Part`]; every sum comes as `high` * 2^20 + `low`, since a sum of
//! amounts can pass 64 bits. Parameters: ledger, owner, first day, last day, currency. However many categories there
//! are, those that are shown leave the database, and one sum of all.

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};

use super::Shape;
use super::figures::CATEGORIES_MAX;
use crate::LedgerError;
use crate::database::Readers;
use crate::value::Day;

/// Which of a statement's rows a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The user exists; `name` is the zone of the grouping.
    Zone,
    /// Sums of a currency, `name`; of all time, with the busiest day.
    Total,
    /// Sums of a currency, `name`, over all transactions that have a category.
    Named,
    /// Sums of a currency, `name`, and one of its categories with the largest totals.
    Category,
    /// Sums of a currency, `name`, on one of the days asked for, all categories.
    Day,
}

impl Part {
    const ALL: [Self; 5] = [Self::Zone, Self::Total, Self::Named, Self::Category, Self::Day];

    fn number(self) -> i64 {
        match self {
            Self::Zone => 0,
            Self::Total => 1,
            Self::Named => 2,
            Self::Category => 3,
            Self::Day => 4,
        }
    }

    pub(super) fn of(row: &Row) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.number() == row.part)
    }
}

/// A row of the statement; members that its part does not have are NULL.
#[derive(Clone, Debug, Default, FromQueryResult)]
pub(super) struct Row {
    pub(super) part: i64,
    pub(super) name: String,
    pub(super) category: Option<String>,
    pub(super) day: Option<i64>,
    pub(super) credit_count: Option<i64>,
    pub(super) credit_high: Option<i64>,
    pub(super) credit_low: Option<i64>,
    pub(super) debit_count: Option<i64>,
    pub(super) debit_high: Option<i64>,
    pub(super) debit_low: Option<i64>,
    /// The busiest day of all time, as it is stored.
    pub(super) busiest: Option<i64>,
}

/// Reads what statistics of `owner` in `ledger_id` are made of.
pub(super) async fn read(db: &Readers, ledger_id: i64, owner: &str, shape: Shape) -> Result<Vec<Row>, LedgerError> {
    let day = |day: Option<Day>, none: i32| i64::from(day.map_or(none, Day::days));
    let mut values: Vec<Value> = vec![ledger_id.into(), owner.into()];
    if shape.needs_days() {
        values.push(day(shape.from, i32::MIN).into());
        values.push(day(shape.to, i32::MAX).into());
    }
    if let Some(currency) = shape.currency {
        values.push(currency.as_str().into());
    }
    let backend = db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, text(backend, shape), values);
    Ok(Row::find_by_statement(statement).all(db).await?)
}

fn text(backend: DbBackend, shape: Shape) -> String {
    let (zone, generation) = if shape.of_user {
        (USER_ZONE, USER_GENERATION)
    } else {
        (LEDGER_ZONE, LEDGER_GENERATION)
    };
    let currency = match (shape.currency, shape.needs_days()) {
        (None, _) => "",
        (Some(_), true) => "AND t.currency = $5",
        (Some(_), false) => "AND t.currency = $3",
    };
    let totals = format!(
        "WHERE t.ledger_id = $1 AND t.owner = $2 AND t.generation = {generation} {currency}
            AND t.credit_count + t.debit_count > 0"
    );
    let days = join_days(backend);
    let sums = if shape.has_range() {
        format!("{SUMS_OF_DAYS} FROM totals t {days} {totals} GROUP BY t.currency, t.category")
    } else {
        format!("{SUMS} FROM totals t {totals}")
    };
    let mut parts = vec![zone.to_owned(), TOTAL.to_owned(), NAMED.to_owned()];
    parts.push(format!("{CATEGORY} <= {CATEGORIES_MAX}"));
    if shape.needs_days() {
        let of_all_categories = "AND t.category = '' AND d.credit_count + d.debit_count > 0";
        parts.push(format!("{DAY} FROM totals t {days} {totals} {of_all_categories}"));
    }
    format!("WITH sums AS ({sums}) {}", parts.join(" UNION ALL "))
}

/// The days of each row of `totals`, each a range of the key. Left to itself, a planner with old statistics would read
/// every day of the owner for each.
fn join_days(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Postgres {
        "CROSS JOIN LATERAL (
            SELECT * FROM daily_totals
            WHERE ledger_id = t.ledger_id AND owner = t.owner AND currency = t.currency
                AND generation = t.generation AND category = t.category AND day BETWEEN $3 AND $4
            OFFSET 0) d"
    } else {
        "CROSS JOIN daily_totals d
            ON d.ledger_id = t.ledger_id AND d.owner = t.owner AND d.currency = t.currency
                AND d.generation = t.generation AND d.category = t.category AND d.day BETWEEN $3 AND $4"
    }
}

const USER_GENERATION: &str = "(SELECT stats_generation FROM users WHERE ledger_id = $1 AND id = $2)";
const LEDGER_GENERATION: &str = "0";

const USER_ZONE: &str = "
SELECT CAST(0 AS BIGINT) AS part, stats_zone AS name, NULL AS category, CAST(NULL AS BIGINT) AS day,
    CAST(NULL AS BIGINT) AS credit_count, CAST(NULL AS BIGINT) AS credit_high, CAST(NULL AS BIGINT) AS credit_low,
    CAST(NULL AS BIGINT) AS debit_count, CAST(NULL AS BIGINT) AS debit_high, CAST(NULL AS BIGINT) AS debit_low,
    CAST(NULL AS BIGINT) AS busiest
FROM users WHERE ledger_id = $1 AND id = $2";

const LEDGER_ZONE: &str = "
SELECT CAST(0 AS BIGINT) AS part, 'UTC' AS name, NULL AS category, CAST(NULL AS BIGINT) AS day,
    CAST(NULL AS BIGINT) AS credit_count, CAST(NULL AS BIGINT) AS credit_high, CAST(NULL AS BIGINT) AS credit_low,
    CAST(NULL AS BIGINT) AS debit_count, CAST(NULL AS BIGINT) AS debit_high, CAST(NULL AS BIGINT) AS debit_low,
    CAST(NULL AS BIGINT) AS busiest";

/// Of all time.
const SUMS: &str = "
SELECT t.currency, t.category, t.credit_count, t.credit_total_high AS credit_high,
    t.credit_total_low AS credit_low, t.debit_count, t.debit_total_high AS debit_high, t.debit_total_low AS debit_low,
    t.busiest";

/// Of a range of days.
const SUMS_OF_DAYS: &str = "
SELECT t.currency, t.category, CAST(SUM(d.credit_count) AS BIGINT) AS credit_count,
    CAST(SUM(d.credit_total >> 20) AS BIGINT) AS credit_high,
    CAST(SUM(d.credit_total & 1048575) AS BIGINT) AS credit_low,
    CAST(SUM(d.debit_count) AS BIGINT) AS debit_count,
    CAST(SUM(d.debit_total >> 20) AS BIGINT) AS debit_high,
    CAST(SUM(d.debit_total & 1048575) AS BIGINT) AS debit_low, CAST(NULL AS BIGINT) AS busiest";

const TOTAL: &str = "
SELECT 1, s.currency, s.category, CAST(NULL AS BIGINT), s.credit_count, s.credit_high, s.credit_low, s.debit_count,
    s.debit_high, s.debit_low, s.busiest FROM sums s WHERE s.category = ''";

const NAMED: &str = "
SELECT 2, s.currency, NULL, CAST(NULL AS BIGINT), CAST(SUM(s.credit_count) AS BIGINT),
    CAST(SUM(s.credit_high) AS BIGINT), CAST(SUM(s.credit_low) AS BIGINT), CAST(SUM(s.debit_count) AS BIGINT),
    CAST(SUM(s.debit_high) AS BIGINT), CAST(SUM(s.debit_low) AS BIGINT), CAST(NULL AS BIGINT)
FROM sums s WHERE s.category <> '' GROUP BY s.currency";

/// The largest totals, then by name: the low parts are carried, so that equal sums compare equal however they came
/// about.
const CATEGORY: &str = "
SELECT 3, r.currency, r.category, CAST(NULL AS BIGINT), r.credit_count, r.credit_high, r.credit_low, r.debit_count,
    r.debit_high, r.debit_low, CAST(NULL AS BIGINT)
FROM (
    SELECT s.*, ROW_NUMBER() OVER (PARTITION BY s.currency ORDER BY
        s.credit_high + s.debit_high + ((s.credit_low + s.debit_low) >> 20) DESC,
        ((s.credit_low + s.debit_low) & 1048575) DESC, s.category) AS place
    FROM sums s WHERE s.category <> '') r
WHERE r.place";

const DAY: &str = "
SELECT 4, t.currency, t.category, d.day, d.credit_count, d.credit_total >> 20, d.credit_total & 1048575,
    d.debit_count, d.debit_total >> 20, d.debit_total & 1048575, CAST(NULL AS BIGINT)";
