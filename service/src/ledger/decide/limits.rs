//! Making, changing and ending spending limits.

use uuid::Uuid;

use super::owners::find_user;
use super::{Outcome, Refused, check_precondition};
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::{CreateLimit, LimitFor, UpdateLimit};
use crate::ledger::draft::Draft;
use crate::ledger::request::Precondition;
use crate::ledger::state::{Limit, Scope};
use crate::money::{AmountText, Currency};
use crate::record::{LimitStatus, Record};
use crate::value::{FieldError, ValueCode, ValueError};
use crate::{LedgerError, Resource};

/// Most limits of a user, those of the user's accounts among them, and most that are for every user: each posting is held
/// against all of them.
const LIMITS_MAX: usize = 100;

pub(super) fn create_limit(draft: &mut Draft<'_>, command: &CreateLimit) -> Result<Outcome, LedgerError> {
    let (scope, currency) = find_scope(draft, command)?;
    let mut refused = Refused::default();
    let max_amount = command.max_amount.as_ref();
    let max_amount = max_amount.and_then(|max| refused.take("max_amount", max.minor_units(currency)));
    refused.check()?;
    if draft.limits_of(scope.owner()).count() >= LIMITS_MAX {
        let detail = format!("There are at most {LIMITS_MAX} limits of one user, and as many for every user.");
        return Err(LedgerError::Invalid(vec![FieldError {
            field: "scope".to_owned(),
            error: ValueError::new(ValueCode::TooMany, detail),
        }]));
    }
    draft.use_currency(currency);
    let limit = Limit {
        id: draft.mint_id(),
        name: command.name.as_str().to_owned(),
        scope,
        currency,
        direction: command.direction,
        window: command.window,
        max_amount,
        max_count: command.max_count,
        category: command.category.as_ref().map(|category| category.as_str().to_owned()),
        status: command.status,
        version: 1,
        created_at: draft.now(),
        updated_at: draft.now(),
        position: draft.next_position(),
    };
    Ok(save(draft, limit, "limit.created", AnswerStatus::Created))
}

/// Whom the limit is for, and in which currency: an account has its own.
fn find_scope(draft: &Draft<'_>, command: &CreateLimit) -> Result<(Scope, Currency), LedgerError> {
    let asked = command.currency.map(|currency| draft.currency(currency));
    let default = || draft.currency(draft.ledger().settings().default_currency);
    match &command.scope {
        LimitFor::AllUsers => Ok((Scope::AllUsers, asked.unwrap_or_else(default))),
        LimitFor::User(id) => {
            let known = find_user(draft, id)?;
            Ok((Scope::User(known.id.clone()), asked.unwrap_or_else(default)))
        }
        LimitFor::Account(id) => {
            let account = draft.account(*id).ok_or(LedgerError::NotFound(Resource::Account))?;
            if account.is_system() {
                let mut refused = Refused::default();
                refused.not_allowed("scope.account_id", "A limit is for an account of a user.");
                refused.check()?;
            }
            match asked {
                Some(currency) if currency.code != account.currency.code => Err(LedgerError::CurrencyMismatch),
                _ => Ok((
                    Scope::Account {
                        id: *id,
                        owner: account.owner.clone(),
                    },
                    account.currency,
                )),
            }
        }
    }
}

pub(super) fn update_limit(
    draft: &mut Draft<'_>,
    command: &UpdateLimit,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = find(draft, command.id)?;
    let new = edited(&old, command)?;
    check_precondition(expected, Some(old.version))?;
    if new == old {
        return Ok(Outcome {
            status: AnswerStatus::Ok,
            record: Record::Limit(old.record()),
            answer_position: old.position,
        });
    }
    let new = with_next_version(draft, new);
    Ok(save(draft, new, "limit.updated", AnswerStatus::Ok))
}

pub(super) fn delete_limit(draft: &mut Draft<'_>, id: Uuid, expected: &Precondition) -> Result<Outcome, LedgerError> {
    let old = find(draft, id)?;
    check_precondition(expected, Some(old.version))?;
    let deleted = Limit {
        status: LimitStatus::Deleted,
        ..old
    };
    let deleted = with_next_version(draft, deleted);
    Ok(save(draft, deleted, "limit.deleted", AnswerStatus::NoContent))
}

fn find(draft: &Draft<'_>, id: Uuid) -> Result<Limit, LedgerError> {
    draft.limit(id).cloned().ok_or(LedgerError::NotFound(Resource::Limit))
}

/// The limit with the command's members put in: it has a maximum afterwards, and one that its window has.
fn edited(old: &Limit, command: &UpdateLimit) -> Result<Limit, LedgerError> {
    let mut new = old.clone();
    let mut refused = Refused::default();
    if let Some(name) = &command.name {
        new.name = name.as_str().to_owned();
    }
    if let Some(max) = &command.max_amount {
        let minor = max
            .as_ref()
            .map(|max: &AmountText| max.minor_units(old.currency))
            .transpose();
        if let Some(max_amount) = refused.take("max_amount", minor) {
            new.max_amount = max_amount;
        }
    }
    if let Some(max_count) = command.max_count {
        new.max_count = max_count;
    }
    if let Some(status) = command.status {
        new.status = status;
    }
    if let Err((field, error)) = new
        .window
        .check_maxima(new.max_amount.is_some(), new.max_count.is_some())
    {
        refused.take::<()>(field, Err(error));
    }
    refused.check()?;
    Ok(new)
}

fn with_next_version(draft: &Draft<'_>, limit: Limit) -> Limit {
    Limit {
        version: limit.version.saturating_add(1),
        updated_at: draft.now(),
        ..limit
    }
}

fn save(draft: &mut Draft<'_>, mut limit: Limit, kind: &'static str, status: AnswerStatus) -> Outcome {
    let position = draft.next_position();
    limit.position = position;
    let record = Record::Limit(limit.record());
    draft.record_event(kind, format!("limits/{}", limit.id), record.clone(), None);
    draft.put_limit(limit);
    Outcome {
        status,
        record,
        answer_position: position,
    }
}
