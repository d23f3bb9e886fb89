//! The document of a period close, all of which lasts.

use serde::{Deserialize, Serialize};

use crate::record::ClosingRecord;
use crate::value::{Day, Timestamp};

/// The lasting part of a ledger's period close.
#[derive(Serialize, Deserialize)]
pub(super) struct ClosingDocument {
    closed_through: Option<Day>,
    updated_at: Option<Timestamp>,
    version: i64,
}

impl ClosingDocument {
    pub(super) fn of(record: &ClosingRecord) -> Self {
        Self {
            closed_through: record.closed_through,
            updated_at: record.updated_at,
            version: record.version,
        }
    }

    pub(super) fn into_record(self) -> ClosingRecord {
        ClosingRecord {
            closed_through: self.closed_through,
            version: self.version,
            updated_at: self.updated_at,
        }
    }
}
