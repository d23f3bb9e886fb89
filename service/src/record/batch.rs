//! The answer to a list of transactions that was recorded whole.

use serde::Serialize;

use super::TransactionRecord;

/// Transactions that were recorded together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BatchRecord {
    /// The transactions, in the order of the request.
    pub data: Vec<TransactionRecord>,
}
