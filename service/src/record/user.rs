//! The document of a user.

use serde::{Deserialize, Serialize};

use crate::value::{Metadata, Timestamp};

/// A user, as answered and as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    /// The caller's id.
    pub id: String,
    /// The user's name; none where the user was erased.
    pub full_name: Option<String>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// IANA name of the zone that the user lives in; statistics follow it, and say by which days they are grouped.
    pub time_zone: String,
    /// The caller's own members; none where the user was erased.
    pub metadata: Option<Metadata>,
    /// 1 when created, one more with each change.
    pub version: i64,
    /// When the user was recorded.
    pub created_at: Timestamp,
    /// When the newest version was recorded.
    pub updated_at: Timestamp,
    /// When the user was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// Whether the texts of the user's transactions were erased as well; its event tells, answers do not.
    #[serde(skip)]
    pub erased_texts: Option<bool>,
}

impl UserRecord {
    /// What is shown of a user's metadata: nothing once it was erased, which is not the same as no member.
    pub(crate) fn shown_metadata(metadata: Metadata, is_erased: bool) -> Option<Metadata> {
        (!is_erased || !metadata.members().is_empty()).then_some(metadata)
    }
}
