//! What is read to its end, however long it is: a bounded part at a time, each a read of its own that holds no connection
//! while nobody asks for the next.

use std::fmt;
use std::sync::Arc;

use super::{Daybook, Ledger};
use crate::LedgerError;
use crate::query::{StatementQuery, Walk};
use crate::record::StatementLineRecord;

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
