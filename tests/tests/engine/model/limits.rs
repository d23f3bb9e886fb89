//! Section 15: spending limits. What is used of one is counted anew from all transactions.

use chrono::{Datelike, IsoWeek, NaiveDate};
use serde_json::{Value, json};
use service::AnswerStatus;
use service::ledger::Precondition;
use service::record::{Direction, LimitStatus, LimitWindow, TransactionStatus};

use super::amounts::minor;
use super::{Minor, Model, Outcome, Refusal, Transaction, check_version, day_in, show};
use crate::steps::{CURRENCIES, LimitEdit, LimitScope, NewLimit, USERS};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    pub(crate) scope: LimitScope,
    pub(crate) currency: usize,
    pub(crate) direction: Direction,
    pub(crate) window: LimitWindow,
    pub(crate) max_amount: Option<Minor>,
    pub(crate) max_count: Option<i64>,
    pub(crate) category: Option<&'static str>,
    pub(crate) status: LimitStatus,
    pub(crate) version: i64,
}

/// What a limit counts together: whose, and when.
type Window = (usize, Period);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Period {
    /// One transaction by itself.
    Of(usize),
    Day(NaiveDate),
    Week(IsoWeek),
    /// A month of a year.
    Month(i32, u32),
}

impl Model {
    pub(super) fn create_limit(&mut self, name: &'static str, new: &NewLimit) -> Outcome {
        let currency = self.limited_currency(new)?;
        let max_amount = new.max_amount.map(|text| minor(text, currency)).transpose()?;
        self.limits.push(Limit {
            name,
            scope: new.scope,
            currency,
            direction: new.direction,
            window: new.window,
            max_amount,
            max_count: new.max_count,
            category: new.category,
            status: new.status,
            version: 1,
        });
        Ok((AnswerStatus::Created, self.limit_document(self.limits.len() - 1)))
    }

    /// That of the account, where the limit is for one.
    fn limited_currency(&self, new: &NewLimit) -> Result<usize, Refusal> {
        match new.scope {
            LimitScope::User(number) if !self.users.contains_key(&number) => Err(Refusal::of("user_not_found")),
            LimitScope::AllUsers | LimitScope::User(_) => Ok(new.currency.unwrap_or(0)),
            LimitScope::Account(number) => {
                let account = self.accounts.get(number);
                let account = account.ok_or_else(|| Refusal::of("account_not_found"))?;
                if account.owner.is_none() {
                    return Err(Refusal::of("validation_failed"));
                }
                if new.currency.is_some_and(|currency| currency != account.currency) {
                    return Err(Refusal::of("currency_mismatch"));
                }
                Ok(account.currency)
            }
        }
    }

    pub(super) fn update_limit(&mut self, number: usize, edit: &LimitEdit, expected: &Precondition) -> Outcome {
        let old = self.find_limit(number)?;
        let mut new = old.clone();
        new.name = edit.name.unwrap_or(old.name);
        new.status = edit.status.unwrap_or(old.status);
        if let Some(max) = edit.max_amount {
            new.max_amount = max.map(|text| minor(text, old.currency)).transpose()?;
        }
        new.max_count = edit.max_count.unwrap_or(old.max_count);
        let is_single = new.window == LimitWindow::Transaction;
        if (new.max_amount.is_none() && new.max_count.is_none()) || (is_single && new.max_count.is_some()) {
            return Err(Refusal::of("validation_failed"));
        }
        check_version(expected, Some(old.version))?;
        if new != old {
            new.version += 1;
        }
        self.limits[number] = new;
        Ok((AnswerStatus::Ok, self.limit_document(number)))
    }

    pub(super) fn delete_limit(&mut self, number: usize, expected: &Precondition) -> Outcome {
        let old = self.find_limit(number)?;
        check_version(expected, Some(old.version))?;
        self.limits[number] = Limit {
            status: LimitStatus::Deleted,
            version: old.version + 1,
            ..old
        };
        Ok((AnswerStatus::NoContent, self.limit_document(number)))
    }

    fn find_limit(&self, number: usize) -> Result<Limit, Refusal> {
        let found = self.limits.get(number);
        let found = found.filter(|limit| limit.status != LimitStatus::Deleted).cloned();
        found.ok_or_else(|| Refusal::of("limit_not_found"))
    }

    /// Refuses a change of one transaction that adds to a window beyond what a limit of it allows: that of the source
    /// before that of the destination, of several the oldest. `old` is what it was.
    pub(super) fn check_limits(&self, number: usize, old: Option<&Transaction>) -> Result<(), Refusal> {
        let mut before = self.transactions.clone();
        match old {
            Some(old) => before[number] = old.clone(),
            None => before.truncate(number),
        }
        for direction in [Direction::Debit, Direction::Credit] {
            for (limit_number, limit) in self.limits.iter().enumerate() {
                let is_held = limit.status == LimitStatus::Active && limit.direction == direction;
                let window = self.window_of(limit, number, &self.transactions[number]);
                let Some(window) = window.filter(|_| is_held) else {
                    continue;
                };
                let (count_before, amount_before) = self.used(limit, window, &before);
                let (count, amount) = self.used(limit, window, &self.transactions);
                let refusal = |max: Value, used: Value| Refusal {
                    code: "limit_exceeded",
                    members: json!({
                        "limit_id": format!("limit {limit_number}"), "window": limit.window, "max": max, "used": used,
                    }),
                };
                let shown = |minor: Minor| show(minor, limit.currency).into();
                match (limit.max_amount, limit.max_count) {
                    (Some(max), _) if amount > amount_before && amount > max => {
                        return Err(refusal(shown(max), shown(amount_before)));
                    }
                    (_, Some(max)) if count > count_before && count > max => {
                        return Err(refusal(max.into(), count_before.into()));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// How many transactions are in the window, and what they add up to.
    fn used(&self, limit: &Limit, window: Window, transactions: &[Transaction]) -> (i64, Minor) {
        let (mut count, mut amount) = (0, 0);
        for (number, transaction) in transactions.iter().enumerate() {
            if self.window_of(limit, number, transaction) == Some(window) {
                count += 1;
                amount += transaction.amount;
            }
        }
        (count, amount)
    }

    /// The window of the limit in which a transaction is counted, if it is.
    fn window_of(&self, limit: &Limit, number: usize, transaction: &Transaction) -> Option<Window> {
        let account = match limit.direction {
            Direction::Debit => transaction.source,
            Direction::Credit => transaction.destination,
        };
        let owner = self.accounts[account].owner?;
        let is_meant = match limit.scope {
            LimitScope::AllUsers => true,
            LimitScope::User(user) => user == owner,
            LimitScope::Account(own) => own == account,
        };
        let is_counted = transaction.status == TransactionStatus::Posted
            && transaction.currency == limit.currency
            && (limit.category.is_none() || limit.category == transaction.category);
        let day = day_in(self.users[&owner].shown_zone, transaction.date);
        let period = match limit.window {
            LimitWindow::Transaction => Period::Of(number),
            LimitWindow::Day => Period::Day(day),
            LimitWindow::Week => Period::Week(day.iso_week()),
            LimitWindow::Month => Period::Month(day.year(), day.month()),
        };
        (is_meant && is_counted).then_some((owner, period))
    }

    pub(crate) fn limit_document(&self, number: usize) -> Value {
        let limit = &self.limits[number];
        let scope = match limit.scope {
            LimitScope::AllUsers => json!({}),
            LimitScope::User(user) => json!({"user_id": USERS[user]}),
            LimitScope::Account(account) => json!({"account_id": format!("account {account}")}),
        };
        json!({
            "id": format!("limit {number}"), "name": limit.name, "scope": scope,
            "currency": CURRENCIES[limit.currency].0, "direction": limit.direction, "window": limit.window,
            "max_amount": limit.max_amount.map(|max| show(max, limit.currency)), "max_count": limit.max_count,
            "category": limit.category, "status": limit.status, "version": limit.version,
        })
    }
}
