//! What one command changes.

use std::collections::HashMap;

use uuid::Uuid;

use super::answer::Answer;
use super::snapshot::AccountName;
use super::state::{Account, Closing, Key, LedgerCurrency, LedgerSetup, Limit, NewLedger, Transaction, User};
use super::totals::TotalDeltas;
use super::usage::{Usage, UsageKey};
use crate::money::CurrencyCode;
use crate::record::Record;
use crate::value::Timestamp;

/// The rows that a command leaves in another state, and the lines that it appends.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Currencies used for the first time, or made.
    pub currencies: HashMap<CurrencyCode, LedgerCurrency>,
    /// Users by id.
    pub users: HashMap<String, User>,
    /// Accounts by id.
    pub accounts: HashMap<Uuid, Account>,
    /// The ids of accounts that were made, by their names.
    pub account_ids: HashMap<AccountName, Uuid>,
    /// Transactions by id.
    pub transactions: HashMap<Uuid, Transaction>,
    /// References taken; `None`: given up.
    pub references: HashMap<String, Option<Uuid>>,
    /// Answers to remember, by idempotency key.
    pub answers: HashMap<Uuid, StoredAnswer>,
    /// How far the ledger is closed, where that changes.
    pub closing: Option<Closing>,
    /// How the ledger is set up, where that changes.
    pub setup: Option<LedgerSetup>,
    /// Ledgers that were made.
    pub ledgers: Vec<NewLedger>,
    /// API keys by id.
    pub keys: HashMap<Uuid, Key>,
    /// Spending limits by id.
    pub limits: HashMap<Uuid, Limit>,
    /// What is used of limits, in the windows that are known.
    pub usages: HashMap<UsageKey, Usage>,
    /// Lines of the accounts' journals, in order.
    pub entries: Vec<Entry>,
    /// Changes of the statistics.
    pub totals: TotalDeltas,
    /// Events of the ledger's journal, in order.
    pub events: Vec<Event>,
}

/// A line to append to an account's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The account.
    pub account_id: Uuid,
    /// Its number in the account's journal.
    pub seq: i64,
    /// The transaction that moves the money.
    pub transaction_id: Uuid,
    /// The version of the transaction that writes the line.
    pub transaction_version: i64,
    /// Minor units: positive = credit, negative = debit; never zero.
    pub amount: i64,
    /// The account's balance after the line.
    pub balance: i64,
    /// When the transaction happened, as the caller says.
    pub transaction_date: Timestamp,
    /// Position of the event that the line belongs to.
    pub position: i64,
}

/// An event to append to the ledger's journal.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its number in the ledger.
    pub position: i64,
    /// What happened, such as `transaction.created`.
    pub kind: &'static str,
    /// What it happened to, such as `users/42`.
    pub subject: String,
    /// The version that the change made.
    pub subject_version: i64,
    /// Who asked for it.
    pub actor: String,
    /// The request that asked for it.
    pub request_id: String,
    /// Why, where the caller said so.
    pub reason: Option<String>,
    /// The document right after the change.
    pub record: Record,
}

/// An answer that a repeated request is given again.
#[derive(Clone, Debug)]
pub struct StoredAnswer {
    /// The request's key; see [`super::Idempotency::key_of`].
    pub key: Uuid,
    /// Tells the request from another with the same key.
    pub fingerprint: [u8; 32],
    /// What was answered.
    pub answer: Answer,
    /// Position of the event whose document was answered.
    pub answer_position: i64,
    /// What the request made or changed, for whoever reuses its key.
    pub resource_id: String,
    /// Of a list, the positions of the events whose documents were answered; else empty.
    pub positions: Vec<i64>,
}

impl Changes {
    /// Takes over what was changed after this.
    pub(super) fn absorb(&mut self, later: Self) {
        let Self {
            currencies,
            users,
            accounts,
            account_ids,
            transactions,
            references,
            answers,
            closing,
            setup,
            ledgers,
            keys,
            limits,
            usages,
            entries,
            totals,
            events,
        } = later;
        self.currencies.extend(currencies);
        self.users.extend(users);
        self.accounts.extend(accounts);
        self.account_ids.extend(account_ids);
        self.transactions.extend(transactions);
        self.references.extend(references);
        self.answers.extend(answers);
        self.closing = closing.or(self.closing);
        self.setup = setup.or(self.setup.take());
        self.ledgers.extend(ledgers);
        self.keys.extend(keys);
        self.limits.extend(limits);
        self.usages.extend(usages);
        self.entries.extend(entries);
        for (key, delta) in totals {
            self.totals.entry(key).or_default().add(&delta);
        }
        self.events.extend(events);
    }
}
