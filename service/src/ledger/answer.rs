//! The answer to a write.

use crate::LedgerError;
use crate::record::Record;

/// How a write ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerStatus {
    /// A resource was made: 201.
    Created,
    /// It stands as the record says: 200.
    Ok,
    /// There is nothing to say: 204.
    NoContent,
}

/// The answer to a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How it ended.
    pub status: AnswerStatus,
    /// The resource right after the command.
    pub record: Record,
    /// Position of the command's last event, the head where nothing changed; `None` for a dry run.
    pub position: Option<i64>,
    /// The answer of an earlier request with the same key.
    pub replayed: bool,
    /// Nothing was kept.
    pub dry_run: bool,
    /// What became of each transaction of a list; empty for anything else, and for a list that is answered again.
    pub items: Vec<Result<Answer, LedgerError>>,
}
