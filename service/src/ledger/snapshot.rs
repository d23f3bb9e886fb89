//! What a batch knows of the ledger: everything that its commands name, as it stood when the ledger was locked, and
//! everything that the commands before this one changed.

use std::collections::HashMap;

use uuid::Uuid;

use super::changes::{Changes, Entry, Event, StoredAnswer};
use super::known_limits::KnownLimits;
use super::state::{Account, Closing, Key, LedgerCurrency, LedgerSettings, LedgerSetup, NewLedger, Transaction, User};
use super::table::Table;
use super::totals::{DayTotal, TotalDelta, TotalDeltas, TotalKey};
use super::usage::{Usage, UsageKey};
use crate::money::CurrencyCode;

/// The ledger itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerState {
    /// Its number in the database.
    pub id: i64,
    /// What it is, and how it is set up.
    pub setup: LedgerSetup,
    /// Position of the newest event.
    pub head: i64,
    /// How far it is closed.
    pub closing: Closing,
}

impl LedgerState {
    /// How it is set up.
    #[must_use]
    pub fn settings(&self) -> &LedgerSettings {
        &self.setup.settings
    }
}

/// What is known of the other ledgers.
#[derive(Clone, Debug, Default)]
pub struct KnownLedgers {
    /// The ids of those that are named, by their names.
    pub by_name: HashMap<String, Uuid>,
    /// The greatest number of all.
    pub greatest_id: i64,
}

/// The owner, name and currency that name an account.
pub type AccountName = (String, String, CurrencyCode);

/// Everything that the commands of a batch name, and what is still known from the batch before.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The ledger.
    pub ledger: LedgerState,
    /// The currencies that the ledger has used or made.
    pub currencies: Table<CurrencyCode, LedgerCurrency>,
    /// Users by id: those that are named, and the owners of the accounts.
    pub users: Table<String, User>,
    /// Accounts by id: those that are named, and those of the transactions.
    pub accounts: Table<Uuid, Account>,
    /// The ids of the accounts by their names.
    pub account_ids: Table<AccountName, Uuid>,
    /// Transactions by id.
    pub transactions: Table<Uuid, Transaction>,
    /// The transactions that have the references which are named; `None`: given up by a command of this batch.
    pub references: Table<String, Option<Uuid>>,
    /// Transactions that gave up the reference which the database has for them: another may have taken it.
    pub released: Vec<Uuid>,
    /// Answers that were given under the idempotency keys which are named.
    pub answers: Table<Uuid, StoredAnswer>,
    /// API keys by id.
    pub keys: Table<Uuid, Key>,
    /// The ids of the ledgers by those names that are named, and the greatest number of a ledger.
    pub ledgers: KnownLedgers,
    /// Ledgers that were made.
    pub new_ledgers: Vec<NewLedger>,
    /// Spending limits: those for every user, and those of the users above.
    pub limits: KnownLimits,
    /// What is used of them, in the windows that were looked at.
    pub usages: Table<UsageKey, Usage>,
    /// Lines to append to the accounts' journals.
    pub entries: Vec<Entry>,
    /// Changes of the statistics.
    pub totals: TotalDeltas,
    /// The days' rows that a request could carry past their bounds; see [`super::LargeMovements`].
    pub day_totals: HashMap<TotalKey, DayTotal>,
    /// Events to append to the ledger's journal.
    pub events: Vec<Event>,
    /// How far the ledger was closed before a command of this batch changed that.
    closing_before: Option<Closing>,
    /// How it was set up before a command of this batch changed that.
    setup_before: Option<LedgerSetup>,
}

impl Snapshot {
    /// A snapshot that knows nothing but the ledger.
    #[must_use]
    pub fn new(ledger: LedgerState) -> Self {
        Self {
            ledger,
            currencies: Table::default(),
            users: Table::default(),
            accounts: Table::default(),
            account_ids: Table::default(),
            transactions: Table::default(),
            references: Table::default(),
            released: Vec::new(),
            answers: Table::default(),
            keys: Table::default(),
            ledgers: KnownLedgers::default(),
            new_ledgers: Vec::new(),
            limits: KnownLimits::default(),
            usages: Table::default(),
            entries: Vec::new(),
            totals: TotalDeltas::new(),
            day_totals: HashMap::new(),
            events: Vec::new(),
            closing_before: None,
            setup_before: None,
        }
    }

    /// Puts in an account as the database has it.
    pub fn load_account(&mut self, account: Account) {
        let name = (account.owner.clone(), account.name.clone(), account.currency.code);
        self.account_ids.load(name, account.id);
        self.accounts.load(account.id, account);
    }

    /// Takes what the database has, and the user's erasure is about to clear, for cleared.
    pub fn forget(&mut self, user: &User) {
        self.accounts.edit_loaded(|account| {
            if user.erases_account(account) {
                account.erase();
            }
        });
        self.transactions.edit_loaded(|transaction| {
            if user.erases_transaction(transaction) {
                transaction.erase();
            }
        });
    }

    /// Takes over what a command changed; the commands after it see it.
    pub fn apply(&mut self, changes: Changes) {
        for (code, currency) in changes.currencies {
            self.currencies.put(code, currency);
        }
        for (id, user) in changes.users {
            self.users.put(id, user);
        }
        for (name, id) in changes.account_ids {
            self.account_ids.put(name, id);
        }
        for (id, account) in changes.accounts {
            self.accounts.put(id, account);
        }
        for (id, transaction) in changes.transactions {
            self.transactions.put(id, transaction);
        }
        for (reference, id) in changes.references {
            self.released.extend(
                self.references
                    .stored(&reference)
                    .copied()
                    .flatten()
                    .filter(|_| id.is_none()),
            );
            self.references.put(reference, id);
        }
        for (key, answer) in changes.answers {
            self.answers.put(key, answer);
        }
        for (id, key) in changes.keys {
            self.keys.put(id, key);
        }
        for limit in changes.limits.into_values() {
            self.limits.put(limit);
        }
        for (key, usage) in changes.usages {
            self.usages.put(key, usage);
        }
        for (key, delta) in changes.totals {
            self.totals.entry(key).or_default().add(&delta);
        }
        self.entries.extend(changes.entries);
        if let Some(closing) = changes.closing {
            self.closing_before.get_or_insert(self.ledger.closing);
            self.ledger.closing = closing;
        }
        if let Some(setup) = changes.setup {
            let before = std::mem::replace(&mut self.ledger.setup, setup);
            self.setup_before.get_or_insert(before);
        }
        self.new_ledgers.extend(changes.ledgers);
        if let Some(event) = changes.events.last() {
            self.ledger.head = event.position;
        }
        self.events.extend(changes.events);
    }

    /// Takes back what the commands changed: the snapshot knows what was loaded, and no more.
    pub fn undo(&mut self) {
        if let Some(event) = self.events.first() {
            self.ledger.head = event.position.saturating_sub(1);
        }
        if let Some(closing) = self.closing_before.take() {
            self.ledger.closing = closing;
        }
        if let Some(setup) = self.setup_before.take() {
            self.ledger.setup = setup;
        }
        self.new_ledgers.clear();
        self.currencies.undo();
        self.users.undo();
        self.accounts.undo();
        self.account_ids.undo();
        self.transactions.undo();
        self.references.undo();
        self.answers.undo();
        self.keys.undo();
        self.limits.undo();
        self.usages.undo();
        self.released.clear();
        self.entries.clear();
        self.totals.clear();
        self.events.clear();
    }

    /// Whether a day's row can still be kept once the batch so far, and `delta` after it, are counted.
    #[must_use]
    pub fn holds_day_total(&self, key: &TotalKey, delta: &TotalDelta) -> bool {
        let pending = self.totals.get(key).copied().unwrap_or_default();
        self.day_totals
            .get(key)
            .copied()
            .unwrap_or_default()
            .holds([&pending, delta])
    }

    /// Whether a command changed how the ledger is set up.
    #[must_use]
    pub fn is_set_up_anew(&self) -> bool {
        self.setup_before.is_some()
    }

    /// Whether the batch has anything to save.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !self.events.is_empty() || self.answers.inserted().next().is_some()
    }
}
