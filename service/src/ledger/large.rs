//! Movements so large that a day's total may pass its bound.
//!
//! Totals are added to in the database without being read, since reading a few rows a command would cost more than
//! the bound is worth. Where it could really be passed, and for a dry run, which the database never sees, the rows of
//! the days in question are loaded and the core decides. Below that, the database's own refusal of the sum is the last
//! line; it too is answered `amount_overflow`.

use std::collections::BTreeSet;

use super::command::{Command, CreateTransaction, Movement, Request};
use super::snapshot::Snapshot;
use super::state::{LEDGER_OWNER, Transaction};
use crate::money::{Currency, CurrencyCode};
use crate::value::{Day, Timestamp};

/// Minor units from which on a movement is large: a thousand of them do not reach 2^63.
const LARGE_AMOUNT: i64 = 1 << 53;

/// Days of one owner in one currency, under any grouping.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayRange {
    /// A user's id, or the ledger's.
    pub owner: String,
    /// The currency.
    pub currency: CurrencyCode,
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
}

/// The days whose totals must be known before a batch is decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LargeMovements(pub BTreeSet<DayRange>);

impl LargeMovements {
    /// Adds the days on which `request` could count something large, given the rows that it names.
    pub fn add(&mut self, request: &Request, snapshot: &Snapshot, now: Timestamp) {
        match &request.command {
            Command::CreateTransaction(command) => self.add_creation(request, command, snapshot, now),
            Command::UpdateTransaction(command) => {
                let Some(transaction) = snapshot.transactions.get(&command.id) else {
                    return;
                };
                let new_amount = command
                    .amount
                    .as_ref()
                    .and_then(|amount| amount.minor_units(transaction.currency).ok());
                let date = command.transaction_date.unwrap_or(transaction.transaction_date);
                let amount = new_amount.unwrap_or(transaction.amount);
                self.add_sides(request, transaction, amount, date);
            }
            Command::RestoreTransaction { id, .. } => {
                let Some(transaction) = snapshot.transactions.get(id) else {
                    return;
                };
                self.add_sides(request, transaction, transaction.amount, transaction.transaction_date);
            }
            Command::VoidTransaction { .. }
            | Command::PutUser(_)
            | Command::UpdateUser(_)
            | Command::CreateAccount(_)
            | Command::UpdateAccount(_)
            | Command::CreateKey(_)
            | Command::CreateFirstKey(_)
            | Command::RevokeKey { .. } => {}
        }
    }

    fn add_creation(&mut self, request: &Request, command: &CreateTransaction, snapshot: &Snapshot, now: Timestamp) {
        let account = |id| snapshot.accounts.get(id);
        let (owners, own_currency): (Vec<&str>, Option<Currency>) = match &command.movement {
            Movement::Credit(side) | Movement::Debit(side) => (vec![side.user_id.as_str()], None),
            Movement::Transfer {
                source_account_id,
                destination_account_id,
            } => {
                let accounts = [source_account_id, destination_account_id].map(account);
                let owners = accounts
                    .iter()
                    .flatten()
                    .map(|account| account.owner.as_str())
                    .collect();
                (
                    owners,
                    accounts.first().copied().flatten().map(|source| source.currency),
                )
            }
        };
        let currency = command
            .currency
            .or(own_currency)
            .unwrap_or(snapshot.ledger.default_currency);
        let currency = snapshot.currencies.get(&currency.code).copied().unwrap_or(currency);
        let Ok(amount) = command.amount.minor_units(currency) else {
            return;
        };
        if is_large(request, amount) {
            let date = command.transaction_date.unwrap_or(now);
            owners
                .into_iter()
                .for_each(|owner| self.add_days(owner, currency.code, date));
        }
    }

    fn add_sides(&mut self, request: &Request, transaction: &Transaction, amount: i64, date: Timestamp) {
        if is_large(request, amount) {
            for side in [&transaction.source, &transaction.destination] {
                self.add_days(&side.owner, transaction.currency.code, date);
            }
        }
    }

    /// The day of UTC and those beside it, where a user's zone may put the date; the ledger's own totals with them.
    fn add_days(&mut self, owner: &str, currency: CurrencyCode, date: Timestamp) {
        let day = date.utc_day().days();
        let (first, last) = (
            Day::from_days(day.saturating_sub(1)),
            Day::from_days(day.saturating_add(1)),
        );
        for owner in [owner, LEDGER_OWNER] {
            self.0.insert(DayRange {
                owner: owner.to_owned(),
                currency,
                first,
                last,
            });
        }
    }
}

fn is_large(request: &Request, amount: i64) -> bool {
    request.dry_run || amount >= LARGE_AMOUNT
}
