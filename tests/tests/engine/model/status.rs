//! Where a transaction stands, and what that does not allow.

use serde_json::json;
use service::record::TransactionStatus;
use service::value::Timestamp;

use super::{Refusal, Transaction};

impl Transaction {
    /// Where it stands: a hold is over from its time on, whether or not that is recorded.
    pub(super) fn status_at(&self, now: Timestamp) -> TransactionStatus {
        let is_over = self.hold.and_then(|hold| hold.expires_at).is_some_and(|at| at <= now);
        match self.status {
            TransactionStatus::Pending if is_over => TransactionStatus::Expired,
            status => status,
        }
    }
}

pub(super) fn check_status(
    transaction: &Transaction,
    needed: TransactionStatus,
    now: Timestamp,
) -> Result<(), Refusal> {
    if transaction.status_at(now) == needed {
        return Ok(());
    }
    Err(not_editable(transaction, now))
}

pub(super) fn not_editable(transaction: &Transaction, now: Timestamp) -> Refusal {
    Refusal {
        code: "transaction_not_editable",
        members: json!({"current_status": transaction.status_at(now)}),
    }
}
