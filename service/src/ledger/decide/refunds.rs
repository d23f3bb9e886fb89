//! Giving money of a posted transaction back.

use super::closing::check_days_open;
use super::create::{record_new, save};
use super::transactions::{check_status, find, with_next_version};
use super::{Outcome, Refused, check_precondition};
use crate::LedgerError;
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::RefundTransaction;
use crate::ledger::draft::Draft;
use crate::ledger::posting::{check_accounts_open, set_days};
use crate::ledger::request::Precondition;
use crate::ledger::state::{Side, Transaction};
use crate::record::{TransactionRelation, TransactionStatus};
use crate::value::Text;

pub(super) fn refund_transaction(
    draft: &mut Draft<'_>,
    command: &RefundTransaction,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let original = find(draft, command.id)?;
    let mut refused = Refused::default();
    let amount = command.amount.as_ref();
    let amount = amount.and_then(|amount| refused.take("amount", amount.positive_minor_units(original.currency)));
    refused.check()?;
    check_precondition(expected, Some(original.version))?;
    check_status(original.status_at(draft.now()), TransactionStatus::Posted)?;
    check_accounts_open(draft, [original.destination.account_id, original.source.account_id])?;
    check_days_open(draft, [draft.now()])?;
    let remaining = remaining(&original);
    let amount = match amount {
        None if remaining == 0 => return Err(exceeds(&original)),
        None => remaining,
        Some(amount) => amount,
    };
    change_refunded(draft, &original, i128::from(amount), command.reason.as_ref())?;
    let mut refund = reverse(draft, &original, amount, command);
    set_days(draft, &mut refund)?;
    record_new(draft, refund, command.reason.as_ref())
}

/// The original the other way round: counted under the same category, since it is taken out of that.
fn reverse(draft: &mut Draft<'_>, original: &Transaction, amount: i64, command: &RefundTransaction) -> Transaction {
    let now = draft.now();
    let side = |side: &Side| Side {
        days: [None; 2],
        ..side.clone()
    };
    Transaction {
        id: draft.mint_id(),
        kind: original.kind.reversed(),
        status: TransactionStatus::Posted,
        source: side(&original.destination),
        destination: side(&original.source),
        amount,
        currency: original.currency,
        transaction_date: now,
        description: None,
        category: original.category.clone(),
        reference: None,
        metadata: command.metadata.clone(),
        parent_id: Some(original.id),
        relation: Some(TransactionRelation::Refund),
        refunded: None,
        hold: None,
        version: 1,
        created_at: now,
        updated_at: now,
        first_position: draft.next_position(),
        position: draft.next_position(),
    }
}

/// Counts `change` minor units of the transaction as given back.
///
/// # Errors
/// `AmountExceedsRemaining`.
pub(super) fn change_refunded(
    draft: &mut Draft<'_>,
    original: &Transaction,
    change: i128,
    reason: Option<&Text>,
) -> Result<(), LedgerError> {
    let refunded = i128::from(original.refunded.unwrap_or(0)).saturating_add(change);
    let refunded = i64::try_from(refunded)
        .ok()
        .filter(|refunded| *refunded <= original.amount);
    let refunded = refunded.ok_or_else(|| exceeds(original))?;
    let original = Transaction {
        refunded: Some(refunded),
        ..original.clone()
    };
    let original = with_next_version(draft, original);
    save(draft, original, "transaction.refunded", AnswerStatus::Ok, reason);
    Ok(())
}

fn remaining(original: &Transaction) -> i64 {
    original.amount.saturating_sub(original.refunded.unwrap_or(0))
}

fn exceeds(original: &Transaction) -> LedgerError {
    LedgerError::AmountExceedsRemaining {
        remaining_amount: original.currency.format(i128::from(remaining(original))),
    }
}
