//! A user's document.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Personal, own};
use crate::record::UserRecord;
use crate::value::Timestamp;

/// The lasting part of a user.
#[derive(Serialize, Deserialize)]
pub(super) struct UserDocument<'a> {
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    erased_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    erased_texts: Option<bool>,
    id: Cow<'a, str>,
    time_zone: Cow<'a, str>,
    updated_at: Timestamp,
    version: i64,
}

impl<'a> UserDocument<'a> {
    pub(super) fn of(record: &'a UserRecord) -> Self {
        Self {
            created_at: record.created_at,
            erased_at: record.erased_at,
            erased_texts: record.erased_texts,
            id: Cow::Borrowed(&record.id),
            time_zone: Cow::Borrowed(&record.time_zone),
            updated_at: record.updated_at,
            version: record.version,
        }
    }

    /// The record, with its personal part or `None` where that was erased.
    pub(super) fn into_record(self, personal: Option<Personal<'_>>) -> UserRecord {
        let is_erased = personal.is_none() || self.erased_at.is_some();
        let personal = personal.unwrap_or_default();
        let metadata = personal.metadata.map(Cow::into_owned).unwrap_or_default();
        UserRecord {
            id: self.id.into_owned(),
            full_name: own(personal.full_name),
            email: own(personal.email),
            time_zone: self.time_zone.into_owned(),
            metadata: UserRecord::shown_metadata(metadata, is_erased),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            erased_at: self.erased_at,
            erased_texts: self.erased_texts,
        }
    }
}
