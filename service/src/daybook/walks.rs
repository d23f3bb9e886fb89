//! What is read to its end, however long it is: a bounded part at a time, each a read of its own that holds no connection
//! while nobody asks for the next.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::{Daybook, Ledger};
use crate::LedgerError;
use crate::query::{PAGE_LIMIT_MAX, PageRequest, StatementQuery, TransactionFilter, TransactionSort, Walk};
use crate::record::{StatementLineRecord, TransactionRecord};

/// The transactions that a filter shows, oldest first with ties settled by id, or in the order of recording. One that is
/// there throughout and whose place in the order stays is seen exactly once.
pub struct TransactionWalk {
    daybook: Daybook,
    ledger: Arc<Ledger>,
    filter: TransactionFilter,
    /// The next page; `None` after the last.
    next: Option<PageRequest>,
}

/// The lines of a whole statement, oldest first.
pub struct StatementWalk {
    daybook: Daybook,
    ledger: Arc<Ledger>,
    walk: Walk,
}

impl Daybook {
    /// Every line of a statement, to be read one part after the other.
    ///
    /// # Errors
    /// `NotFound(Account)`.
    pub async fn walk_statement(
        &self,
        ledger: &Arc<Ledger>,
        query: &StatementQuery,
    ) -> Result<StatementWalk, LedgerError> {
        Ok(StatementWalk {
            walk: self.reader(ledger).begin_walk(query).await?,
            daybook: self.clone(),
            ledger: Arc::clone(ledger),
        })
    }
}

impl Daybook {
    /// The transactions that `filter` shows, to be read one part after the other; in the order of their dates, whatever
    /// the filter's is.
    #[must_use]
    pub fn walk_transactions(&self, ledger: &Arc<Ledger>, filter: TransactionFilter) -> TransactionWalk {
        TransactionWalk {
            daybook: self.clone(),
            ledger: Arc::clone(ledger),
            filter: TransactionFilter {
                sort: TransactionSort::DateAscending,
                ..filter
            },
            next: Some(page(None)),
        }
    }

    /// The transactions that `filter` shows, in the order of recording, whatever the filter's is: those that were recorded
    /// after the transaction `after`, or all. Whatever is recorded later comes later, so that nothing is passed over by a
    /// walk that goes on after the last one of an earlier walk.
    ///
    /// # Errors
    /// `Internal`.
    pub fn walk_recorded(
        &self,
        ledger: &Arc<Ledger>,
        filter: TransactionFilter,
        after: Option<Uuid>,
    ) -> Result<TransactionWalk, LedgerError> {
        let filter = TransactionFilter {
            sort: TransactionSort::CreatedAscending,
            ..filter
        };
        let reader = self.reader(ledger);
        let cursor = after.map(|id| reader.cursor_after(&filter, id)).transpose()?;
        Ok(TransactionWalk {
            daybook: self.clone(),
            ledger: Arc::clone(ledger),
            filter,
            next: Some(page(cursor)),
        })
    }

    /// How many transactions of the ledger, but for those that are voided, were recorded after the transaction `after`, or
    /// ever. They are read for it.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn count_transactions(&self, ledger: &Ledger, after: Option<Uuid>) -> Result<u64, LedgerError> {
        self.reader(ledger).count_transactions(after).await
    }
}

impl TransactionWalk {
    /// The next transactions, which may be none where the filter passes over many; `None` after the last.
    ///
    /// # Errors
    /// `Invalid` for an amount that is none of its currency.
    pub async fn next(&mut self) -> Result<Option<Vec<TransactionRecord>>, LedgerError> {
        let Some(request) = &self.next else {
            return Ok(None);
        };
        let reader = self.daybook.reader(&self.ledger);
        let read = reader.list_transactions(&self.filter, request).await?;
        self.next = read.next_cursor.map(|cursor| page(Some(cursor)));
        Ok(Some(read.data))
    }
}

/// As long as the longest that a caller gets: a transaction's metadata may have a hundred kilobytes.
fn page(cursor: Option<String>) -> PageRequest {
    PageRequest {
        limit: PAGE_LIMIT_MAX,
        cursor,
    }
}

impl fmt::Debug for TransactionWalk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TransactionWalk")
            .field("ledger", &self.ledger)
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

impl StatementWalk {
    /// The next lines; `None` after the last.
    ///
    /// # Errors
    /// `Unavailable`, where a line that was read already has been changed since: what was read is no statement.
    pub async fn next(&mut self) -> Result<Option<Vec<StatementLineRecord>>, LedgerError> {
        self.daybook.reader(&self.ledger).walk_on(&mut self.walk).await
    }
}

impl fmt::Debug for StatementWalk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StatementWalk")
            .field("ledger", &self.ledger)
            .finish_non_exhaustive()
    }
}
