//! Statements and balances, recounted from the transactions one by one.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// A transaction as it stands, in cents.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) is_posted: bool,
    pub(super) is_transfer: bool,
    pub(super) source: String,
    pub(super) destination: String,
    pub(super) cents: i64,
    pub(super) date: DateTime<Utc>,
    pub(super) description: Option<String>,
}

/// The first and the last day, each if there is one.
pub(super) type Range = (Option<NaiveDate>, Option<NaiveDate>);

impl Record {
    /// What it brings to an account, or takes from it.
    fn change(&self, account: &str) -> i64 {
        match (self.is_posted, account == self.source, account == self.destination) {
            (true, true, _) => -self.cents,
            (true, _, true) => self.cents,
            _ => 0,
        }
    }

    fn line(&self, account: &str, balance: i64) -> Value {
        let counterparty = if account == self.source {
            &self.destination
        } else {
            &self.source
        };
        json!({
            "transaction_date": shown(self.date), "transaction_id": self.id, "description": self.description,
            "counterparty_account_id": counterparty, "amount": format(self.change(account)), "balance": format(balance),
        })
    }
}

/// The balance of an account by the transactions that `counts` lets through.
pub(super) fn balance(records: &[Record], account: &str, counts: impl Fn(&Record) -> bool) -> i64 {
    let counted = records.iter().filter(|record| counts(record));
    counted.map(|record| record.change(account)).sum()
}

/// Opening balance, lines and closing balance of an account, by the days of `zone`.
pub(super) fn statement(
    records: &[Record],
    account: &str,
    zone: Tz,
    (from, to): Range,
) -> (String, Vec<Value>, String) {
    let day = |record: &Record| record.date.with_timezone(&zone).date_naive();
    let opening = balance(records, account, |record| from.is_some_and(|from| day(record) < from));
    let mut inside: Vec<&Record> = records
        .iter()
        .filter(|record| record.change(account) != 0)
        .filter(|record| from.is_none_or(|from| day(record) >= from) && to.is_none_or(|to| day(record) <= to))
        .collect();
    inside.sort_by_key(|record| (record.date, record.id.clone()));
    let mut running = opening;
    let lines = inside.iter().map(|record| {
        running += record.change(account);
        record.line(account, running)
    });
    let lines = lines.collect();
    (format(opening), lines, format(running))
}

/// A time as the contract writes it.
pub(super) fn shown(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Cents as the contract writes dollars.
pub(super) fn format(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let (whole, part) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    format!("{sign}{whole}.{part:02}")
}
