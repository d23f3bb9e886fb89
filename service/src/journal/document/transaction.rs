//! A transaction's document.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Personal, borrow, own};
use crate::money::CurrencyCode;
use crate::record::{TransactionKind, TransactionRecord, TransactionRelation, TransactionStatus};
use crate::value::Timestamp;

/// The lasting part of a transaction.
#[derive(Serialize, Deserialize)]
pub(super) struct TransactionDocument<'a> {
    amount: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    captured_amount: Option<Cow<'a, str>>,
    category: Option<Cow<'a, str>>,
    created_at: Timestamp,
    currency: CurrencyCode,
    destination_account_id: Uuid,
    destination_user_id: Option<Cow<'a, str>>,
    /// Absent from a hold that does not expire as well, which its `captured_amount` tells from what is no hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    id: Uuid,
    parent_id: Option<Uuid>,
    reference: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded_amount: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<TransactionRelation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining_amount: Option<Cow<'a, str>>,
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

impl<'a> TransactionDocument<'a> {
    pub(super) fn of(record: &'a TransactionRecord) -> Self {
        Self {
            amount: Cow::Borrowed(&record.amount),
            captured_amount: borrow(record.captured_amount.as_ref()),
            category: borrow(record.category.as_ref()),
            created_at: record.created_at,
            currency: record.currency,
            destination_account_id: record.destination_account_id,
            destination_user_id: borrow(record.destination_user_id.as_ref()),
            expires_at: record.expires_at.flatten(),
            id: record.id,
            parent_id: record.parent_id,
            reference: borrow(record.reference.as_ref()),
            refunded_amount: borrow(record.refunded_amount.as_ref()),
            relation: record.relation,
            remaining_amount: borrow(record.remaining_amount.as_ref()),
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

    pub(super) fn into_record(self, personal: Personal<'_>) -> TransactionRecord {
        TransactionRecord {
            id: self.id,
            kind: self.kind,
            status: self.status,
            user_id: own(self.user_id),
            source_account_id: self.source_account_id,
            source_user_id: own(self.source_user_id),
            destination_account_id: self.destination_account_id,
            destination_user_id: own(self.destination_user_id),
            amount: self.amount.into_owned(),
            currency: self.currency,
            transaction_date: self.transaction_date,
            description: own(personal.description),
            category: own(self.category),
            reference: own(self.reference),
            metadata: personal.metadata.map(Cow::into_owned).unwrap_or_default(),
            parent_id: self.parent_id,
            relation: self.relation,
            refunded_amount: own(self.refunded_amount),
            expires_at: self.captured_amount.as_ref().map(|_| self.expires_at),
            captured_amount: own(self.captured_amount),
            remaining_amount: own(self.remaining_amount),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
