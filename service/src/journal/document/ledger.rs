//! A ledger's document, all of which lasts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{borrow, own};
use crate::money::CurrencyCode;
use crate::record::LedgerRecord;
use crate::value::Timestamp;

/// The lasting part of a ledger and its settings.
#[derive(Serialize, Deserialize)]
pub(super) struct LedgerDocument<'a> {
    created_at: Timestamp,
    default_currency: CurrencyCode,
    default_minimum_balance: Option<Cow<'a, str>>,
    id: Uuid,
    name: Cow<'a, str>,
    require_idempotency_key: bool,
    require_if_match: bool,
    updated_at: Timestamp,
    users_may_edit: bool,
    version: i64,
}

impl<'a> LedgerDocument<'a> {
    pub(super) fn of(record: &'a LedgerRecord) -> Self {
        Self {
            created_at: record.created_at,
            default_currency: record.default_currency,
            default_minimum_balance: borrow(record.default_minimum_balance.as_ref()),
            id: record.id,
            name: Cow::Borrowed(&record.name),
            require_idempotency_key: record.require_idempotency_key,
            require_if_match: record.require_if_match,
            updated_at: record.updated_at,
            users_may_edit: record.users_may_edit,
            version: record.version,
        }
    }

    pub(super) fn into_record(self) -> LedgerRecord {
        LedgerRecord {
            id: self.id,
            name: self.name.into_owned(),
            default_currency: self.default_currency,
            default_minimum_balance: own(self.default_minimum_balance),
            require_idempotency_key: self.require_idempotency_key,
            require_if_match: self.require_if_match,
            users_may_edit: self.users_may_edit,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
