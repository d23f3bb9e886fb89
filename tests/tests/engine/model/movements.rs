//! Movements of money: what forbids them, and what they make of the accounts.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use service::record::AccountStatus;
use service::value::Timestamp;

use super::{MINOR_MAX, Minor, Model, Refusal};

impl Model {
    /// Closed before frozen, the source before the destination.
    pub(super) fn check_open(&self, accounts: [usize; 2]) -> Result<(), Refusal> {
        for (status, code) in [
            (AccountStatus::Closed, "account_closed"),
            (AccountStatus::Frozen, "account_frozen"),
        ] {
            for number in accounts {
                if self.accounts[number].status == status {
                    return Err(self.about_account(code, number));
                }
            }
        }
        Ok(())
    }

    /// A balance that cannot be held is refused before anything else that money does not allow.
    pub(super) fn check_balances(&self, changes: &[(usize, Minor)]) -> Result<(), Refusal> {
        for (number, _) in changes {
            let own = changes.iter().filter(|(changed, _)| changed == number);
            let balance = self.accounts[*number].balance + own.map(|(_, change)| change).sum::<Minor>();
            if balance.abs() > MINOR_MAX {
                return Err(Refusal::of("amount_overflow"));
            }
        }
        Ok(())
    }

    /// Then comes a day's total: of a user by the days of his zone, of the ledger by those of UTC.
    pub(super) fn check_days(&self) -> Result<(), Refusal> {
        type Place = (Option<usize>, usize, NaiveDate, bool);
        let amounts = self.transactions.iter().map(|transaction| transaction.amount);
        if amounts.sum::<Minor>() <= MINOR_MAX {
            return Ok(());
        }
        let mut totals: BTreeMap<Place, Minor> = BTreeMap::new();
        for transaction in self.transactions.iter().filter(|transaction| transaction.is_posted) {
            for (account, is_credit) in [(transaction.destination, true), (transaction.source, false)] {
                let Some(owner) = self.accounts[account].owner else {
                    continue;
                };
                for (whose, zone) in [(Some(owner), self.users[&owner].zone), (None, "UTC")] {
                    let place = (whose, transaction.currency, day_in(zone, transaction.date), is_credit);
                    *totals.entry(place).or_default() += transaction.amount;
                }
            }
        }
        if totals.values().all(|total| *total <= MINOR_MAX) {
            Ok(())
        } else {
            Err(Refusal::of("amount_overflow"))
        }
    }

    /// Moves money as one change: each account is tested against what becomes of it on the whole.
    pub(super) fn shift(&mut self, changes: &[(usize, Minor)]) -> Result<(), Refusal> {
        let mut order: Vec<usize> = Vec::new();
        for (number, _) in changes {
            if !order.contains(number) {
                order.push(*number);
            }
        }
        let change_of = |number: usize| -> Minor {
            let own = changes.iter().filter(|(changed, _)| *changed == number);
            own.map(|(_, change)| change).sum()
        };
        for number in &order {
            let account = &self.accounts[*number];
            let after = account.balance + change_of(*number);
            if let Some(minimum) = account.minimum
                && after < account.balance
                && after < minimum
            {
                return Err(self.insufficient(*number, minimum));
            }
        }
        for number in order {
            let is_touched = self.touched.contains(&number);
            let account = &mut self.accounts[number];
            account.balance += change_of(number);
            account.version += i64::from(!is_touched);
            self.touched.push(number);
        }
        Ok(())
    }
}

/// The day that an instant falls on in a zone.
pub(crate) fn day_in(zone: &str, at: Timestamp) -> NaiveDate {
    let zone: Tz = zone.parse().expect("a time zone");
    let at = DateTime::from_timestamp_micros(at.micros()).expect("a time");
    at.with_timezone(&zone).date_naive()
}
