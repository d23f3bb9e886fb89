//! An account's document.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Personal, borrow, own};
use crate::money::CurrencyCode;
use crate::record::{AccountKind, AccountRecord, AccountStatus};
use crate::value::Timestamp;

/// The lasting part of an account.
#[derive(Serialize, Deserialize)]
pub(super) struct AccountDocument<'a> {
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

impl<'a> AccountDocument<'a> {
    pub(super) fn of(record: &'a AccountRecord) -> Self {
        Self {
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

    pub(super) fn into_record(self, personal: Personal<'_>) -> AccountRecord {
        AccountRecord {
            id: self.id,
            user_id: own(self.user_id),
            name: self.name.into_owned(),
            currency: self.currency,
            kind: self.kind,
            balance: self.balance.into_owned(),
            held_out: self.held_out.into_owned(),
            held_in: self.held_in.into_owned(),
            available: self.available.into_owned(),
            minimum_balance: own(self.minimum_balance),
            status: self.status,
            metadata: personal.metadata.map(Cow::into_owned).unwrap_or_default(),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
