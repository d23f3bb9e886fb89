//! An API key's document, all of which lasts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::record::{KeyRecord, Role};
use crate::value::Timestamp;

/// The lasting part of an API key.
#[derive(Serialize, Deserialize)]
pub(super) struct KeyDocument<'a> {
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    id: Uuid,
    ledger: Cow<'a, str>,
    name: Cow<'a, str>,
    prefix: Cow<'a, str>,
    revoked_at: Option<Timestamp>,
    role: Role,
}

impl<'a> KeyDocument<'a> {
    pub(super) fn of(record: &'a KeyRecord) -> Self {
        Self {
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

    pub(super) fn into_record(self) -> KeyRecord {
        KeyRecord {
            id: self.id,
            name: self.name.into_owned(),
            role: self.role,
            ledger: self.ledger.into_owned(),
            prefix: self.prefix.into_owned(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
        }
    }
}
