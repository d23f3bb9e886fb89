//! The document of a ledger's period close.

use serde::{Deserialize, Serialize};

use crate::value::{Day, Timestamp};

/// How far a ledger is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingRecord {
    /// The last day, in UTC, whose transactions stand as they are; `None`: no day is closed.
    pub closed_through: Option<Day>,
    /// One more with each change; 0 before the first.
    pub version: i64,
    /// When the newest version was recorded; `None` before the first.
    pub updated_at: Option<Timestamp>,
}
