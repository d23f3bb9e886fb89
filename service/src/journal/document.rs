//! How an event keeps a document: a lasting part, and a personal part that can be erased.
//!
//! Personal are a user's name, e-mail and metadata, an account's metadata, a transaction's description and metadata,
//! and every reason. Of an erased part a salted commitment stays, so that the chain still verifies.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::chain::Hash;
use crate::money::CurrencyCode;
use crate::record::{
    AccountKind, AccountRecord, AccountStatus, KeyRecord, Record, Role, TransactionKind, TransactionRecord,
    TransactionStatus, UserRecord,
};
use crate::value::{Metadata, Timestamp};

/// The format of the documents that this version writes.
pub const SCHEMA_VERSION: i64 = 1;

/// An event's document as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The lasting part, as canonical JSON (RFC 8785).
    pub data: String,
    /// The erasable part, as JSON.
    pub personal: String,
}

/// The commitment that stays when `personal` and `salt` are erased.
#[must_use]
pub fn commit(salt: &[u8], personal: &str) -> Hash {
    Sha256::new()
        .chain_update(salt)
        .chain_update(personal)
        .finalize()
        .into()
}

/// The lasting part of a transaction. Here and below the members stand in the order of RFC 8785.
#[derive(Serialize, Deserialize)]
struct TransactionData<'a> {
    amount: Cow<'a, str>,
    category: Option<Cow<'a, str>>,
    created_at: Timestamp,
    currency: CurrencyCode,
    destination_account_id: Uuid,
    destination_user_id: Option<Cow<'a, str>>,
    id: Uuid,
    parent_id: Option<Uuid>,
    reference: Option<Cow<'a, str>>,
    source_account_id: Uuid,
    source_user_id: Option<Cow<'a, str>>,
    status: TransactionStatus,
    transaction_date: Timestamp,
    #[serde(rename = "type")]
    kind: TransactionKind,
    updated_at: Timestamp,
    user_id: Option<Cow<'a, str>>,
    version: i64,
}

#[derive(Serialize, Deserialize)]
struct UserData<'a> {
    created_at: Timestamp,
    id: Cow<'a, str>,
    time_zone: Cow<'a, str>,
    updated_at: Timestamp,
    version: i64,
}

#[derive(Serialize, Deserialize)]
struct AccountData<'a> {
    available: Cow<'a, str>,
    balance: Cow<'a, str>,
    created_at: Timestamp,
    currency: CurrencyCode,
    held_in: Cow<'a, str>,
    held_out: Cow<'a, str>,
    id: Uuid,
    kind: AccountKind,
    minimum_balance: Option<Cow<'a, str>>,
    name: Cow<'a, str>,
    status: AccountStatus,
    updated_at: Timestamp,
    user_id: Option<Cow<'a, str>>,
    version: i64,
}

#[derive(Serialize, Deserialize)]
struct KeyData<'a> {
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    id: Uuid,
    ledger: Cow<'a, str>,
    name: Cow<'a, str>,
    prefix: Cow<'a, str>,
    revoked_at: Option<Timestamp>,
    role: Role,
}

/// The erasable part of any document; members that a kind of resource does not have are left out.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Personal<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Cow<'a, Metadata>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
}

/// Splits a document, and the reason for the change, into what lasts and what can be erased.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn split(record: &Record, reason: Option<&str>) -> Result<Document, serde_json::Error> {
    let reason = reason.map(Cow::Borrowed);
    let (data, personal) = match record {
        Record::Transaction(record) => {
            let description = record.description.as_deref().map(Cow::Borrowed);
            let personal = Personal {
                description,
                metadata: shown(&record.metadata),
                reason,
                ..Personal::default()
            };
            (serde_json::to_string(&transaction_data(record))?, personal)
        }
        Record::User(record) => {
            let personal = Personal {
                email: record.email.as_deref().map(Cow::Borrowed),
                full_name: record.full_name.as_deref().map(Cow::Borrowed),
                metadata: shown(&record.metadata),
                reason,
                ..Personal::default()
            };
            (serde_json::to_string(&user_data(record))?, personal)
        }
        Record::Account(record) => {
            let personal = Personal {
                metadata: shown(&record.metadata),
                reason,
                ..Personal::default()
            };
            (serde_json::to_string(&account_data(record))?, personal)
        }
        Record::Key(record) => (
            serde_json::to_string(&key_data(record))?,
            Personal {
                reason,
                ..Personal::default()
            },
        ),
    };
    Ok(Document {
        data,
        personal: serde_json::to_string(&personal)?,
    })
}

fn shown(metadata: &Metadata) -> Option<Cow<'_, Metadata>> {
    (!metadata.members().is_empty()).then_some(Cow::Borrowed(metadata))
}

/// Puts a stored document together again; `kind` is the event's, `personal` is `None` where it was erased. The second
/// value is the reason for the change.
///
/// # Errors
/// Where what is stored is no document of that kind.
pub fn join(kind: &str, data: &str, personal: Option<&str>) -> Result<(Record, Option<String>), serde_json::Error> {
    let personal: Personal<'_> = personal.map(serde_json::from_str).transpose()?.unwrap_or_default();
    let reason = personal.reason.clone().map(Cow::into_owned);
    let record = match kind.split_once('.').map_or(kind, |(resource, _)| resource) {
        "transaction" => Record::Transaction(transaction_record(serde_json::from_str(data)?, personal)),
        "user" => Record::User(user_record(serde_json::from_str(data)?, personal)),
        "account" => Record::Account(account_record(serde_json::from_str(data)?, personal)),
        "key" => Record::Key(key_record(serde_json::from_str(data)?)),
        other => return Err(serde::de::Error::custom(format!("no documents of kind {other}"))),
    };
    Ok((record, reason))
}

fn borrow(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

fn own(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

fn transaction_data(record: &TransactionRecord) -> TransactionData<'_> {
    TransactionData {
        amount: Cow::Borrowed(&record.amount),
        category: borrow(record.category.as_ref()),
        created_at: record.created_at,
        currency: record.currency,
        destination_account_id: record.destination_account_id,
        destination_user_id: borrow(record.destination_user_id.as_ref()),
        id: record.id,
        parent_id: record.parent_id,
        reference: borrow(record.reference.as_ref()),
        source_account_id: record.source_account_id,
        source_user_id: borrow(record.source_user_id.as_ref()),
        status: record.status,
        transaction_date: record.transaction_date,
        kind: record.kind,
        updated_at: record.updated_at,
        user_id: borrow(record.user_id.as_ref()),
        version: record.version,
    }
}

fn transaction_record(data: TransactionData<'_>, personal: Personal<'_>) -> TransactionRecord {
    TransactionRecord {
        id: data.id,
        kind: data.kind,
        status: data.status,
        user_id: own(data.user_id),
        source_account_id: data.source_account_id,
        source_user_id: own(data.source_user_id),
        destination_account_id: data.destination_account_id,
        destination_user_id: own(data.destination_user_id),
        amount: data.amount.into_owned(),
        currency: data.currency,
        transaction_date: data.transaction_date,
        description: own(personal.description),
        category: own(data.category),
        reference: own(data.reference),
        metadata: personal.metadata.map(Cow::into_owned).unwrap_or_default(),
        parent_id: data.parent_id,
        version: data.version,
        created_at: data.created_at,
        updated_at: data.updated_at,
    }
}

fn user_data(record: &UserRecord) -> UserData<'_> {
    UserData {
        created_at: record.created_at,
        id: Cow::Borrowed(&record.id),
        time_zone: Cow::Borrowed(&record.time_zone),
        updated_at: record.updated_at,
        version: record.version,
    }
}

fn user_record(data: UserData<'_>, personal: Personal<'_>) -> UserRecord {
    UserRecord {
        id: data.id.into_owned(),
        full_name: own(personal.full_name),
        email: own(personal.email),
        time_zone: data.time_zone.into_owned(),
        metadata: personal.metadata.map(Cow::into_owned).unwrap_or_default(),
        version: data.version,
        created_at: data.created_at,
        updated_at: data.updated_at,
    }
}

fn account_data(record: &AccountRecord) -> AccountData<'_> {
    AccountData {
        available: Cow::Borrowed(&record.available),
        balance: Cow::Borrowed(&record.balance),
        created_at: record.created_at,
        currency: record.currency,
        held_in: Cow::Borrowed(&record.held_in),
        held_out: Cow::Borrowed(&record.held_out),
        id: record.id,
        kind: record.kind,
        minimum_balance: borrow(record.minimum_balance.as_ref()),
        name: Cow::Borrowed(&record.name),
        status: record.status,
        updated_at: record.updated_at,
        user_id: borrow(record.user_id.as_ref()),
        version: record.version,
    }
}

fn account_record(data: AccountData<'_>, personal: Personal<'_>) -> AccountRecord {
    AccountRecord {
        id: data.id,
        user_id: own(data.user_id),
        name: data.name.into_owned(),
        currency: data.currency,
        kind: data.kind,
        balance: data.balance.into_owned(),
        held_out: data.held_out.into_owned(),
        held_in: data.held_in.into_owned(),
        available: data.available.into_owned(),
        minimum_balance: own(data.minimum_balance),
        status: data.status,
        metadata: personal.metadata.map(Cow::into_owned).unwrap_or_default(),
        version: data.version,
        created_at: data.created_at,
        updated_at: data.updated_at,
    }
}

fn key_data(record: &KeyRecord) -> KeyData<'_> {
    KeyData {
        created_at: record.created_at,
        expires_at: record.expires_at,
        id: record.id,
        ledger: Cow::Borrowed(&record.ledger),
        name: Cow::Borrowed(&record.name),
        prefix: Cow::Borrowed(&record.prefix),
        revoked_at: record.revoked_at,
        role: record.role,
    }
}

fn key_record(data: KeyData<'_>) -> KeyRecord {
    KeyRecord {
        id: data.id,
        name: data.name.into_owned(),
        role: data.role,
        ledger: data.ledger.into_owned(),
        prefix: data.prefix.into_owned(),
        created_at: data.created_at,
        expires_at: data.expires_at,
        revoked_at: data.revoked_at,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn transaction() -> TransactionRecord {
        let metadata = BTreeMap::from([("colour".to_owned(), "gr\"ün \u{1F600}".to_owned())]);
        TransactionRecord {
            id: Uuid::from_u128(1),
            kind: TransactionKind::Credit,
            status: TransactionStatus::Posted,
            user_id: Some("42".to_owned()),
            source_account_id: Uuid::from_u128(2),
            source_user_id: None,
            destination_account_id: Uuid::from_u128(3),
            destination_user_id: Some("42".to_owned()),
            amount: "20.00".to_owned(),
            currency: CurrencyCode::USD,
            transaction_date: Timestamp::from_micros(1),
            description: Some("rent\\ \"March\"".to_owned()),
            category: Some("\u{e000}😀".to_owned()),
            reference: None,
            metadata: Metadata::parse("metadata", metadata).unwrap(),
            parent_id: None,
            version: 1,
            created_at: Timestamp::from_micros(2),
            updated_at: Timestamp::from_micros(3),
        }
    }

    fn records() -> [(&'static str, Record); 4] {
        let user = UserRecord {
            id: "42".to_owned(),
            full_name: Some("A. User".to_owned()),
            email: None,
            time_zone: "UTC".to_owned(),
            metadata: Metadata::default(),
            version: 3,
            created_at: Timestamp::from_micros(2),
            updated_at: Timestamp::from_micros(3),
        };
        let account = AccountRecord {
            id: Uuid::from_u128(3),
            user_id: None,
            name: "fees".to_owned(),
            currency: CurrencyCode::USD,
            kind: AccountKind::System,
            balance: "-1.00".to_owned(),
            held_out: "0.00".to_owned(),
            held_in: "0.00".to_owned(),
            available: "-1.00".to_owned(),
            minimum_balance: Some("-5.00".to_owned()),
            status: AccountStatus::Frozen,
            metadata: Metadata::default(),
            version: 9,
            created_at: Timestamp::from_micros(2),
            updated_at: Timestamp::from_micros(3),
        };
        let key = KeyRecord {
            id: Uuid::from_u128(4),
            name: "ci".to_owned(),
            role: Role::Writer,
            ledger: "main".to_owned(),
            prefix: "dbk_abcd".to_owned(),
            created_at: Timestamp::from_micros(2),
            expires_at: None,
            revoked_at: Some(Timestamp::from_micros(3)),
        };
        [
            ("transaction.updated", Record::Transaction(transaction())),
            ("user.created", Record::User(user)),
            ("account.updated", Record::Account(account)),
            ("key.revoked", Record::Key(key)),
        ]
    }

    #[test]
    fn a_document_comes_back_as_it_was_stored() {
        for (kind, record) in records() {
            let document = split(&record, Some("because")).unwrap();
            let (joined, reason) = join(kind, &document.data, Some(&document.personal)).unwrap();
            assert_eq!(joined, record);
            assert_eq!(reason.as_deref(), Some("because"));
        }
    }

    #[test]
    fn the_lasting_part_is_canonical_json() {
        for (_, record) in records() {
            let data = split(&record, None).unwrap().data;
            let value: serde_json::Value = serde_json::from_str(&data).unwrap();
            assert_eq!(data, serde_json_canonicalizer::to_string(&value).unwrap());
        }
    }

    #[test]
    fn an_erased_part_reads_as_null() {
        let document = split(&Record::Transaction(transaction()), Some("because")).unwrap();
        let (joined, reason) = join("transaction.created", &document.data, None).unwrap();
        let expected = TransactionRecord {
            description: None,
            metadata: Metadata::default(),
            ..transaction()
        };
        assert_eq!(joined, Record::Transaction(expected));
        assert_eq!(reason, None);
    }
}
