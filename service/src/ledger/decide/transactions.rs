//! Changing, deleting and restoring a transaction.

use uuid::Uuid;

use super::acting::check_own_record;
use super::closing::check_days_open;
use super::create::{check_reference_free, save};
use super::holds::{change_amount, check_pending, void_hold};
use super::parents::{change_parent, check_parent_allows_more};
use super::{Outcome, Refused, check_precondition};
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::UpdateTransaction;
use crate::ledger::draft::Draft;
use crate::ledger::posting::{Movement, check_accounts_open, post, recount, set_days};
use crate::ledger::request::Precondition;
use crate::ledger::state::{Hold, Transaction};
use crate::ledger::totals::Count;
use crate::money::Currency;
use crate::record::{Record, TransactionKind, TransactionStatus};
use crate::value::{Text, ValueCode, ValueError};
use crate::{LedgerError, Resource};

pub(super) fn update_transaction(
    draft: &mut Draft<'_>,
    command: &UpdateTransaction,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = find(draft, command.id)?;
    check_own_record(draft, &old)?;
    let is_hold = old.status_at(draft.now()) == TransactionStatus::Pending;
    let new = edited(&old, is_hold, command)?;
    check_precondition(expected, Some(old.version))?;
    check_editable(draft, &old)?;
    check_keeps_refunded(&old, &new)?;
    if new.amount > old.amount {
        check_parent_allows_more(draft, &old)?;
    }
    if new == old {
        let record = Record::Transaction(old.record());
        return Ok(Outcome {
            status: AnswerStatus::Ok,
            record,
            answer_position: old.position,
        });
    }
    let mut new = with_next_version(draft, new);
    let moves = moves_otherwise(&old, &new);
    if moves {
        check_accounts_open(draft, [new.source.account_id, new.destination.account_id])?;
    }
    if old.status == TransactionStatus::Posted {
        check_days_open(draft, [old.transaction_date, new.transaction_date])?;
    }
    check_reference_free(draft, new.reference.as_deref(), Some(new.id))?;
    let change = i128::from(new.amount).saturating_sub(i128::from(old.amount));
    change_parent(draft, &new, change, command.reason.as_ref())?;
    if old.status == TransactionStatus::Pending {
        change_amount(draft, &old, &mut new)?;
    } else if moves {
        repost(draft, &old, &mut new)?;
    } else if new.category != old.category {
        recount(draft, &old, &new)?;
    }
    if new.reference != old.reference {
        old.reference
            .iter()
            .for_each(|reference| draft.set_reference(reference, None));
        new.reference
            .iter()
            .for_each(|reference| draft.set_reference(reference, Some(new.id)));
    }
    Ok(save(
        draft,
        new,
        "transaction.updated",
        AnswerStatus::Ok,
        command.reason.as_ref(),
    ))
}

pub(super) fn void_transaction(
    draft: &mut Draft<'_>,
    id: Uuid,
    reason: Option<&Text>,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = find(draft, id)?;
    check_own_record(draft, &old)?;
    if old.hold.is_some() {
        return void_hold(draft, &old, reason, expected);
    }
    check_precondition(expected, Some(old.version))?;
    check_posted(&old)?;
    if old.is_refunded() {
        return Err(not_editable(old.status));
    }
    check_accounts_open(draft, [old.source.account_id, old.destination.account_id])?;
    check_days_open(draft, [old.transaction_date])?;
    change_parent(draft, &old, i128::from(old.amount).saturating_neg(), reason)?;
    let new = with_next_version(
        draft,
        Transaction {
            status: TransactionStatus::Voided,
            ..old.clone()
        },
    );
    post(
        draft,
        &[Movement {
            transaction: &old,
            count: Count::Out,
            version: new.version,
        }],
    )?;
    Ok(save(draft, new, "transaction.voided", AnswerStatus::Ok, reason))
}

pub(super) fn restore_transaction(
    draft: &mut Draft<'_>,
    id: Uuid,
    reason: Option<&Text>,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = find(draft, id)?;
    check_precondition(expected, Some(old.version))?;
    check_status(old.status_at(draft.now()), TransactionStatus::Voided)?;
    // What a hold kept was given up, and may be somebody else's by now.
    if old.hold.is_some() {
        return Err(not_editable(old.status));
    }
    check_parent_allows_more(draft, &old)?;
    check_accounts_open(draft, [old.source.account_id, old.destination.account_id])?;
    check_days_open(draft, [old.transaction_date])?;
    change_parent(draft, &old, i128::from(old.amount), reason)?;
    let mut new = with_next_version(
        draft,
        Transaction {
            status: TransactionStatus::Posted,
            ..old
        },
    );
    set_days(draft, &mut new)?;
    post(
        draft,
        &[Movement {
            transaction: &new,
            count: Count::In,
            version: new.version,
        }],
    )?;
    Ok(save(draft, new, "transaction.restored", AnswerStatus::Ok, reason))
}

pub(super) fn find(draft: &Draft<'_>, id: Uuid) -> Result<Transaction, LedgerError> {
    draft
        .transaction(id)
        .cloned()
        .ok_or(LedgerError::NotFound(Resource::Transaction))
}

pub(super) fn check_posted(transaction: &Transaction) -> Result<(), LedgerError> {
    check_status(transaction.status, TransactionStatus::Posted)
}

pub(super) fn check_status(current: TransactionStatus, needed: TransactionStatus) -> Result<(), LedgerError> {
    if current == needed {
        Ok(())
    } else {
        Err(not_editable(current))
    }
}

pub(super) fn not_editable(current_status: TransactionStatus) -> LedgerError {
    LedgerError::TransactionNotEditable { current_status }
}

/// What may be changed is posted, or a hold that is pending.
fn check_editable(draft: &Draft<'_>, transaction: &Transaction) -> Result<(), LedgerError> {
    if transaction.hold.is_some() {
        check_pending(draft, transaction)
    } else {
        check_posted(transaction)
    }
}

/// What was refunded must have been moved, and that way; a refund that is voided may come back, and goes its way.
fn check_keeps_refunded(old: &Transaction, new: &Transaction) -> Result<(), LedgerError> {
    match old.refunded {
        Some(refunded) if new.kind != old.kind || new.amount < refunded => Err(not_editable(old.status)),
        _ => Ok(()),
    }
}

pub(super) fn with_next_version(draft: &Draft<'_>, transaction: Transaction) -> Transaction {
    Transaction {
        version: transaction.version.saturating_add(1),
        updated_at: draft.now(),
        ..transaction
    }
}

/// The transaction with the command's members put in, all else as it was.
fn edited(old: &Transaction, is_hold: bool, command: &UpdateTransaction) -> Result<Transaction, LedgerError> {
    let mut new = old.clone();
    let mut refused = Refused::default();
    if let Some(amount) = &command.amount
        && let Some(minor) = refused.take("amount", amount.positive_minor_units(old.currency))
    {
        new.amount = minor;
    }
    if let Some(hold) = old.hold.filter(|_| is_hold) {
        refused.take("amount", check_covers(hold, new.amount, old.currency));
        if command
            .transaction_date
            .is_some_and(|date| date != old.transaction_date)
        {
            refused.not_allowed("transaction_date", "A hold moves no money on any day; its captures do.");
        }
    }
    if let Some(patch) = &command.metadata
        && let Some(metadata) = refused.take("metadata", old.metadata.merged(patch))
    {
        new.metadata = metadata;
    }
    match command.kind {
        Some(kind) if kind == old.kind => {}
        Some(_) if is_hold => refused.not_allowed("type", "A hold keeps its direction."),
        Some(_) if old.relation.is_some() => {
            refused.not_allowed("type", "A refund or a capture goes the way that its parent tells.");
        }
        Some(TransactionKind::Transfer) => refused.not_allowed("type", "A credit or debit stays one or the other."),
        Some(_) if old.kind == TransactionKind::Transfer => refused.not_allowed("type", "A transfer stays one."),
        Some(kind) => {
            new.kind = kind;
            std::mem::swap(&mut new.source, &mut new.destination);
        }
        None => {}
    }
    refused.check()?;
    if let Some(date) = command.transaction_date {
        new.transaction_date = date;
    }
    if let Some(description) = &command.description {
        new.description = description.as_ref().map(|text| text.as_str().to_owned());
    }
    if let Some(category) = &command.category {
        new.category = category.as_ref().map(|text| text.as_str().to_owned());
    }
    if let Some(reference) = &command.reference {
        new.reference = reference.as_ref().map(|text| text.as_str().to_owned());
    }
    Ok(new)
}

/// What was captured of a hold must have been kept.
fn check_covers(hold: Hold, amount: i64, currency: Currency) -> Result<(), ValueError> {
    if amount >= hold.captured {
        return Ok(());
    }
    let captured = currency.format(i128::from(hold.captured));
    let detail = format!("Must be at least what was captured: {captured}.");
    Err(ValueError::new(ValueCode::OutOfRange, detail))
}

/// Whether the change moves money, or moves it on another day: both are lines of the accounts' journals.
fn moves_otherwise(old: &Transaction, new: &Transaction) -> bool {
    (old.amount, old.kind, old.transaction_date) != (new.amount, new.kind, new.transaction_date)
}

/// Takes the old movement back and makes the new one.
fn repost(draft: &mut Draft<'_>, old: &Transaction, new: &mut Transaction) -> Result<(), LedgerError> {
    set_days(draft, new)?;
    let version = new.version;
    post(
        draft,
        &[
            Movement {
                transaction: old,
                count: Count::Out,
                version,
            },
            Movement {
                transaction: new,
                count: Count::In,
                version,
            },
        ],
    )
}
