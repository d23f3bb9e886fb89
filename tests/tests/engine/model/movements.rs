//! Movements of money: what forbids them, and what they make of the accounts.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use service::record::{AccountStatus, TransactionStatus};
use service::value::Timestamp;

use super::{MINOR_MAX, Minor, Model, Refusal, Transaction};

/// A day's total: whose, of which currency, which day, and whether of credits.
type Place = (Option<usize>, usize, NaiveDate, bool);

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

    /// Then come what an account's holds keep, and a day's total.
    pub(super) fn check_sums(&self) -> Result<(), Refusal> {
        let amounts = self.transactions.iter().map(|transaction| transaction.amount);
        if amounts.sum::<Minor>() <= MINOR_MAX {
            return Ok(());
        }
        let is_held = |number: usize| self.held(number).iter().all(|held| *held <= MINOR_MAX);
        if (0..self.accounts.len()).all(is_held) && self.day_totals().values().all(|total| *total <= MINOR_MAX) {
            Ok(())
        } else {
            Err(Refusal::of("amount_overflow"))
        }
    }

    /// Of a user by the days of his zone, of the ledger by those of UTC.
    fn day_totals(&self) -> BTreeMap<Place, Minor> {
        let mut totals = BTreeMap::new();
        let is_posted = |transaction: &&Transaction| transaction.status == TransactionStatus::Posted;
        for transaction in self.transactions.iter().filter(is_posted) {
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
        totals
    }

    /// Moves money, and what holds keep now, as one change: each account is tested against what becomes of it on the
    /// whole.
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
            let after = account.balance + change_of(*number) - self.held(*number)[0];
            if let Some(minimum) = account.minimum
                && after < account.available()
                && after < minimum
            {
                return Err(self.insufficient(*number, minimum));
            }
        }
        for number in order {
            let [held_out, held_in] = self.held(number);
            let is_touched = self.touched.contains(&number);
            let account = &mut self.accounts[number];
            account.balance += change_of(number);
            (account.held_out, account.held_in) = (held_out, held_in);
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
