//! An answer that was given under an idempotency key: its event's document, and what the event lacks of it.

use serde::{Deserialize, Serialize};

use super::{AnswerRow, EventRow, read_hash};
use crate::commit::Corrupt;
use crate::journal;
use crate::ledger::{Answer, AnswerStatus, StoredAnswer};
use crate::record::{AccountRecord, BatchRecord, Record};
use crate::value::Timestamp;

impl AnswerRow {
    pub(in crate::commit::load) fn read(self, event: &EventRow) -> Result<StoredAnswer, Corrupt> {
        let joined = journal::join(&event.kind, &event.data, event.personal.as_deref());
        let (mut record, _) = joined.map_err(Corrupt::new)?;
        let resource_id = record.resource_id();
        let mut positions = Vec::new();
        match (self.overlay, &mut record) {
            (Some(overlay), Record::Account(account)) => {
                let overlay: AccountOverlay = serde_json::from_str(&overlay).map_err(Corrupt::new)?;
                overlay.lay_over(account);
            }
            (Some(overlay), Record::Transaction(_)) => {
                positions = serde_json::from_str(&overlay).map_err(Corrupt::new)?;
                record = Record::Batch(BatchRecord { data: Vec::new() });
            }
            _ => {}
        }
        let status = match self.status {
            CREATED => AnswerStatus::Created,
            NO_CONTENT => AnswerStatus::NoContent,
            OK => AnswerStatus::Ok,
            _ => return Err(Corrupt::new("an answer's status is none that is given")),
        };
        Ok(StoredAnswer {
            key: self.key,
            fingerprint: read_hash(self.fingerprint)?,
            resource_id,
            positions,
            answer: Answer {
                status,
                record,
                position: Some(self.head_position),
                replayed: true,
                dry_run: false,
                items: Vec::new(),
            },
            answer_position: self.answer_position,
        })
    }
}

// How the status of an answer is stored.
const OK: i64 = 200;
const CREATED: i64 = 201;
const NO_CONTENT: i64 = 204;

/// The number that stands for an answer's status.
pub(in crate::commit) fn status_number(status: AnswerStatus) -> i64 {
    match status {
        AnswerStatus::Created => CREATED,
        AnswerStatus::Ok => OK,
        AnswerStatus::NoContent => NO_CONTENT,
    }
}

/// What postings change of an account's document without an event of the account.
#[derive(Serialize, Deserialize)]
pub(in crate::commit) struct AccountOverlay {
    balance: String,
    held_out: String,
    held_in: String,
    available: String,
    version: i64,
    updated_at: Timestamp,
}

impl AccountOverlay {
    /// What the account's newest event may lack of `record`.
    pub(in crate::commit) fn of(record: &AccountRecord) -> Self {
        Self {
            balance: record.balance.clone(),
            held_out: record.held_out.clone(),
            held_in: record.held_in.clone(),
            available: record.available.clone(),
            version: record.version,
            updated_at: record.updated_at,
        }
    }

    fn lay_over(self, record: &mut AccountRecord) {
        record.balance = self.balance;
        record.held_out = self.held_out;
        record.held_in = self.held_in;
        record.available = self.available;
        record.version = self.version;
        record.updated_at = self.updated_at;
    }
}
