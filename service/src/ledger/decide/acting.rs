//! What a request may do that is asked on behalf of one user: that user's own business, and nothing else.
//!
//! What is another's is as good as absent, so that its refusal tells nothing of it. What no user may do is forbidden
//! before anything is looked for, and before an answer is given again.

use super::owners::find_user;
use crate::ledger::command::{Command, CreateTransaction, Movement, UserSide};
use crate::ledger::draft::Draft;
use crate::ledger::request::Request;
use crate::ledger::state::{Account, LedgerRules, Transaction};
use crate::record::TransactionKind;
use crate::{LedgerError, Resource};

/// Refuses what no user may ask for in a ledger of these rules.
///
/// # Errors
/// `Forbidden`.
pub(super) fn check_allowed(rules: LedgerRules, request: &Request) -> Result<(), LedgerError> {
    if request.acting_user.is_none() {
        return Ok(());
    }
    let is_allowed = match &request.command {
        Command::CreateTransaction(CreateTransaction { movement, .. }) => match movement {
            Movement::Debit(_) | Movement::Transfer { .. } => true,
            Movement::Credit(_) => rules.users_may_edit,
        },
        Command::UpdateTransaction(_) | Command::VoidTransaction { .. } => rules.users_may_edit,
        _ => false,
    };
    if is_allowed {
        Ok(())
    } else {
        Err(LedgerError::Forbidden)
    }
}

/// Refuses a user's side that is another's, and one of the user's own who is not there: a user makes no users.
///
/// # Errors
/// `NotFound(User)`.
pub(super) fn check_own_side(draft: &Draft<'_>, side: &UserSide) -> Result<(), LedgerError> {
    match draft.acting_user() {
        Some(user) if side.user_id != *user => Err(LedgerError::NotFound(Resource::User)),
        Some(user) => find_user(draft, user).map(|_| ()),
        None => Ok(()),
    }
}

/// Refuses an account that is not the user's.
///
/// # Errors
/// `NotFound(Account)`; `NotFound(User)` for a user who was erased.
pub(super) fn check_own_account(draft: &Draft<'_>, account: &Account) -> Result<(), LedgerError> {
    match draft.acting_user() {
        Some(user) if account.owner != user.as_str() => Err(LedgerError::NotFound(Resource::Account)),
        Some(user) => find_user(draft, user).map(|_| ()),
        None => Ok(()),
    }
}

/// Refuses to change what the user is no party of, and what was agreed with others: a transfer, a capture, a refund.
///
/// # Errors
/// `NotFound(Transaction)`; `Forbidden`.
pub(super) fn check_own_record(draft: &Draft<'_>, transaction: &Transaction) -> Result<(), LedgerError> {
    let Some(user) = draft.acting_user() else {
        return Ok(());
    };
    let owners = [&transaction.source.owner, &transaction.destination.owner];
    // What is known of a user who was erased is nobody's to change.
    if owners.iter().all(|owner| *owner != user.as_str()) || find_user(draft, user).is_err() {
        return Err(LedgerError::NotFound(Resource::Transaction));
    }
    if transaction.kind == TransactionKind::Transfer || transaction.relation.is_some() {
        return Err(LedgerError::Forbidden);
    }
    Ok(())
}
