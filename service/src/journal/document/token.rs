//! The document of a user's token, all of which lasts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::record::{TokenRecord, TokenScope};
use crate::value::Timestamp;

/// The lasting part of a user's token.
#[derive(Serialize, Deserialize)]
pub(super) struct TokenDocument<'a> {
    created_at: Timestamp,
    expires_at: Timestamp,
    id: Uuid,
    scope: TokenScope,
    user_id: Cow<'a, str>,
}

impl<'a> TokenDocument<'a> {
    pub(super) fn of(record: &'a TokenRecord) -> Self {
        Self {
            created_at: record.created_at,
            expires_at: record.expires_at,
            id: record.id,
            scope: record.scope,
            user_id: Cow::Borrowed(&record.user_id),
        }
    }

    pub(super) fn into_record(self) -> TokenRecord {
        TokenRecord {
            id: self.id,
            user_id: self.user_id.into_owned(),
            scope: self.scope,
            expires_at: self.expires_at,
            created_at: self.created_at,
        }
    }
}
