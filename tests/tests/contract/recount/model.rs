//! The statistics of section 7, counted from the transactions one by one.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// A currency and its decimals.
pub(super) struct Currency {
    pub(super) code: &'static str,
    decimals: u32,
}

/// In alphabetical order.
pub(super) const CURRENCIES: [Currency; 3] = [
    Currency {
        code: "BHD",
        decimals: 3,
    },
    Currency {
        code: "JPY",
        decimals: 0,
    },
    Currency {
        code: "USD",
        decimals: 2,
    },
];

/// The length of a period in a series.
#[derive(Clone, Copy, Debug)]
pub(super) enum Interval {
    Day,
    Week,
    Month,
}

/// A transaction as the test knows it.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) is_transfer: bool,
    pub(super) is_posted: bool,
    pub(super) source_user: Option<String>,
    pub(super) destination_user: Option<String>,
    pub(super) currency: &'static str,
    pub(super) minor: i64,
    pub(super) date: DateTime<Utc>,
    pub(super) category: Option<&'static str>,
}

/// All transactions of a ledger.
pub(super) struct Model {
    pub(super) records: Vec<Record>,
}

/// One side of a transaction, as statistics count it.
pub(super) struct Row {
    currency: &'static str,
    day: NaiveDate,
    is_credit: bool,
    category: Option<&'static str>,
    minor: i64,
}

/// The first and the last day, each if there is one.
pub(super) type Range = (Option<NaiveDate>, Option<NaiveDate>);

impl Interval {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    fn first_day(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Week => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
            Self::Month => day.with_day(1).expect("every month has a first day"),
        }
    }
}

impl Model {
    /// What counts for one user, by the days of `zone`.
    pub(super) fn rows_of(&self, user_id: &str, zone: Tz, range: Range) -> Vec<Row> {
        self.rows(|user| user == user_id, zone, range)
    }

    /// What counts for the whole ledger, by the days of UTC.
    pub(super) fn rows_of_all(&self, range: Range) -> Vec<Row> {
        self.rows(|_| true, Tz::UTC, range)
    }

    fn rows(&self, counts: impl Fn(&str) -> bool, zone: Tz, (from, to): Range) -> Vec<Row> {
        let mut rows = Vec::new();
        for record in self.records.iter().filter(|record| record.is_posted) {
            let day = record.date.with_timezone(&zone).date_naive();
            if from.is_some_and(|from| day < from) || to.is_some_and(|to| day > to) {
                continue;
            }
            for (user, is_credit) in [(&record.destination_user, true), (&record.source_user, false)] {
                if user.as_deref().is_some_and(&counts) {
                    let Record {
                        currency,
                        category,
                        minor,
                        ..
                    } = *record;
                    rows.push(Row {
                        currency,
                        day,
                        is_credit,
                        category,
                        minor,
                    });
                }
            }
        }
        rows
    }
}

/// The member `currencies` of an answer about these rows.
pub(super) fn statistics(rows: &[Row], interval: Option<Interval>) -> Value {
    let mut currencies = Vec::new();
    for currency in &CURRENCIES {
        let own: Vec<&Row> = rows.iter().filter(|row| row.currency == currency.code).collect();
        if !own.is_empty() {
            currencies.push(statistics_of_currency(&own, currency.code, interval));
        }
    }
    Value::Array(currencies)
}

fn statistics_of_currency(rows: &[&Row], code: &str, interval: Option<Interval>) -> Value {
    let (credits, debits) = summaries(rows, code);
    let (total, net) = rows.iter().fold((0, 0), |(total, net), row| {
        (
            total + row.minor,
            if row.is_credit {
                net + row.minor
            } else {
                net - row.minor
            },
        )
    });
    let mut days: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    for row in rows {
        *days.entry(row.day).or_default() += 1;
    }
    let (busiest, busiest_count) = days
        .iter()
        .max_by_key(|(day, count)| (**count, **day))
        .expect("there are rows");
    let mut answer = json!({
        "currency": code, "count": rows.len(), "total": format(total, code),
        "average_transaction_value": average(total, rows.len(), code), "net": format(net, code),
        "credits": credits, "debits": debits,
        "day_with_highest_transactions": busiest.to_string(), "busiest_day_count": busiest_count,
        "by_category": by_category(rows, code),
    });
    if let Some(interval) = interval {
        answer["series"] = series(rows, code, interval);
    }
    answer
}

fn summaries(rows: &[&Row], code: &str) -> (Value, Value) {
    let summary = |is_credit: bool| {
        let own: Vec<i64> = rows
            .iter()
            .filter(|row| row.is_credit == is_credit)
            .map(|row| row.minor)
            .collect();
        let total = own.iter().sum();
        json!({"count": own.len(), "total": format(total, code), "average": average(total, own.len(), code)})
    };
    (summary(true), summary(false))
}

fn by_category(rows: &[&Row], code: &str) -> Value {
    let mut categories: BTreeMap<Option<&str>, (i64, usize)> = BTreeMap::new();
    for row in rows {
        let (total, count) = categories.entry(row.category).or_default();
        *total += row.minor;
        *count += 1;
    }
    let mut categories: Vec<_> = categories.into_iter().collect();
    categories.sort_by_key(|(name, (total, _))| (std::cmp::Reverse(*total), name.is_none(), *name));
    let rows = categories
        .into_iter()
        .map(|(name, (total, count))| json!({"category": name, "count": count, "total": format(total, code)}));
    Value::Array(rows.collect())
}

fn series(rows: &[&Row], code: &str, interval: Interval) -> Value {
    let mut periods: BTreeMap<NaiveDate, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        periods.entry(interval.first_day(row.day)).or_default().push(row);
    }
    let rows = periods.into_iter().map(|(first, rows)| {
        let (credits, debits) = summaries(&rows, code);
        json!({"period": first.to_string(), "credits": credits, "debits": debits})
    });
    Value::Array(rows.collect())
}

fn decimals(code: &str) -> u32 {
    CURRENCIES
        .iter()
        .find(|currency| currency.code == code)
        .expect("one of the three")
        .decimals
}

/// Minor units as the contract writes them.
pub(super) fn format(minor: i64, code: &str) -> String {
    let decimals = decimals(code);
    let sign = if minor < 0 { "-" } else { "" };
    let unit = 10_u64.pow(decimals);
    let (whole, part) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    match usize::try_from(decimals).expect("a small number") {
        0 => format!("{sign}{whole}"),
        width => format!("{sign}{whole}.{part:0width$}"),
    }
}

/// The average of `count` amounts, rounded half-even; null of none.
fn average(total: i64, count: usize, code: &str) -> Value {
    let count = i64::try_from(count).expect("a small number");
    if count == 0 {
        return Value::Null;
    }
    let (quotient, remainder) = (total / count, total % count);
    let rounds_up = 2 * remainder > count || (2 * remainder == count && quotient % 2 == 1);
    json!(format(quotient + i64::from(rounds_up), code))
}
