//! Movements so large that a day's total may pass its bound.
//!
//! Totals are added to in the database without being read, since reading a few rows a command would cost more than
//! the bound is worth. Where it could really be passed, and for a dry run, which the database never sees, the rows of
//! the days in question are loaded and the core decides. Below that, the database refuses the sum, and the batch is
//! decided again with every movement taken for large.

use std::collections::BTreeSet;

use super::command::{CaptureHold, Command, CreateTransaction, Movement, RefundTransaction};
use super::request::Request;
use super::snapshot::Snapshot;
use super::state::{LEDGER_OWNER, Transaction};
use crate::money::{Currency, CurrencyCode};
use crate::value::{Day, Timestamp};

/// Minor units from which on a movement is large: a thousand of them do not reach 2^63.
pub const LARGE_AMOUNT: i64 = 1 << 53;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LargeMovements {
    /// Those days.
    pub days: BTreeSet<DayRange>,
    /// Minor units of the smallest movement that counts as large.
    amount_min: i64,
}

impl LargeMovements {
    /// None yet, of `amount_min` minor units and above: [`LARGE_AMOUNT`], or less where a total is known to be near its
    /// bound.
    #[must_use]
    pub fn above(amount_min: i64) -> Self {
        Self {
            days: BTreeSet::new(),
            amount_min,
        }
    }

    /// Adds the days on which `request` could count something large, given the rows that it names.
    pub fn add(&mut self, request: &Request, snapshot: &Snapshot, now: Timestamp) {
        match &request.command {
            // A hold counts nowhere.
            Command::CreateTransaction(CreateTransaction { hold: Some(_), .. }) => {}
            Command::CreateTransaction(command) => self.add_creation(request, command, snapshot, now),
            Command::CreateTransactions(list) => {
                for item in list.items.iter().filter(|item| item.command.hold.is_none()) {
                    self.add_creation(request, &item.command, snapshot, now);
                }
            }
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
            Command::RefundTransaction(RefundTransaction { id, amount, .. })
            | Command::CaptureHold(CaptureHold { id, amount, .. }) => {
                let Some(original) = snapshot.transactions.get(id) else {
                    return;
                };
                let amount = amount.as_ref();
                let amount = amount.and_then(|amount| amount.minor_units(original.currency).ok());
                self.add_sides(request, original, amount.unwrap_or(original.amount), now);
            }
            Command::VoidTransaction { .. }
            | Command::VoidHold { .. }
            | Command::ExtendHold { .. }
            | Command::ExpireHold { .. }
            | Command::PutUser(_)
            | Command::UpdateUser(_)
            | Command::EraseUser(_)
            | Command::CreateAccount(_)
            | Command::UpdateAccount(_)
            | Command::CreateCurrency(_)
            | Command::CloseThrough(_)
            | Command::CreateLimit(_)
            | Command::UpdateLimit(_)
            | Command::DeleteLimit { .. }
            | Command::CreateLedger(_)
            | Command::UpdateLedger(_)
            | Command::CreateToken(_)
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
            .unwrap_or(snapshot.ledger.settings().default_currency);
        let known = snapshot.currencies.get(&currency.code);
        let currency = known.map_or(currency, |known| known.currency);
        let Ok(amount) = command.amount.minor_units(currency) else {
            return;
        };
        if self.is_large(request, amount) {
            let date = command.transaction_date.unwrap_or(now);
            owners
                .into_iter()
                .for_each(|owner| self.add_days(owner, currency.code, date));
        }
    }

    fn add_sides(&mut self, request: &Request, transaction: &Transaction, amount: i64, date: Timestamp) {
        if self.is_large(request, amount) {
            for side in [&transaction.source, &transaction.destination] {
                self.add_days(&side.owner, transaction.currency.code, date);
            }
        }
    }

    fn is_large(&self, request: &Request, amount: i64) -> bool {
        request.dry_run || amount >= self.amount_min
    }

    /// The day of UTC and those beside it, where a user's zone may put the date; the ledger's own totals with them.
    fn add_days(&mut self, owner: &str, currency: CurrencyCode, date: Timestamp) {
        let day = date.utc_day().days();
        let (first, last) = (
            Day::from_days(day.saturating_sub(1)),
            Day::from_days(day.saturating_add(1)),
        );
        for owner in [owner, LEDGER_OWNER] {
            self.days.insert(DayRange {
                owner: owner.to_owned(),
                currency,
                first,
                last,
            });
        }
    }
}
