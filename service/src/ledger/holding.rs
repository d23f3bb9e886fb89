//! What holds keep on their accounts: reserved on the source, announced on the destination. No balance changes.

use uuid::Uuid;

use super::draft::Draft;
use super::posting::{check_funds, known_account, unknown_account};
use super::state::{Account, Transaction};
use crate::LedgerError;

/// Keeps `change` minor units more for the transaction, or less.
///
/// # Errors
/// `AmountOverflow`. Whether the source has so much is left to [`check_source_funds`], or to the posting that follows.
pub(super) fn keep(draft: &mut Draft<'_>, transaction: &Transaction, change: i128) -> Result<(), LedgerError> {
    if change == 0 {
        return Ok(());
    }
    let source = account(draft, transaction.source.account_id)?;
    source.held_out = sum(source.id, source.held_out, change)?;
    let destination = account(draft, transaction.destination.account_id)?;
    destination.held_in = sum(destination.id, destination.held_in, change)?;
    Ok(())
}

/// Refuses to keep more than the source has.
///
/// # Errors
/// `InsufficientFunds`.
pub(super) fn check_source_funds(draft: &Draft<'_>, transaction: &Transaction) -> Result<(), LedgerError> {
    let id = transaction.source.account_id;
    check_funds(draft, id, known_account(draft, id)?.balance)
}

fn account<'a>(draft: &'a mut Draft<'_>, id: Uuid) -> Result<&'a mut Account, LedgerError> {
    draft.change_account(id).ok_or_else(|| unknown_account(id))
}

fn sum(account_id: Uuid, held: i64, change: i128) -> Result<i64, LedgerError> {
    let sum = i64::try_from(i128::from(held).saturating_add(change)).map_err(|_| LedgerError::AmountOverflow)?;
    if sum < 0 {
        let detail = format!("account {account_id} keeps {held} minor units, less than its holds");
        return Err(LedgerError::Internal(detail));
    }
    Ok(sum)
}
