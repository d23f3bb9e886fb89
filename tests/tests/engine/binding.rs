//! The model's numbers and the engine's ids, and an answer held against what the model says.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use service::record::Record;
use service::{Answer, Exceeded, LedgerError};
use uuid::Uuid;

use super::model::{Refusal, Success};

/// Which id each number was given.
#[derive(Debug, Default)]
pub(crate) struct Binding {
    pub(crate) accounts: BTreeMap<usize, Uuid>,
    pub(crate) transactions: BTreeMap<usize, Uuid>,
    pub(crate) keys: BTreeMap<usize, Uuid>,
    pub(crate) limits: BTreeMap<usize, Uuid>,
}

impl Binding {
    /// The account's id, or one that does not exist.
    pub(crate) fn account(&self, number: usize) -> Uuid {
        self.accounts.get(&number).copied().unwrap_or(Uuid::from_u128(1))
    }

    /// The transaction's id, or one that does not exist.
    pub(crate) fn transaction(&self, number: usize) -> Uuid {
        self.transactions.get(&number).copied().unwrap_or(Uuid::from_u128(1))
    }

    /// The key's id, or one that does not exist.
    pub(crate) fn key(&self, number: usize) -> Uuid {
        self.keys.get(&number).copied().unwrap_or(Uuid::from_u128(1))
    }

    /// The limit's id, or one that does not exist.
    pub(crate) fn limit(&self, number: usize) -> Uuid {
        self.limits.get(&number).copied().unwrap_or(Uuid::from_u128(1))
    }

    /// Which of them has this id, as the model names it.
    pub(crate) fn name_of(&self, id: &str) -> Option<String> {
        let id = Uuid::parse_str(id).ok()?;
        [
            ("account", &self.accounts),
            ("transaction", &self.transactions),
            ("key", &self.keys),
            ("limit", &self.limits),
        ]
        .iter()
        .find_map(|(kind, ids)| {
            let (number, _) = ids.iter().find(|(_, known)| **known == id)?;
            Some(format!("{kind} {number}"))
        })
    }

    /// Holds an answer against the model's, and takes over the ids that it brings.
    pub(crate) fn check(&mut self, told: &Result<Success, Refusal>, found: &Result<Answer, LedgerError>) {
        let is_rehearsed = told.as_ref().is_ok_and(|told| told.dry_run);
        self.check_answer(told, found, is_rehearsed);
    }

    fn check_answer(
        &mut self,
        told: &Result<Success, Refusal>,
        found: &Result<Answer, LedgerError>,
        is_rehearsed: bool,
    ) {
        match (told, found) {
            (Ok(told), Ok(found)) => {
                assert_eq!(
                    (told.status, told.replayed, told.dry_run),
                    (found.status, found.replayed, found.dry_run),
                    "told {told:?}, found {found:?}"
                );
                assert_eq!(found.position.is_none(), told.dry_run, "found {found:?}");
                assert_eq!(told.items.len(), found.items.len(), "told {told:?}, found {found:?}");
                for (told, found) in told.items.iter().zip(&found.items) {
                    self.check_answer(told, found, is_rehearsed);
                }
                self.check_document(&told.document, &document(&found.record), is_rehearsed);
            }
            (Err(told), Err(found)) => {
                assert_eq!(told.code, found.code(), "told {told:?}, found {found:?}");
                // What an atomic list had made before one of its items was refused is gone.
                let is_gone = is_rehearsed || matches!(found, LedgerError::Item { .. });
                self.check_document(&told.members, &members(found), is_gone);
            }
            _ => panic!("told {told:?}, found {found:?}"),
        }
    }

    /// Holds a document against the model's; new ids are taken over, unless they are not kept.
    pub(crate) fn check_document(&mut self, told: &Value, found: &Value, is_dry: bool) {
        let (Some(told_members), Some(found_members)) = (told.as_object(), found.as_object()) else {
            panic!("told {told}, found {found}");
        };
        assert!(
            told_members.keys().eq(found_members.keys()),
            "told {told}, found {found}"
        );
        for (name, member) in told_members {
            let is_same = self.is_same(member, &found_members[name], is_dry);
            assert!(is_same, "{name} differs: told {told}, found {found}, {self:?}");
        }
    }

    fn is_same(&mut self, told: &Value, found: &Value, is_dry: bool) -> bool {
        match (told, found) {
            (Value::Array(told), Value::Array(found)) => {
                let mut pairs = told.iter().zip(found);
                told.len() == found.len() && pairs.all(|(told, found)| self.is_same(told, found, is_dry))
            }
            (Value::Object(told), Value::Object(found)) => {
                let mut is_there = |(name, told): (&String, &Value)| {
                    let found = found.get(name);
                    found.is_some_and(|found| self.is_same(told, found, is_dry))
                };
                told.len() == found.len() && told.iter().all(&mut is_there)
            }
            _ => self.is_same_text(told, found, is_dry),
        }
    }

    fn is_same_text(&mut self, told: &Value, found: &Value, is_dry: bool) -> bool {
        let Some((kind, number)) = told.as_str().and_then(|text| text.split_once(' ')) else {
            return told == found;
        };
        let ids = match kind {
            "account" => &mut self.accounts,
            "transaction" => &mut self.transactions,
            "key" => &mut self.keys,
            "limit" => &mut self.limits,
            _ => return told == found,
        };
        let (Ok(number), Some(id)) = (number.parse(), found.as_str().and_then(|id| Uuid::parse_str(id).ok())) else {
            return false;
        };
        match ids.get(&number) {
            Some(known) => *known == id,
            None if is_dry => !ids.values().any(|known| *known == id),
            None => {
                let is_new = !ids.values().any(|known| *known == id);
                ids.insert(number, id);
                is_new
            }
        }
    }
}

/// A record without its times of recording and what is drawn at random, members in order; of a key, whether it is
/// revoked.
pub(crate) fn document(record: &Record) -> Value {
    if let Record::Batch(batch) = record {
        let transactions = batch.data.iter().cloned().map(Record::Transaction);
        return json!({"data": transactions.map(|transaction| document(&transaction)).collect::<Vec<_>>()});
    }
    let mut document = serde_json::to_value(record).expect("a record has a JSON form");
    let members = document.as_object_mut().expect("a record is an object");
    members.remove("created_at");
    members.remove("updated_at");
    if matches!(record, Record::Key(_)) {
        members.remove("prefix");
        let is_revoked = !members["revoked_at"].is_null();
        members.insert("revoked_at".to_owned(), is_revoked.into());
    }
    document
}

/// What the contract gives with an error.
fn members(error: &LedgerError) -> Value {
    match error {
        LedgerError::VersionMismatch { current_version } => json!({"current_version": current_version}),
        LedgerError::TransactionNotEditable { current_status } => json!({"current_status": current_status}),
        LedgerError::AccountClosed { account_id }
        | LedgerError::AccountFrozen { account_id }
        | LedgerError::AccountNotEmpty { account_id } => json!({"account_id": account_id}),
        LedgerError::ReferenceTaken { resource_id } => json!({"resource_id": resource_id}),
        LedgerError::AccountExists { resource_id } => json!({"resource_id": resource_id}),
        LedgerError::IdempotencyKeyReused { resource_id } => json!({"resource_id": resource_id}),
        LedgerError::InsufficientFunds {
            account_id,
            available,
            minimum_balance,
        } => json!({"account_id": account_id, "available": available, "minimum_balance": minimum_balance}),
        LedgerError::LimitExceeded {
            limit_id,
            window,
            exceeded,
        } => {
            let (max, used) = match exceeded {
                Exceeded::Amount { max, used } => (json!(max), json!(used)),
                Exceeded::Count { max, used } => (json!(max), json!(used)),
            };
            json!({"limit_id": limit_id, "window": window, "max": max, "used": used})
        }
        LedgerError::PeriodClosed { closed_through } => json!({"closed_through": closed_through}),
        LedgerError::Item { index, error } => {
            let mut members = members(error);
            members["index"] = (*index).into();
            members
        }
        LedgerError::AmountExceedsRemaining { remaining_amount } => json!({"remaining_amount": remaining_amount}),
        _ => json!({}),
    }
}
