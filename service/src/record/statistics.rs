//! The document of statistics.

use serde::Serialize;

use crate::money::CurrencyCode;
use crate::value::Day;

/// Statistics of a user or of a whole ledger: posted transactions only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatisticsRecord {
    /// The user; absent for a whole ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The zone whose days are grouped by.
    pub time_zone: String,
    /// First day asked for.
    pub from: Option<Day>,
    /// Last day asked for.
    pub to: Option<Day>,
    /// By currency, in alphabetical order.
    pub currencies: Vec<CurrencyStatistics>,
}

/// Statistics in one currency. Amounts are in major units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CurrencyStatistics {
    /// The currency.
    pub currency: CurrencyCode,
    /// Credits and debits.
    pub count: i64,
    /// Credits plus debits.
    pub total: String,
    /// `total` by `count`, rounded half to even.
    pub average_transaction_value: Option<String>,
    /// Credits minus debits.
    pub net: String,
    /// Money that came in.
    pub credits: DirectionStatistics,
    /// Money that went out.
    pub debits: DirectionStatistics,
    /// The day with the most transactions, on a tie the latest.
    pub day_with_highest_transactions: Option<Day>,
    /// How many that day had.
    pub busiest_day_count: i64,
    /// Both directions, the 100 largest totals, then by name.
    pub by_category: Vec<CategoryStatistics>,
    /// Periods that have transactions, oldest first; only where an interval was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<Vec<PeriodStatistics>>,
}

/// One direction of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DirectionStatistics {
    /// How many.
    pub count: i64,
    /// How much.
    pub total: String,
    /// `total` by `count`, rounded half to even; null where there are none.
    pub average: Option<String>,
}

/// One category, both directions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CategoryStatistics {
    /// The category; null for transactions without one.
    pub category: Option<String>,
    /// How many.
    pub count: i64,
    /// How much.
    pub total: String,
}

/// One period of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeriodStatistics {
    /// The period's first day.
    pub period: Day,
    /// Money that came in.
    pub credits: DirectionStatistics,
    /// Money that went out.
    pub debits: DirectionStatistics,
}
