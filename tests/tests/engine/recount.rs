//! Section 7, counted from the model's transactions one by one; averages are left to the contract suite.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};
use service::record::TransactionStatus;

use super::model::{Minor, Model, Transaction, day_in, show};
use super::steps::CURRENCIES;

/// A side of a transaction, as it is counted.
struct Row {
    day: NaiveDate,
    is_credit: bool,
    category: Option<&'static str>,
    amount: Minor,
}

/// The member `currencies` of the statistics of a user, or of the ledger, by the days of a zone.
pub(crate) fn statistics(model: &Model, user: Option<usize>, zone: &str) -> Value {
    let mut by_currency: BTreeMap<&str, (usize, Vec<Row>)> = BTreeMap::new();
    let is_posted = |transaction: &&Transaction| transaction.status == TransactionStatus::Posted;
    for transaction in model.transactions.iter().filter(is_posted) {
        for (account, is_credit) in [(transaction.destination, true), (transaction.source, false)] {
            let owner = model.accounts[account].owner;
            if owner.is_some() && (user.is_none() || owner == user) {
                let code = CURRENCIES[transaction.currency].0;
                let rows = by_currency.entry(code).or_insert((transaction.currency, Vec::new()));
                rows.1.push(Row {
                    day: day_in(zone, transaction.date),
                    is_credit,
                    category: transaction.category,
                    amount: transaction.amount,
                });
            }
        }
    }
    let currencies = by_currency
        .into_iter()
        .map(|(code, (currency, rows))| figures(code, currency, &rows));
    Value::Array(currencies.collect())
}

fn figures(code: &str, currency: usize, rows: &[Row]) -> Value {
    let mut days: BTreeMap<NaiveDate, Vec<&Row>> = BTreeMap::new();
    let mut categories: BTreeMap<Option<&str>, (Minor, usize)> = BTreeMap::new();
    for row in rows {
        days.entry(row.day).or_default().push(row);
        let (total, count) = categories.entry(row.category).or_default();
        *total += row.amount;
        *count += 1;
    }
    let (busiest, most) = days
        .iter()
        .map(|(day, rows)| (*day, rows.len()))
        .max_by_key(|(day, count)| (*count, *day))
        .expect("there are rows");
    let mut categories: Vec<_> = categories.into_iter().collect();
    // The contract leaves open where no category stands among equal totals: it comes last.
    categories.sort_by_key(|(name, (total, _))| (Reverse(*total), name.is_none(), *name));
    let by_category = categories
        .into_iter()
        .map(|(name, (total, count))| json!({"category": name, "count": count, "total": show(total, currency)}));
    let all: Vec<&Row> = rows.iter().collect();
    let net: Minor = rows
        .iter()
        .map(|row| if row.is_credit { row.amount } else { -row.amount })
        .sum();
    let series = days.iter().map(|(day, rows)| {
        json!({"period": day.to_string(), "credits": direction(rows, true, currency),
            "debits": direction(rows, false, currency)})
    });
    json!({
        "currency": code, "count": rows.len(), "net": show(net, currency),
        "total": show(rows.iter().map(|row| row.amount).sum(), currency),
        "credits": direction(&all, true, currency), "debits": direction(&all, false, currency),
        "day_with_highest_transactions": busiest.to_string(), "busiest_day_count": most,
        "by_category": by_category.collect::<Vec<_>>(), "series": series.collect::<Vec<_>>(),
    })
}

fn direction(rows: &[&Row], is_credit: bool, currency: usize) -> Value {
    let own: Vec<Minor> = rows
        .iter()
        .filter(|row| row.is_credit == is_credit)
        .map(|row| row.amount)
        .collect();
    json!({"count": own.len(), "total": show(own.iter().sum(), currency)})
}

/// The same statistics as the service tells them, without the averages.
pub(crate) fn without_averages(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            members.retain(|name, _| !name.contains("average"));
            for member in members.values_mut() {
                *member = without_averages(member.take());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without_averages(item.take())),
        _ => {}
    }
    value
}
