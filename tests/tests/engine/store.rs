//! The tables without a database: what a batch loads from, and what it leaves.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;
use service::ledger::{
    ALL_CATEGORIES, Account, Count, DayTotal, Entry, Event, Grouping, Ids, Key, LEDGER_GENERATION, LEDGER_OWNER,
    LedgerCurrency, LedgerRules, LedgerSettings, LedgerSetup, LedgerState, Limit, Names, Request, Snapshot,
    StoredAnswer, TotalDelta, TotalDeltas, TotalKey, Transaction, Usage, UsageKey, User, count_day, decide,
};
use service::money::{Currency, CurrencyCode};
use service::record::{Direction, LimitStatus, TransactionStatus};
use service::value::Timestamp;
use service::{Answer, LedgerError};
use uuid::Uuid;

/// Every row, in the order of its key, so that two stores are equal when they are shown equal.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    ledger: LedgerState,
    currencies: BTreeMap<CurrencyCode, LedgerCurrency>,
    users: BTreeMap<String, User>,
    pub(crate) accounts: BTreeMap<Uuid, Account>,
    transactions: BTreeMap<Uuid, Transaction>,
    answers: BTreeMap<Uuid, StoredAnswer>,
    keys: BTreeMap<Uuid, Key>,
    limits: BTreeMap<Uuid, Limit>,
    pub(crate) entries: Vec<Entry>,
    events: Vec<Event>,
    totals: BTreeMap<TotalKey, TotalDelta>,
}

/// The ledger `main` as it is made.
fn main_setup() -> LedgerSetup {
    LedgerSetup {
        uuid: Uuid::nil(),
        name: "main".to_owned(),
        settings: LedgerSettings {
            default_currency: Currency::parse("USD").expect("a currency"),
            default_minimum_balance: None,
            rules: LedgerRules::default(),
        },
        version: 1,
        created_at: Timestamp::from_micros(0),
        updated_at: Timestamp::from_micros(0),
        position: None,
    }
}

impl Store {
    pub(crate) fn new() -> Self {
        Self {
            ledger: LedgerState {
                closing: service::ledger::Closing::default(),
                id: 1,
                setup: main_setup(),
                head: 0,
            },
            currencies: BTreeMap::new(),
            users: BTreeMap::new(),
            accounts: BTreeMap::new(),
            transactions: BTreeMap::new(),
            answers: BTreeMap::new(),
            keys: BTreeMap::new(),
            limits: BTreeMap::new(),
            entries: Vec::new(),
            events: Vec::new(),
            totals: BTreeMap::new(),
        }
    }

    /// Decides the requests over one snapshot, and keeps what they leave.
    pub(crate) fn commit(
        &mut self,
        requests: &[Request],
        now: Timestamp,
        ids: &mut Ids,
    ) -> Vec<Result<Answer, LedgerError>> {
        let mut names = Names::default();
        requests
            .iter()
            .for_each(|request| names.add(request, self.ledger.settings().default_currency));
        let mut snapshot = self.load(&names);
        loop {
            let mut lacking = HashSet::new();
            let undone = decide_all(&mut snapshot, requests, now, &mut ids.clone(), &mut lacking);
            snapshot.undo();
            if lacking.is_empty() {
                let answers = decide_all(&mut snapshot, requests, now, ids, &mut lacking);
                assert_eq!(undone, answers, "before it was undone, then again");
                self.save(&snapshot);
                return answers;
            }
            for key in lacking {
                let usage = self.count_usage(&key);
                snapshot.usages.load(key, usage);
            }
        }
    }

    /// What is used of a window of limits, counted by the dates of all transactions.
    fn count_usage(&self, key: &UsageKey) -> Usage {
        let zone = self.users.get(&key.owner).map(|user| user.grouping.zone);
        let is_counted = |transaction: &&Transaction| {
            let side = match key.direction {
                Direction::Debit => &transaction.source,
                Direction::Credit => &transaction.destination,
            };
            let day = zone.map(|zone| zone.day_of(transaction.transaction_date));
            transaction.status == TransactionStatus::Posted
                && side.owner == key.owner
                && key.account_id.is_none_or(|id| id == side.account_id)
                && transaction.currency.code == key.currency
                && (key.category == ALL_CATEGORIES || transaction.category.as_ref() == Some(&key.category))
                && day.is_some_and(|day| (key.first..=key.last).contains(&day))
        };
        let counted = self.transactions.values().filter(is_counted);
        counted.fold(Usage::default(), |sum, transaction| {
            sum.plus(Usage {
                count: 1,
                amount: transaction.amount.into(),
            })
        })
    }

    /// What the database gives a batch: the rows that are named, and what hangs on them.
    fn load(&self, names: &Names) -> Snapshot {
        let mut snapshot = Snapshot::new(self.ledger.clone());
        for (code, known) in &self.currencies {
            snapshot.currencies.load(*code, known.clone());
        }
        let mut account_ids = names.accounts.clone();
        let parents = names
            .transactions
            .iter()
            .filter_map(|id| self.transactions.get(id)?.parent_id);
        let transaction_ids: BTreeSet<Uuid> = names.transactions.iter().copied().chain(parents).collect();
        for id in &transaction_ids {
            if let Some(transaction) = self.transactions.get(id) {
                account_ids.extend([transaction.source.account_id, transaction.destination.account_id]);
                snapshot.transactions.load(*id, transaction.clone());
            }
        }
        let mut user_ids = names.users.clone();
        for account in self.accounts.values() {
            let name = (account.owner.clone(), account.name.clone(), account.currency.code);
            if account_ids.contains(&account.id) || names.account_names.contains(&name) {
                user_ids.insert(account.owner.clone());
                snapshot.load_account(account.clone());
            }
        }
        for (id, user) in self.users.iter().filter(|(id, _)| user_ids.contains(*id)) {
            snapshot.users.load(id.clone(), user.clone());
        }
        for transaction in self.transactions.values() {
            if let Some(reference) = transaction
                .reference
                .clone()
                .filter(|name| names.references.contains(name))
            {
                snapshot.references.load(reference, Some(transaction.id));
            }
        }
        for (key, answer) in self.answers.iter().filter(|(key, _)| names.answers.contains(*key)) {
            snapshot.answers.load(*key, answer.clone());
        }
        for (id, key) in self.keys.iter().filter(|(id, _)| names.keys.contains(*id)) {
            snapshot.keys.load(*id, key.clone());
        }
        for limit in self
            .limits
            .values()
            .filter(|limit| limit.status != LimitStatus::Deleted)
        {
            snapshot.limits.load(limit.clone());
        }
        for (key, total) in &self.totals {
            snapshot.day_totals.insert(key.clone(), day_total(total));
        }
        snapshot
    }

    fn save(&mut self, snapshot: &Snapshot) {
        self.ledger.head = snapshot.ledger.head;
        self.ledger.closing = snapshot.ledger.closing;
        for known in snapshot.currencies.inserted() {
            self.currencies.insert(known.currency.code, known.clone());
        }
        for user in snapshot.users.inserted().chain(snapshot.users.updated()) {
            self.users.insert(user.id.clone(), user.clone());
        }
        for account in snapshot.accounts.inserted().chain(snapshot.accounts.updated()) {
            self.accounts.insert(account.id, account.clone());
        }
        for transaction in snapshot.transactions.inserted().chain(snapshot.transactions.updated()) {
            self.transactions.insert(transaction.id, transaction.clone());
        }
        for answer in snapshot.answers.inserted() {
            self.answers.insert(answer.key, answer.clone());
        }
        for key in snapshot.keys.inserted().chain(snapshot.keys.updated()) {
            self.keys.insert(key.record.id, key.clone());
        }
        for limit in snapshot.limits.inserted().chain(snapshot.limits.updated()) {
            self.limits.insert(limit.id, limit.clone());
        }
        self.entries.extend(snapshot.entries.iter().cloned());
        self.events.extend(snapshot.events.iter().cloned());
        for (key, delta) in &snapshot.totals {
            self.totals.entry(key.clone()).or_default().add(delta);
        }
        self.totals.retain(|_, delta| !delta.is_zero());
    }

    /// The document of every event, in order.
    pub(crate) fn documents(&self) -> impl Iterator<Item = Value> {
        let records = self.events.iter().map(|event| &event.record);
        records.map(|record| serde_json::to_value(record).expect("a record has a JSON form"))
    }

    /// The statistics without those of groupings that were given up, which the service removes later.
    pub(crate) fn kept_totals(&self) -> BTreeMap<TotalKey, TotalDelta> {
        let is_kept = |key: &TotalKey| {
            self.users.get(&key.owner).is_none_or(|user| {
                let coming = user.regrouping.map(|regrouping| regrouping.grouping.generation);
                key.generation == user.grouping.generation || Some(key.generation) == coming
            })
        };
        let kept = self.totals.iter().filter(|(key, _)| is_kept(key));
        kept.map(|(key, delta)| (key.clone(), *delta)).collect()
    }

    /// What pending holds keep of each account's money, and announce to it.
    pub(crate) fn recount_held(&self) -> BTreeMap<Uuid, [i128; 2]> {
        let mut held: BTreeMap<Uuid, [i128; 2]> = self.accounts.keys().map(|id| (*id, [0; 2])).collect();
        let is_pending = |transaction: &&Transaction| transaction.status == TransactionStatus::Pending;
        for transaction in self.transactions.values().filter(is_pending) {
            let hold = transaction.hold.expect("what is pending is a hold");
            let remaining = i128::from(transaction.amount) - i128::from(hold.captured);
            for (slot, side) in [&transaction.source, &transaction.destination].into_iter().enumerate() {
                held.entry(side.account_id).or_default()[slot] += remaining;
            }
        }
        held
    }

    /// The statistics, counted anew from the posted transactions by the days stored with them.
    pub(crate) fn recount(&self) -> BTreeMap<TotalKey, TotalDelta> {
        let mut totals = TotalDeltas::new();
        let is_posted = |transaction: &&Transaction| transaction.status == TransactionStatus::Posted;
        for transaction in self.transactions.values().filter(is_posted) {
            for (direction, side) in [
                (Direction::Debit, &transaction.source),
                (Direction::Credit, &transaction.destination),
            ] {
                let Some(user) = self.users.get(&side.owner) else {
                    continue;
                };
                let groupings: Vec<Grouping> = user.groupings_of(transaction.id).collect();
                for grouping in groupings {
                    let day = side.days[grouping.slot()].expect("a side that counts has a day");
                    assert_eq!(day, grouping.zone.day_of(transaction.transaction_date));
                    let owner = (side.owner.as_str(), grouping.generation, day);
                    count_day(&mut totals, owner, transaction, direction, Count::In);
                }
                let owner = (LEDGER_OWNER, LEDGER_GENERATION, transaction.transaction_date.utc_day());
                count_day(&mut totals, owner, transaction, direction, Count::In);
            }
        }
        assert!(
            totals
                .keys()
                .all(|key| key.category == ALL_CATEGORIES || !key.category.is_empty())
        );
        totals.into_iter().collect()
    }
}

/// Decides the requests one after the other, each over what those before it left; `lacking` is what of limits must be
/// known first.
fn decide_all(
    snapshot: &mut Snapshot,
    requests: &[Request],
    now: Timestamp,
    ids: &mut Ids,
    lacking: &mut HashSet<UsageKey>,
) -> Vec<Result<Answer, LedgerError>> {
    let mut decide_one = |request| {
        let decision = decide(snapshot, request, now, ids, lacking)?;
        let is_kept = !decision.answer.dry_run && !decision.answer.replayed;
        assert_eq!(decision.changes.is_some(), is_kept, "{:?}", decision.answer);
        if let Some(changes) = decision.changes {
            snapshot.apply(changes);
        }
        Ok(decision.answer)
    };
    requests.iter().map(&mut decide_one).collect()
}

/// What the database holds of a day; it refuses what it cannot hold.
fn day_total(total: &TotalDelta) -> DayTotal {
    DayTotal {
        credit_total: i64::try_from(total.credit_total).expect("a day's credits are held"),
        debit_total: i64::try_from(total.debit_total).expect("a day's debits are held"),
    }
}
