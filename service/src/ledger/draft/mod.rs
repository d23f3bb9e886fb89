//! One command at work: it reads through to the snapshot and writes beside it, so that a refusal or a dry run leaves
//! the snapshot as it was.

mod erasure;
mod ledgers;
mod limits;

use uuid::Uuid;

use super::changes::{Changes, Event, StoredAnswer};
use super::id::Ids;
use super::snapshot::{AccountName, Snapshot};
use super::state::{Account, LedgerCurrency, Transaction, User};
use super::totals::{TotalDelta, TotalDeltas, TotalKey};
use super::usage::UsageKey;
use crate::LedgerError;
use crate::money::{Currency, CurrencyCode};
use crate::record::Record;
use crate::value::{Text, Timestamp, UserId};

/// Whoever asks, and when it is decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    /// The time of the batch.
    pub(super) now: Timestamp,
    /// The credential that asks.
    pub(super) actor: &'a str,
    /// The one user on whose behalf it asks.
    pub(super) acting_user: Option<&'a UserId>,
    /// The id of the request.
    pub(super) request_id: &'a str,
}

/// The snapshot, and what the command has changed so far.
pub(super) struct Draft<'a> {
    snapshot: &'a Snapshot,
    /// What the items before this one changed, where the command is a list.
    earlier: Changes,
    changes: Changes,
    /// Windows of limits that the snapshot lacks.
    lacking: Vec<UsageKey>,
    ids: &'a mut Ids,
    context: Context<'a>,
}

impl<'a> Draft<'a> {
    /// A draft without a change.
    pub(super) fn new(snapshot: &'a Snapshot, ids: &'a mut Ids, context: Context<'a>) -> Self {
        Self {
            snapshot,
            earlier: Changes::default(),
            changes: Changes::default(),
            lacking: Vec::new(),
            ids,
            context,
        }
    }

    /// What was changed.
    pub(super) fn into_changes(mut self) -> Changes {
        self.end_item();
        self.earlier
    }

    /// Keeps what an item of a list changed: to the next one it is what was there before.
    pub(super) fn end_item(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        if self.earlier.events.is_empty() {
            self.earlier = changes;
        } else {
            self.earlier.absorb(changes);
        }
    }

    /// Gives up what an item of a list changed.
    pub(super) fn drop_item(&mut self) {
        self.changes = Changes::default();
    }

    /// Does what tells of the windows of limits that it lacks, and leaves nothing else; where no limit looks at anything, it is
    /// not done.
    pub(super) fn rehearse<T>(&mut self, work: impl FnOnce(&mut Self) -> T) {
        if !self.counts_usage() {
            return;
        }
        let ids = self.ids.clone();
        drop(work(self));
        self.drop_item();
        *self.ids = ids;
    }

    /// The time of the batch.
    pub(super) fn now(&self) -> Timestamp {
        self.context.now
    }

    /// The one user on whose behalf it is asked.
    pub(super) fn acting_user(&self) -> Option<&'a UserId> {
        self.context.acting_user
    }

    /// A new id.
    pub(super) fn mint_id(&mut self) -> Uuid {
        self.ids.mint()
    }

    /// The snapshot's ledger.
    pub(super) fn ledger(&self) -> &'a super::snapshot::LedgerState {
        &self.snapshot.ledger
    }

    /// Position of the newest event.
    pub(super) fn head(&self) -> i64 {
        let newest = self.changes.events.last().or(self.earlier.events.last());
        newest.map_or(self.snapshot.ledger.head, |event| event.position)
    }

    /// Position of the event that comes next.
    pub(super) fn next_position(&self) -> i64 {
        self.head().saturating_add(1)
    }

    /// The currency at the exponent that the ledger keeps it at.
    pub(super) fn currency(&self, currency: Currency) -> Currency {
        self.known_currency(currency.code)
            .map_or(currency, |known| known.currency)
    }

    /// The currency called `code`, where the ledger has used or made it.
    pub(super) fn known_currency(&self, code: CurrencyCode) -> Option<&LedgerCurrency> {
        let changed = self
            .changes
            .currencies
            .get(&code)
            .or(self.earlier.currencies.get(&code));
        changed.or_else(|| self.snapshot.currencies.get(&code))
    }

    /// How many currencies the ledger has made; the snapshot must know them.
    pub(super) fn count_own_currencies(&self) -> usize {
        self.snapshot
            .currencies
            .iter()
            .filter(|known| known.own.is_some())
            .count()
    }

    pub(super) fn put_currency(&mut self, known: LedgerCurrency) {
        self.changes.currencies.insert(known.currency.code, known);
    }

    pub(super) fn user(&self, id: &str) -> Option<&User> {
        let changed = self.changes.users.get(id).or(self.earlier.users.get(id));
        changed.or_else(|| self.snapshot.users.get(id))
    }

    pub(super) fn put_user(&mut self, user: User) {
        self.changes.users.insert(user.id.clone(), user);
    }

    pub(super) fn account(&self, id: Uuid) -> Option<&Account> {
        self.changes.accounts.get(&id).or_else(|| self.account_before(id))
    }

    /// The account as the commands before this one left it; `None` where this one makes it.
    pub(super) fn account_before(&self, id: Uuid) -> Option<&Account> {
        let earlier = self.earlier.accounts.get(&id);
        earlier.or_else(|| self.snapshot.accounts.get(&id))
    }

    pub(super) fn account_named(&self, owner: &str, name: &str, currency: CurrencyCode) -> Option<&Account> {
        let key: AccountName = (owner.to_owned(), name.to_owned(), currency);
        let id = self
            .changes
            .account_ids
            .get(&key)
            .or(self.earlier.account_ids.get(&key))
            .or_else(|| self.snapshot.account_ids.get(&key))?;
        self.account(*id)
    }

    /// Fixes the exponent of a currency that is used for the first time.
    pub(super) fn use_currency(&mut self, currency: Currency) {
        if self.known_currency(currency.code).is_none() {
            self.put_currency(LedgerCurrency {
                currency,
                created_at: self.now(),
                own: None,
            });
        }
    }

    /// Puts in an account that did not exist.
    pub(super) fn add_account(&mut self, account: Account) {
        self.use_currency(account.currency);
        let name = (account.owner.clone(), account.name.clone(), account.currency.code);
        self.changes.account_ids.insert(name, account.id);
        self.changes.accounts.insert(account.id, account);
    }

    /// The account, to be changed: its version rises once, however often the command changes it.
    pub(super) fn change_account(&mut self, id: Uuid) -> Option<&mut Account> {
        if !self.changes.accounts.contains_key(&id) {
            let mut account = self.account_before(id)?.clone();
            account.version = account.version.saturating_add(1);
            account.updated_at = self.context.now;
            self.changes.accounts.insert(id, account);
        }
        self.changes.accounts.get_mut(&id)
    }

    pub(super) fn transaction(&self, id: Uuid) -> Option<&Transaction> {
        let changed = self
            .changes
            .transactions
            .get(&id)
            .or(self.earlier.transactions.get(&id));
        changed.or_else(|| self.snapshot.transactions.get(&id))
    }

    pub(super) fn put_transaction(&mut self, transaction: Transaction) {
        self.changes.transactions.insert(transaction.id, transaction);
    }

    /// The transaction that has the reference.
    pub(super) fn reference_holder(&self, reference: &str) -> Option<Uuid> {
        let known = self
            .changes
            .references
            .get(reference)
            .or(self.earlier.references.get(reference))
            .or_else(|| self.snapshot.references.get(reference));
        known.copied().flatten()
    }

    pub(super) fn set_reference(&mut self, reference: &str, holder: Option<Uuid>) {
        self.changes.references.insert(reference.to_owned(), holder);
    }

    /// The answer that was given under an idempotency key.
    pub(super) fn answer(&self, key: Uuid) -> Option<&StoredAnswer> {
        let earlier = self.earlier.answers.get(&key);
        earlier.or_else(|| self.snapshot.answers.get(&key))
    }

    /// Whether an item of this command was given that answer.
    pub(super) fn answers_itself(&self, key: Uuid) -> bool {
        self.earlier.answers.contains_key(&key)
    }

    pub(super) fn put_answer(&mut self, stored: StoredAnswer) {
        self.changes.answers.insert(stored.key, stored);
    }

    /// Changes the statistics; a command does so once.
    ///
    /// # Errors
    /// `AmountOverflow`, where a day's total could not be kept.
    pub(super) fn count(&mut self, deltas: TotalDeltas) -> Result<(), LedgerError> {
        let is_kept = |(key, delta): (&TotalKey, &TotalDelta)| {
            let mut sum = self.earlier.totals.get(key).copied().unwrap_or_default();
            sum.add(delta);
            self.snapshot.holds_day_total(key, &sum)
        };
        if !deltas.iter().all(is_kept) {
            return Err(LedgerError::AmountOverflow);
        }
        self.changes.totals = deltas;
        Ok(())
    }

    pub(super) fn changes_mut(&mut self) -> &mut Changes {
        &mut self.changes
    }

    /// Records what happened to a resource: `kind` of `subject`, whose document is now `record`.
    pub(super) fn record_event(&mut self, kind: &'static str, subject: String, record: Record, reason: Option<&Text>) {
        let event = Event {
            position: self.next_position(),
            kind,
            subject,
            subject_version: record.subject_version(),
            actor: self.context.actor.to_owned(),
            request_id: self.context.request_id.to_owned(),
            reason: reason.map(|text| text.as_str().to_owned()),
            record,
        };
        self.changes.events.push(event);
    }
}
