//! What a batch knows of the ledger: everything that its commands name, as it stood when the ledger was locked, and
//! everything that the commands before this one changed.

use std::collections::HashMap;
use std::hash::Hash;

use uuid::Uuid;

use super::changes::{Changes, Entry, Event, StoredAnswer};
use super::state::{Account, Key, Transaction, User};
use super::totals::{DayTotal, TotalDelta, TotalDeltas, TotalKey};
use crate::money::{AmountText, Currency, CurrencyCode};

/// The ledger itself.
#[derive(Clone, Debug)]
pub struct LedgerState {
    /// Its number in the database.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The currency of requests that name none.
    pub default_currency: Currency,
    /// The minimum balance of a user's accounts that are given none.
    pub default_minimum_balance: Option<AmountText>,
    /// Position of the newest event.
    pub head: i64,
}

/// The owner, name and currency that name an account.
pub type AccountName = (String, String, CurrencyCode);

/// The rows of one kind that a batch knows, and which of them it must save.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    rows: HashMap<K, Row<V>>,
    /// The rows that this batch loaded or changed, each once.
    touched: Vec<K>,
}

#[derive(Clone, Debug)]
struct Row<V> {
    value: V,
    is_stored: bool,
    is_changed: bool,
    is_touched: bool,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: HashMap::new(),
            touched: Vec::new(),
        }
    }
}

impl<K: Clone + Eq + Hash, V> Table<K, V> {
    /// Puts in a row as the database has it.
    pub fn load(&mut self, key: K, value: V) {
        let row = Row {
            value,
            is_stored: true,
            is_changed: false,
            is_touched: true,
        };
        let before = self.rows.insert(key.clone(), row);
        if before.is_none_or(|row| !row.is_touched) {
            self.touched.push(key);
        }
    }

    /// The row, as the commands so far have left it.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.rows.get(key).map(|row| &row.value)
    }

    /// The row as the database has it; `None` where a command has changed it.
    pub fn stored<Q>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let row = self.rows.get(key).filter(|row| row.is_stored && !row.is_changed);
        row.map(|row| &row.value)
    }

    /// Puts in a row as a command left it.
    pub fn put(&mut self, key: K, value: V) {
        let before = self.rows.get_mut(&key);
        if before.as_ref().is_none_or(|row| !row.is_touched) {
            self.touched.push(key.clone());
        }
        match before {
            Some(row) => {
                row.value = value;
                row.is_changed = true;
                row.is_touched = true;
            }
            None => {
                let row = Row {
                    value,
                    is_stored: false,
                    is_changed: true,
                    is_touched: true,
                };
                self.rows.insert(key, row);
            }
        }
    }

    /// Every row, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &V> {
        self.rows.values().map(|row| &row.value)
    }

    /// The rows that the database does not have yet.
    pub fn inserted(&self) -> impl Iterator<Item = &V> {
        self.changed().filter(|row| !row.is_stored).map(|row| &row.value)
    }

    /// The rows that the database has in an older state.
    pub fn updated(&self) -> impl Iterator<Item = &V> {
        self.changed().filter(|row| row.is_stored).map(|row| &row.value)
    }

    fn changed(&self) -> impl Iterator<Item = &Row<V>> {
        let touched = self.touched.iter().filter_map(|key| self.rows.get(key));
        touched.filter(|row| row.is_changed)
    }

    /// Makes ready for the next batch, once this one is committed: its rows are as the database has them now. All rows
    /// are forgotten where they are more than `rows_max`, and of those that were loaded or changed any that is not
    /// `kept`.
    pub fn settle(&mut self, rows_max: usize, kept: impl Fn(&V) -> bool) {
        if self.rows.len() > rows_max {
            *self = Self::default();
        }
        for key in self.touched.drain(..) {
            match self.rows.get_mut(&key) {
                Some(row) if kept(&row.value) => {
                    row.is_stored = true;
                    row.is_changed = false;
                    row.is_touched = false;
                }
                _ => {
                    self.rows.remove(&key);
                }
            }
        }
    }
}

/// Everything that the commands of a batch name, and what is still known from the batch before.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The ledger.
    pub ledger: LedgerState,
    /// The currencies that the ledger has used, with the exponents that it keeps them at.
    pub currencies: Table<CurrencyCode, Currency>,
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
    /// Lines to append to the accounts' journals.
    pub entries: Vec<Entry>,
    /// Changes of the statistics.
    pub totals: TotalDeltas,
    /// The days' rows that a request could carry past their bounds; see [`super::LargeMovements`].
    pub day_totals: HashMap<TotalKey, DayTotal>,
    /// Events to append to the ledger's journal.
    pub events: Vec<Event>,
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
            entries: Vec::new(),
            totals: TotalDeltas::new(),
            day_totals: HashMap::new(),
            events: Vec::new(),
        }
    }

    /// Puts in an account as the database has it.
    pub fn load_account(&mut self, account: Account) {
        self.account_ids.load(name_of(&account), account.id);
        self.accounts.load(account.id, account);
    }

    /// Takes over what a command changed; the commands after it see it.
    pub fn apply(&mut self, changes: Changes) {
        for (code, currency) in changes.currencies {
            self.currencies.put(code, currency);
        }
        for (id, user) in changes.users {
            self.users.put(id, user);
        }
        for (id, account) in changes.accounts {
            self.account_ids.put(name_of(&account), id);
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
        for (key, delta) in changes.totals {
            self.totals.entry(key).or_default().add(&delta);
        }
        self.entries.extend(changes.entries);
        if let Some(event) = changes.events.last() {
            self.ledger.head = event.position;
        }
        self.events.extend(changes.events);
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

    /// Whether the batch has anything to save.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !self.events.is_empty() || self.answers.inserted().next().is_some()
    }
}

fn name_of(account: &Account) -> AccountName {
    (account.owner.clone(), account.name.clone(), account.currency.code)
}
