//! Holds: money that is kept on both accounts until it is captured, or given up.

use uuid::Uuid;

use super::closing::check_days_open;
use super::create::{record_new, save};
use super::transactions::{check_status, find, not_editable, with_next_version};
use super::{Outcome, Refused, check_precondition};
use crate::LedgerError;
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::CaptureHold;
use crate::ledger::draft::Draft;
use crate::ledger::holding::{check_source_funds, keep};
use crate::ledger::posting::{check_accounts_open, set_days};
use crate::ledger::request::Precondition;
use crate::ledger::state::{Hold, Side, Transaction};
use crate::record::{Record, TransactionRelation, TransactionStatus};
use crate::value::{Text, Timestamp, ValueCode, ValueError};

pub(super) fn capture_hold(
    draft: &mut Draft<'_>,
    command: &CaptureHold,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let hold = find(draft, command.id)?;
    let mut refused = Refused::default();
    let amount = command.amount.as_ref();
    let amount = amount.and_then(|amount| refused.take("amount", amount.positive_minor_units(hold.currency)));
    refused.check()?;
    check_precondition(expected, Some(hold.version))?;
    check_pending(draft, &hold)?;
    check_accounts_open(draft, [hold.source.account_id, hold.destination.account_id])?;
    check_days_open(draft, [draft.now()])?;
    let amount = amount.unwrap_or(hold.held());
    change_captured(draft, &hold, i128::from(amount), command.is_final, None)?;
    let mut capture = capture_of(draft, &hold, amount);
    set_days(draft, &mut capture)?;
    record_new(draft, capture, None)
}

/// What the hold announced, as far as it came: with all that the hold says of it but the reference, which stays the
/// hold's.
fn capture_of(draft: &mut Draft<'_>, hold: &Transaction, amount: i64) -> Transaction {
    let now = draft.now();
    let side = |side: &Side| Side {
        days: [None; 2],
        ..side.clone()
    };
    Transaction {
        id: draft.mint_id(),
        status: TransactionStatus::Posted,
        source: side(&hold.source),
        destination: side(&hold.destination),
        amount,
        transaction_date: now,
        reference: None,
        parent_id: Some(hold.id),
        relation: Some(TransactionRelation::Capture),
        hold: None,
        version: 1,
        created_at: now,
        updated_at: now,
        first_position: draft.next_position(),
        position: draft.next_position(),
        ..hold.clone()
    }
}

/// Gives up what the hold still keeps.
pub(super) fn void_hold(
    draft: &mut Draft<'_>,
    hold: &Transaction,
    reason: Option<&Text>,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    check_precondition(expected, Some(hold.version))?;
    check_pending(draft, hold)?;
    check_accounts_open(draft, [hold.source.account_id, hold.destination.account_id])?;
    let status = match hold.hold {
        Some(Hold { captured: 1.., .. }) => TransactionStatus::Captured,
        _ => TransactionStatus::Voided,
    };
    let new = Transaction { status, ..hold.clone() };
    replace(draft, hold, new, "transaction.voided", reason)
}

pub(super) fn extend_hold(
    draft: &mut Draft<'_>,
    id: Uuid,
    expires_at: Timestamp,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let hold = find(draft, id)?;
    let mut refused = Refused::default();
    check_is_to_come(draft, &mut refused, Some(expires_at));
    refused.check()?;
    check_precondition(expected, Some(hold.version))?;
    check_pending(draft, &hold)?;
    let mut new = hold.clone();
    if let Some(of_new) = &mut new.hold {
        of_new.expires_at = Some(expires_at);
    }
    if new == hold {
        return Ok(unchanged(&hold));
    }
    check_accounts_open(draft, [hold.source.account_id, hold.destination.account_id])?;
    replace(draft, &hold, new, "transaction.extended", None)
}

/// Records that the hold is past its time. That was promised when it was made: accounts that are frozen do not hinder it.
pub(super) fn expire_hold(draft: &mut Draft<'_>, id: Uuid) -> Result<Outcome, LedgerError> {
    let hold = find(draft, id)?;
    let status = hold.status_at(draft.now());
    if status == hold.status {
        return Ok(unchanged(&hold));
    }
    let new = Transaction { status, ..hold.clone() };
    replace(draft, &hold, new, "transaction.expired", None)
}

/// Makes the hold's change of amount, which its accounts must allow; one of which nothing is left is captured.
pub(super) fn change_amount(
    draft: &mut Draft<'_>,
    old: &Transaction,
    new: &mut Transaction,
) -> Result<(), LedgerError> {
    let change = i128::from(new.held()).saturating_sub(i128::from(old.held()));
    if new.held() == 0 {
        new.status = TransactionStatus::Captured;
    }
    keep(draft, old, change)?;
    check_source_funds(draft, old)
}

/// Counts `change` minor units as captured; the rest of a hold that is pending is kept on unless that `is_final`. One that
/// is past its time keeps nothing more: what becomes of it must not hang on whether the sweeper was faster.
///
/// # Errors
/// `AmountExceedsRemaining`.
pub(super) fn change_captured(
    draft: &mut Draft<'_>,
    hold: &Transaction,
    change: i128,
    is_final: bool,
    reason: Option<&Text>,
) -> Result<(), LedgerError> {
    let Some(before) = hold.hold else {
        return Err(not_editable(hold.status));
    };
    let captured = i128::from(before.captured).saturating_add(change);
    let captured = i64::try_from(captured)
        .ok()
        .filter(|captured| (0..=hold.amount).contains(captured))
        .ok_or_else(|| LedgerError::AmountExceedsRemaining {
            remaining_amount: hold
                .currency
                .format(i128::from(hold.amount).saturating_sub(before.captured.into())),
        })?;
    let status = match hold.status_at(draft.now()) {
        TransactionStatus::Pending if is_final || captured == hold.amount => TransactionStatus::Captured,
        status => status,
    };
    let new = Transaction {
        status,
        hold: Some(Hold { captured, ..before }),
        ..hold.clone()
    };
    replace(draft, hold, new, "transaction.captured", reason).map(|_| ())
}

/// A capture may be restored or raised while its hold stands; of one that was captured, as far as its amount goes and for
/// funds like any other movement. One that has expired is captured no more, in no way.
pub(super) fn check_may_be_captured(draft: &Draft<'_>, hold: &Transaction) -> Result<(), LedgerError> {
    match hold.status_at(draft.now()) {
        TransactionStatus::Pending | TransactionStatus::Captured => Ok(()),
        status => Err(not_editable(status)),
    }
}

/// Refuses what only a hold allows that is pending, and not past its time.
pub(super) fn check_pending(draft: &Draft<'_>, hold: &Transaction) -> Result<(), LedgerError> {
    check_status(hold.status_at(draft.now()), TransactionStatus::Pending)
}

/// Refuses a time for a hold to expire that is over.
pub(super) fn check_is_to_come(draft: &Draft<'_>, refused: &mut Refused, expires_at: Option<Timestamp>) {
    if expires_at.is_some_and(|at| at <= draft.now()) {
        let past = ValueError::new(ValueCode::OutOfRange, "Must be in the future.");
        refused.take::<()>("expires_at", Err(past));
    }
}

/// Puts the hold's next version in, and keeps on its accounts what that says.
fn replace(
    draft: &mut Draft<'_>,
    old: &Transaction,
    new: Transaction,
    kind: &'static str,
    reason: Option<&Text>,
) -> Result<Outcome, LedgerError> {
    keep(
        draft,
        old,
        i128::from(new.held()).saturating_sub(i128::from(old.held())),
    )?;
    let new = with_next_version(draft, new);
    Ok(save(draft, new, kind, AnswerStatus::Ok, reason))
}

fn unchanged(hold: &Transaction) -> Outcome {
    Outcome {
        status: AnswerStatus::Ok,
        record: Record::Transaction(hold.record()),
        answer_position: hold.position,
    }
}
