//! A spending limit's document, all of which lasts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{borrow, own};
use crate::money::CurrencyCode;
use crate::record::{Direction, LimitRecord, LimitScope, LimitStatus, LimitWindow};
use crate::value::Timestamp;

/// The lasting part of a limit.
#[derive(Serialize, Deserialize)]
pub(super) struct LimitDocument<'a> {
    category: Option<Cow<'a, str>>,
    created_at: Timestamp,
    currency: CurrencyCode,
    direction: Direction,
    id: Uuid,
    max_amount: Option<Cow<'a, str>>,
    max_count: Option<i64>,
    name: Cow<'a, str>,
    scope: ScopeDocument<'a>,
    status: LimitStatus,
    updated_at: Timestamp,
    version: i64,
    window: LimitWindow,
}

/// Whom it is for; both are null where it is for everybody.
#[derive(Serialize, Deserialize)]
struct ScopeDocument<'a> {
    account_id: Option<Uuid>,
    user_id: Option<Cow<'a, str>>,
}

impl<'a> LimitDocument<'a> {
    pub(super) fn of(record: &'a LimitRecord) -> Self {
        Self {
            category: borrow(record.category.as_ref()),
            created_at: record.created_at,
            currency: record.currency,
            direction: record.direction,
            id: record.id,
            max_amount: borrow(record.max_amount.as_ref()),
            max_count: record.max_count,
            name: Cow::Borrowed(&record.name),
            scope: ScopeDocument {
                account_id: record.scope.account_id,
                user_id: borrow(record.scope.user_id.as_ref()),
            },
            status: record.status,
            updated_at: record.updated_at,
            version: record.version,
            window: record.window,
        }
    }

    pub(super) fn into_record(self) -> LimitRecord {
        LimitRecord {
            id: self.id,
            name: self.name.into_owned(),
            scope: LimitScope {
                user_id: own(self.scope.user_id),
                account_id: self.scope.account_id,
            },
            currency: self.currency,
            direction: self.direction,
            window: self.window,
            max_amount: own(self.max_amount),
            max_count: self.max_count,
            category: own(self.category),
            status: self.status,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
