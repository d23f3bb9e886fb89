//! How an event keeps a document: a lasting part, and a personal part that can be erased.
//!
//! Personal are a user's name, e-mail and metadata, an account's metadata, a transaction's description and metadata,
//! and every reason. Of an erased part a salted commitment stays, so that the chain still verifies.
//!
//! Each kind of resource has its lasting part in a file of its own, with the members in the order of RFC 8785.

mod account;
mod closing;
mod currency;
mod key;
mod ledger;
mod limit;
mod token;
mod transaction;
mod user;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::chain::Hash;
use crate::record::Record;
use crate::value::Metadata;
use account::AccountDocument;
use closing::ClosingDocument;
use currency::CurrencyDocument;
use key::KeyDocument;
use ledger::LedgerDocument;
use limit::LimitDocument;
use token::TokenDocument;
use transaction::TransactionDocument;
use user::UserDocument;

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
    let (data, personal) = match record {
        Record::Transaction(record) => {
            let personal = Personal {
                description: record.description.as_deref().map(Cow::Borrowed),
                metadata: shown(&record.metadata),
                ..Personal::default()
            };
            (serde_json::to_string(&TransactionDocument::of(record))?, personal)
        }
        Record::User(record) => {
            let personal = Personal {
                email: record.email.as_deref().map(Cow::Borrowed),
                full_name: record.full_name.as_deref().map(Cow::Borrowed),
                metadata: record.metadata.as_ref().and_then(shown),
                ..Personal::default()
            };
            (serde_json::to_string(&UserDocument::of(record))?, personal)
        }
        Record::Account(record) => {
            let personal = Personal {
                metadata: shown(&record.metadata),
                ..Personal::default()
            };
            (serde_json::to_string(&AccountDocument::of(record))?, personal)
        }
        Record::Currency(record) => lasting(&CurrencyDocument::of(record))?,
        Record::Batch(_) => return Err(serde::ser::Error::custom("a list of transactions is no document")),
        Record::Closing(record) => lasting(&ClosingDocument::of(record))?,
        Record::Ledger(record) => lasting(&LedgerDocument::of(record))?,
        Record::Limit(record) => lasting(&LimitDocument::of(record))?,
        Record::Key(record) => lasting(&KeyDocument::of(record))?,
        Record::Token(record) => lasting(&TokenDocument::of(record))?,
    };
    let personal = Personal {
        reason: reason.map(Cow::Borrowed),
        ..personal
    };
    Ok(Document {
        data,
        personal: serde_json::to_string(&personal)?,
    })
}

/// A document of which nothing is erasable but the reason for the change.
fn lasting<'a>(document: &impl Serialize) -> Result<(String, Personal<'a>), serde_json::Error> {
    Ok((serde_json::to_string(document)?, Personal::default()))
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
    let kept: Option<Personal<'_>> = personal.map(serde_json::from_str).transpose()?;
    let reason = kept.as_ref().and_then(|personal| personal.reason.clone());
    let reason = reason.map(Cow::into_owned);
    let record = match kind.split_once('.').map_or(kind, |(resource, _)| resource) {
        "transaction" => {
            let document: TransactionDocument<'_> = serde_json::from_str(data)?;
            Record::Transaction(document.into_record(kept.unwrap_or_default()))
        }
        "user" => Record::User(serde_json::from_str::<UserDocument<'_>>(data)?.into_record(kept)),
        "account" => {
            let document: AccountDocument<'_> = serde_json::from_str(data)?;
            Record::Account(document.into_record(kept.unwrap_or_default()))
        }
        "currency" => Record::Currency(serde_json::from_str::<CurrencyDocument<'_>>(data)?.into_record()),
        "closing" => Record::Closing(serde_json::from_str::<ClosingDocument>(data)?.into_record()),
        "ledger" => Record::Ledger(serde_json::from_str::<LedgerDocument<'_>>(data)?.into_record()),
        "limit" => Record::Limit(serde_json::from_str::<LimitDocument<'_>>(data)?.into_record()),
        "key" => Record::Key(serde_json::from_str::<KeyDocument<'_>>(data)?.into_record()),
        "token" => Record::Token(serde_json::from_str::<TokenDocument<'_>>(data)?.into_record()),
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

#[cfg(test)]
mod tests;
