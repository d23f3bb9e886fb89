//! Users and accounts that are made: asked for, or by the first transaction that names them.

use crate::ledger::command::UserSide;
use crate::ledger::draft::Draft;
use crate::ledger::grouping::Grouping;
use crate::ledger::state::{Account, Side, User};
use crate::money::Currency;
use crate::record::{AccountStatus, Record};
use crate::value::{FieldError, Metadata, TimeZone, UserId};
use crate::{LedgerError, Resource};

/// The user that a command names; `None`: one that was never seen.
///
/// # Errors
/// `NotFound(User)` for one that was erased: nothing may name that one any more.
pub(super) fn maybe_user<'d>(draft: &'d Draft<'_>, id: &UserId) -> Result<Option<&'d User>, LedgerError> {
    match draft.user(id.as_str()) {
        Some(user) if user.erasure.is_some() => Err(LedgerError::NotFound(Resource::User)),
        user => Ok(user),
    }
}

/// The user that a command names.
///
/// # Errors
/// `NotFound(User)` for one that was never seen, or was erased.
pub(super) fn find_user<'d>(draft: &'d Draft<'_>, id: &UserId) -> Result<&'d User, LedgerError> {
    maybe_user(draft, id)?.ok_or(LedgerError::NotFound(Resource::User))
}

/// The minimum balance of a user's account that is given none.
pub(super) fn default_minimum_balance(draft: &Draft<'_>, currency: Currency) -> Result<Option<i64>, LedgerError> {
    let Some(amount) = &draft.ledger().settings().default_minimum_balance else {
        return Ok(None);
    };
    let minor = amount.minor_units(currency).map_err(|error| {
        LedgerError::Invalid(vec![FieldError {
            field: "currency".to_owned(),
            error,
        }])
    })?;
    Ok(Some(minor))
}

/// An account without a history.
pub(super) fn new_account(
    draft: &mut Draft<'_>,
    owner: &str,
    name: &str,
    currency: Currency,
    minimum_balance: Option<i64>,
) -> Account {
    let now = draft.now();
    Account {
        id: draft.mint_id(),
        owner: owner.to_owned(),
        name: name.to_owned(),
        currency,
        balance: 0,
        held_out: 0,
        held_in: 0,
        minimum_balance,
        status: AccountStatus::Open,
        seq: 0,
        metadata: Metadata::default(),
        version: 1,
        created_at: now,
        updated_at: now,
        position: draft.next_position(),
    }
}

/// Puts in a new account and records that it was made.
pub(super) fn make_account(draft: &mut Draft<'_>, account: Account) -> Side {
    let side = account.side();
    let record = Record::Account(account.record());
    draft.record_event("account.created", format!("accounts/{}", account.id), record, None);
    draft.add_account(account);
    side
}

/// Makes the user that a transaction names for the first time.
pub(super) fn make_user(draft: &mut Draft<'_>, side: &UserSide) {
    let full_name = side
        .full_name
        .as_ref()
        .map_or(side.user_id.as_str(), |name| name.as_str())
        .to_owned();
    let user = User {
        full_name: Some(full_name),
        ..new_user(draft, &side.user_id, TimeZone::UTC)
    };
    let record = Record::User(user.record());
    draft.record_event("user.created", format!("users/{}", user.id), record, None);
    draft.put_user(user);
}

/// A user without a name.
pub(super) fn new_user(draft: &Draft<'_>, id: &UserId, zone: TimeZone) -> User {
    User {
        id: id.as_str().to_owned(),
        full_name: None,
        email: None,
        time_zone: zone,
        metadata: Metadata::default(),
        version: 1,
        created_at: draft.now(),
        updated_at: draft.now(),
        position: draft.next_position(),
        grouping: Grouping { zone, generation: 0 },
        regrouping: None,
        erasure: None,
        erasing: None,
    }
}
