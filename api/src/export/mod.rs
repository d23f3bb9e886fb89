//! Transactions as text, a file of any length: written part by part, in a format that can be read back.
//!
//! Knows nothing of HTTP: whoever has a walk through transactions can write it anywhere.

mod csv;
mod end;
mod ndjson;

use service::record::TransactionRecord;
use service::{LedgerError, TransactionWalk};

use crate::format::Format;
pub(crate) use end::{End, NoEnd};

impl Format {
    /// What the text is announced as.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => self.media_type(),
        }
    }

    /// The text of some transactions, the first of a file or more of them.
    pub(crate) fn write(self, transactions: &[TransactionRecord], is_first: bool) -> Result<Vec<u8>, LedgerError> {
        match self {
            Self::Csv => csv::write(transactions, is_first),
            Self::Ndjson => ndjson::write(transactions),
        }
    }
}

/// The text of transactions.
#[derive(Debug)]
pub(crate) struct Export {
    walk: TransactionWalk,
    format: Format,
    is_begun: bool,
    rows: u64,
}

impl Export {
    /// The text that the transactions of `walk` make.
    pub(crate) fn new(walk: TransactionWalk, format: Format) -> Self {
        Self {
            walk,
            format,
            is_begun: false,
            rows: 0,
        }
    }

    /// The text that they make below what a file has already.
    pub(crate) fn after(end: &End, walk: TransactionWalk, format: Format) -> Self {
        Self {
            is_begun: end.is_begun,
            ..Self::new(walk, format)
        }
    }

    /// The next part of it; `None` after the last. A part may be empty.
    ///
    /// # Errors
    /// Those of the walk. What was written until then is no whole export.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, LedgerError> {
        let Some(transactions) = self.walk.next().await? else {
            return Ok(None);
        };
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        let rows = u64::try_from(transactions.len()).unwrap_or(u64::MAX);
        self.rows = self.rows.saturating_add(rows);
        self.format.write(&transactions, is_first).map(Some)
    }

    /// How many transactions the parts so far have.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }
}
