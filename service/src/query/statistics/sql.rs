//! The statement that statistics are read with: one, so that all of them are of one moment.
//!
//! Its rows are of several kinds, told apart by [`Part`]; every sum comes as `high` * 2^20 + `low`, since a sum of
//! amounts can pass 64 bits. Parameters: ledger, owner, first day, last day, currency.

use sea_orm::{DatabaseConnection, FromQueryResult, Statement, Value};

use super::Shape;
use crate::LedgerError;
use crate::value::Day;

/// Which of a statement's rows a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The user exists; `name` is the zone of the grouping.
    Zone,
    /// Of all time: sums of a currency, `name`, and a category; with the busiest day where the category is ''.
    Total,
    /// Sums of a currency, `name`, and a category over the days asked for.
    Category,
    /// Sums of a currency, `name`, on one of the days asked for, all categories.
    Day,
}

impl Part {
    const ALL: [Self; 4] = [Self::Zone, Self::Total, Self::Category, Self::Day];

    fn number(self) -> i64 {
        match self {
            Self::Zone => 0,
            Self::Total => 1,
            Self::Category => 2,
            Self::Day => 3,
        }
    }

    pub(super) fn of(row: &Row) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.number() == row.part)
    }
}

/// A row of the statement; members that its part does not have are NULL.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Row {
    part: i64,
    pub(super) name: String,
    pub(super) category: Option<String>,
    pub(super) day: Option<i64>,
    pub(super) credit_count: Option<i64>,
    pub(super) credit_high: Option<i64>,
    pub(super) credit_low: Option<i64>,
    pub(super) debit_count: Option<i64>,
    pub(super) debit_high: Option<i64>,
    pub(super) debit_low: Option<i64>,
    pub(super) busiest_count: Option<i64>,
}

/// Reads what statistics of `owner` in `ledger_id` are made of.
pub(super) async fn read(
    db: &DatabaseConnection,
    ledger_id: i64,
    owner: &str,
    shape: Shape,
) -> Result<Vec<Row>, LedgerError> {
    let day = |day: Option<Day>, none: i32| i64::from(day.map_or(none, Day::days));
    let mut values: Vec<Value> = vec![ledger_id.into(), owner.into()];
    if shape.needs_days() {
        values.push(day(shape.from, i32::MIN).into());
        values.push(day(shape.to, i32::MAX).into());
    }
    if let Some(currency) = shape.currency {
        values.push(currency.as_str().into());
    }
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text(shape), values);
    Ok(Row::find_by_statement(statement).all(db).await?)
}

fn text(shape: Shape) -> String {
    // PostgreSQL has to be told the type of a parameter that stands alone.
    let chosen = if shape.of_user {
        "SELECT stats_generation AS generation, stats_zone AS zone FROM users WHERE ledger_id = $1 AND id = $2"
    } else {
        "SELECT CAST(0 AS BIGINT) AS generation, 'UTC' AS zone"
    };
    let currency = match (shape.currency, shape.needs_days()) {
        (None, _) => "",
        (Some(_), true) => "AND t.currency = $5",
        (Some(_), false) => "AND t.currency = $3",
    };
    let mut parts = vec![format!("{ZONE} FROM chosen c")];
    if shape.has_range() {
        parts.push(format!("{CATEGORY} {currency} GROUP BY t.currency, d.category"));
    } else {
        parts.push(format!("{TOTAL} {currency}"));
    }
    if shape.needs_days() {
        parts.push(format!("{DAY} {currency}"));
    }
    format!("WITH chosen AS ({chosen}) {}", parts.join(" UNION ALL "))
}

const ZONE: &str = "
SELECT CAST(0 AS BIGINT) AS part, c.zone AS name, NULL AS category, CAST(NULL AS BIGINT) AS day,
    CAST(NULL AS BIGINT) AS credit_count, CAST(NULL AS BIGINT) AS credit_high, CAST(NULL AS BIGINT) AS credit_low,
    CAST(NULL AS BIGINT) AS debit_count, CAST(NULL AS BIGINT) AS debit_high, CAST(NULL AS BIGINT) AS debit_low,
    CAST(NULL AS BIGINT) AS busiest_count";

/// The busiest day is one look-up in its index, and so is how much was done on it.
const TOTAL: &str = "
SELECT 1, t.currency, t.category,
    CASE WHEN t.category = '' THEN (SELECT d.day FROM daily_totals d
        WHERE d.ledger_id = $1 AND d.owner = $2 AND d.currency = t.currency AND d.generation = t.generation
            AND d.category = ''
        ORDER BY (d.credit_count + d.debit_count) DESC, d.day DESC LIMIT 1) END,
    t.credit_count, t.credit_total_high, t.credit_total_low, t.debit_count, t.debit_total_high, t.debit_total_low,
    CASE WHEN t.category = '' THEN (SELECT (d.credit_count + d.debit_count) FROM daily_totals d
        WHERE d.ledger_id = $1 AND d.owner = $2 AND d.currency = t.currency AND d.generation = t.generation
            AND d.category = ''
        ORDER BY (d.credit_count + d.debit_count) DESC, d.day DESC LIMIT 1) END
FROM chosen c
JOIN totals t ON t.ledger_id = $1 AND t.owner = $2 AND t.generation = c.generation
WHERE t.credit_count + t.debit_count > 0";

const CATEGORY: &str = "
SELECT 2, t.currency, d.category, CAST(NULL AS BIGINT), CAST(SUM(d.credit_count) AS BIGINT),
    CAST(SUM(d.credit_total >> 20) AS BIGINT), CAST(SUM(d.credit_total & 1048575) AS BIGINT),
    CAST(SUM(d.debit_count) AS BIGINT),
    CAST(SUM(d.debit_total >> 20) AS BIGINT), CAST(SUM(d.debit_total & 1048575) AS BIGINT), CAST(NULL AS BIGINT)
FROM chosen c
JOIN totals t ON t.ledger_id = $1 AND t.owner = $2 AND t.generation = c.generation AND t.category = ''
JOIN daily_totals d ON d.ledger_id = $1 AND d.owner = $2 AND d.currency = t.currency AND d.generation = c.generation
    AND d.day BETWEEN $3 AND $4
WHERE t.credit_count + t.debit_count > 0";

const DAY: &str = "
SELECT 3, t.currency, d.category, d.day, d.credit_count, d.credit_total >> 20, d.credit_total & 1048575,
    d.debit_count, d.debit_total >> 20, d.debit_total & 1048575, CAST(NULL AS BIGINT)
FROM chosen c
JOIN totals t ON t.ledger_id = $1 AND t.owner = $2 AND t.generation = c.generation AND t.category = ''
JOIN daily_totals d ON d.ledger_id = $1 AND d.owner = $2 AND d.currency = t.currency AND d.generation = c.generation
    AND d.day BETWEEN $3 AND $4 AND d.category = ''
WHERE t.credit_count + t.debit_count > 0 AND d.credit_count + d.debit_count > 0";
