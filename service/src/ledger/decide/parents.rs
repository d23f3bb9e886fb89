//! What a change of a transaction is to the one that it belongs to: a refund to its original, a capture to its hold.

use super::holds::{change_captured, check_may_be_captured};
use super::refunds::change_refunded;
use super::transactions::{check_posted, find};
use crate::LedgerError;
use crate::ledger::draft::Draft;
use crate::ledger::state::Transaction;
use crate::record::TransactionRelation;
use crate::value::Text;

/// What the transaction belongs to, and how; `None` where it stands alone.
fn find_parent(
    draft: &Draft<'_>,
    child: &Transaction,
) -> Result<Option<(TransactionRelation, Transaction)>, LedgerError> {
    match (child.relation, child.parent_id) {
        (Some(relation), Some(parent_id)) => Ok(Some((relation, find(draft, parent_id)?))),
        _ => Ok(None),
    }
}

/// Counts a change of the transaction, by `change` minor units, in what it belongs to.
///
/// # Errors
/// `AmountExceedsRemaining`.
pub(super) fn change_parent(
    draft: &mut Draft<'_>,
    child: &Transaction,
    change: i128,
    reason: Option<&Text>,
) -> Result<(), LedgerError> {
    if change == 0 {
        return Ok(());
    }
    match find_parent(draft, child)? {
        Some((TransactionRelation::Refund, original)) => change_refunded(draft, &original, change, reason),
        Some((TransactionRelation::Capture, hold)) => change_captured(draft, &hold, change, false, reason),
        None => Ok(()),
    }
}

/// Refuses to move more of a parent's money where the parent does not allow it any more.
///
/// # Errors
/// `TransactionNotEditable`, with the status of the parent.
pub(super) fn check_parent_allows_more(draft: &Draft<'_>, child: &Transaction) -> Result<(), LedgerError> {
    match find_parent(draft, child)? {
        Some((TransactionRelation::Refund, original)) => check_posted(&original),
        Some((TransactionRelation::Capture, hold)) => check_may_be_captured(draft, &hold),
        None => Ok(()),
    }
}
