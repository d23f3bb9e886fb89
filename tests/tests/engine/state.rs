//! Everything that a service holds, read back: against the model, and as text in which ids are numbers and times of
//! recording are left out, so that two services that were asked the same show the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use service::query::{Interval, PageRequest, StatisticsQuery, TransactionVersion};
use service::record::{LimitStatus, Record, TransactionStatus};
use service::{LedgerError, Resource};
use uuid::Uuid;

use super::binding::{Binding, document};
use super::played::Played;
use super::recount::{statistics, without_averages};
use super::values::user_id;

/// When each transaction was made, by its id.
type CreationTimes = BTreeMap<String, Value>;

impl Played {
    /// Every account, every transaction, every limit and the closing are read back as the model has them.
    pub(crate) async fn check_reads(&mut self) {
        let Self {
            service,
            model,
            binding,
            ..
        } = self;
        for number in 0..model.accounts.len() {
            let id = binding.account(number);
            let found = service.daybook.find_account(&service.ledger, id).await;
            let found = document(&Record::Account(found.expect("the account is there")));
            binding.check_document(&model.account_document(number), &found, false);
        }
        for number in 0..model.transactions.len() {
            let id = binding.transaction(number);
            let found = service
                .daybook
                .find_transaction(&service.ledger, id, TransactionVersion::Newest)
                .await;
            let found = document(&Record::Transaction(found.expect("the transaction is there")));
            binding.check_document(&model.transaction_document(number), &found, false);
        }
        for (number, limit) in model.limits.iter().enumerate() {
            let found = service.daybook.find_limit(&service.ledger, binding.limit(number)).await;
            if limit.status == LimitStatus::Deleted {
                assert_eq!(found, Err(LedgerError::NotFound(Resource::Limit)));
            } else {
                let found = document(&Record::Limit(found.expect("the limit is there")));
                binding.check_document(&model.limit_document(number), &found, false);
            }
        }
        let found = service.daybook.find_closing(&service.ledger).await;
        let found = document(&Record::Closing(found.expect("the ledger is there")));
        binding.check_document(&model.closing_document(), &found, false);
    }

    /// What the accounts hold is what remains of the pending holds, as both are read back.
    pub(crate) async fn check_holds(&self) {
        let mut kept: BTreeMap<Uuid, [i128; 2]> = BTreeMap::new();
        for id in self.binding.transactions.values() {
            let found = self
                .service
                .daybook
                .find_transaction(&self.service.ledger, *id, TransactionVersion::Newest);
            let found = found.await.expect("the transaction is there");
            let remaining = found.remaining_amount.as_deref().map_or(0, minor);
            assert!(
                remaining == 0 || found.status == TransactionStatus::Pending,
                "{found:?}"
            );
            for (slot, id) in [found.source_account_id, found.destination_account_id]
                .into_iter()
                .enumerate()
            {
                kept.entry(id).or_default()[slot] += remaining;
            }
        }
        for id in self.binding.accounts.values() {
            let found = self.service.daybook.find_account(&self.service.ledger, *id).await;
            let found = found.expect("the account is there");
            let held = [&found.held_out, &found.held_in].map(|held| minor(held));
            assert_eq!(held, kept.remove(id).unwrap_or_default(), "{found:?}");
            assert_eq!(minor(&found.available), minor(&found.balance) - held[0], "{found:?}");
        }
        assert_eq!(kept, BTreeMap::new(), "of accounts that are not known");
    }

    /// The statistics of every user, and of the ledger, equal a recount by the user's zone.
    pub(crate) async fn check_statistics(&self) {
        for user in std::iter::once(None).chain(self.model.users.keys().copied().map(Some)) {
            let shown = self.check_shown_statistics(user).await;
            assert_eq!(shown, user.map_or("UTC", |user| self.model.users[&user].zone));
        }
    }

    /// The statistics of a user, or of the ledger, equal a recount by the zone that they name; gives its name.
    pub(crate) async fn check_shown_statistics(&self, user: Option<usize>) -> String {
        let query = StatisticsQuery {
            user_id: user.map(user_id),
            interval: Some(Interval::Day),
            ..StatisticsQuery::default()
        };
        let found = self.service.daybook.find_statistics(&self.service.ledger, &query).await;
        let found = found.expect("the database answers");
        let recount = statistics(&self.model, user, &found.time_zone);
        let currencies = serde_json::to_value(found.currencies).expect("statistics have a JSON form");
        assert_eq!(without_averages(currencies), recount, "of user {user:?}");
        found.time_zone
    }

    /// The state as lines of text.
    pub(crate) async fn state(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let made = self.creation_times().await;
        for number in 0..self.model.accounts.len() {
            lines.extend(self.entries(number, &made).await);
        }
        for number in 0..self.model.transactions.len() {
            lines.extend(self.revisions(number, &made).await);
        }
        // In the order of a key that no id is part of. A row that counts nothing is as good as none.
        for query in [
            "SELECT 'event ' || CAST(position AS TEXT) || ' ' || kind || ' ' || CAST(subject_version AS TEXT) || ' '
                || actor || ' ' || request_id || ' ' || personal FROM events ORDER BY position",
            "SELECT 'answer ' || CAST(status AS TEXT) || ' ' || CAST(answer_position AS TEXT) || ' '
                || CAST(head_position AS TEXT) || ' '
                || CASE WHEN overlay LIKE '[%' THEN overlay ELSE '' END FROM idempotency_keys ORDER BY key",
            "SELECT 'user ' || id || ' ' || full_name || ' ' || COALESCE(email, '') || ' ' || time_zone || ' '
                || CAST(version AS TEXT) || ' ' || CAST(position AS TEXT) FROM users ORDER BY id",
            "SELECT 'key ' || name || ' ' || role || ' ' || CAST(revoked_at IS NULL AS TEXT) FROM api_keys ORDER BY id",
            "SELECT 'limit ' || name || ' ' || owner || ' ' || currency || ' ' || direction || ' '
                || period || ' ' || CAST(COALESCE(max_amount, -1) AS TEXT) || ' '
                || CAST(COALESCE(max_count, -1) AS TEXT) || ' ' || COALESCE(category, '') || ' ' || status || ' '
                || CAST(version AS TEXT) FROM limits ORDER BY position",
            "SELECT 'account ' || owner || ' ' || name || ' ' || currency || ' ' || CAST(balance AS TEXT) || ' '
                || CAST(held_out AS TEXT) || ' ' || CAST(held_in AS TEXT) || ' ' || CAST(version AS TEXT)
                FROM accounts ORDER BY owner, name, currency",
            "SELECT 'currency ' || code || ' ' || CAST(exponent AS TEXT) || ' ' || COALESCE(name, '') || ' '
                || CAST(COALESCE(position, 0) AS TEXT) FROM currencies ORDER BY code",
            "SELECT 'closing ' || CAST(closed_through AS TEXT) || ' ' || CAST(closing_version AS TEXT) || ' '
                || CAST(closing_position AS TEXT) FROM ledgers WHERE closed_through IS NOT NULL",
            "SELECT 'day ' || owner || ' ' || currency || ' ' || CAST(day AS TEXT) || ' ' || category || ' '
                || CAST(credit_count AS TEXT) || ' ' || CAST(credit_total AS TEXT) || ' '
                || CAST(debit_count AS TEXT) || ' ' || CAST(debit_total AS TEXT)
                FROM daily_totals WHERE credit_count + debit_count > 0
                ORDER BY owner, currency, day, category",
            "SELECT 'total ' || owner || ' ' || currency || ' ' || category || ' '
                || CAST(credit_count AS TEXT) || ' ' || CAST(debit_count AS TEXT) || ' ' || CAST(busiest AS TEXT)
                FROM totals WHERE credit_count + debit_count > 0 ORDER BY owner, currency, category",
        ] {
            lines.extend(self.service.database.texts(query).await);
        }
        lines
    }

    async fn creation_times(&self) -> CreationTimes {
        let mut times = BTreeMap::new();
        for id in self.binding.transactions.values() {
            let found = self
                .service
                .daybook
                .find_transaction(&self.service.ledger, *id, TransactionVersion::Newest);
            let found = found.await.expect("the transaction is there");
            times.insert(id.to_string(), json!(found.created_at));
        }
        times
    }

    async fn entries(&self, account: usize, made: &CreationTimes) -> Vec<String> {
        let id = self.binding.account(account);
        let line = |entry| format!("entry of account {account}: {}", self.shown(&entry, made));
        let (mut page, mut lines) = (first_page(), Vec::new());
        loop {
            let entries = self.service.daybook.list_entries(&self.service.ledger, id, &page).await;
            let entries = entries.expect("the account is there");
            lines.extend(entries.data.iter().map(|entry| line(json!(entry))));
            if entries.next_cursor.is_none() {
                return lines;
            }
            page.cursor = entries.next_cursor;
        }
    }

    async fn revisions(&self, transaction: usize, made: &CreationTimes) -> Vec<String> {
        let id = self.binding.transaction(transaction);
        let page = first_page();
        let revisions = self
            .service
            .daybook
            .list_revisions(&self.service.ledger, id, &page)
            .await;
        let revisions = revisions.expect("the transaction is there");
        assert_eq!(revisions.next_cursor, None);
        let line = |revision| format!("revision of transaction {transaction}: {}", self.shown(&revision, made));
        revisions.data.iter().map(|revision| line(json!(revision))).collect()
    }

    /// A document of one transaction with numbers instead of ids, and without times of recording. Where the transaction
    /// was made without a date, its date is the first of these times, and so it is in every later document: in the entry
    /// that reverses it, and where an edit tells what the date was.
    fn shown(&self, document: &Value, made: &CreationTimes) -> String {
        let id = document.get("transaction_id").unwrap_or(&document["transaction"]["id"]);
        let made_at = &made[id.as_str().expect("the document is of a transaction")];
        let mut document = document.clone();
        blank(&mut document, &self.binding, made_at);
        document.to_string()
    }
}

/// An amount without its decimal point: those of one account have as many decimals.
fn minor(shown: &str) -> i128 {
    shown.replace('.', "").parse().expect("an amount is digits")
}

/// The first page, which holds all versions of one transaction that a short sequence of commands leaves.
fn first_page() -> PageRequest {
    PageRequest {
        limit: 200,
        cursor: None,
    }
}

fn blank(value: &mut Value, binding: &Binding, made_at: &Value) {
    if value == made_at {
        *value = "then".into();
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if ["created_at", "updated_at", "recorded_at"].contains(&name.as_str()) {
                    *member = "then".into();
                } else {
                    blank(member, binding, made_at);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| blank(item, binding, made_at)),
        Value::String(text) => {
            if let Some(name) = binding.name_of(text) {
                *value = name.into();
            }
        }
        _ => {}
    }
}
