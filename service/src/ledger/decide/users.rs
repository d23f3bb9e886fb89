//! Making and changing users.

use super::owners::{find_user, maybe_user, new_user};
use super::{Outcome, Refused, check_precondition};
use crate::LedgerError;
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::{PutUser, UpdateUser};
use crate::ledger::draft::Draft;
use crate::ledger::grouping::{Grouping, Regrouping};
use crate::ledger::request::Precondition;
use crate::ledger::state::User;
use crate::record::Record;
use crate::value::TimeZone;

pub(super) fn put_user(
    draft: &mut Draft<'_>,
    command: &PutUser,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = maybe_user(draft, &command.id)?.cloned();
    check_precondition(expected, old.as_ref().map(|user| user.version))?;
    let zone = command.time_zone.unwrap_or(TimeZone::UTC);
    let base = old.clone().unwrap_or_else(|| new_user(draft, &command.id, zone));
    let new = User {
        full_name: Some(command.full_name.as_str().to_owned()),
        email: command.email.clone(),
        time_zone: zone,
        metadata: command.metadata.clone(),
        ..base
    };
    match old {
        Some(old) => Ok(replace(draft, &old, new)),
        None => Ok(save(draft, new, "user.created", AnswerStatus::Created)),
    }
}

pub(super) fn update_user(
    draft: &mut Draft<'_>,
    command: &UpdateUser,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = find_user(draft, &command.id)?.clone();
    let mut new = old.clone();
    let mut refused = Refused::default();
    if let Some(patch) = &command.metadata
        && let Some(metadata) = refused.take("metadata", old.metadata.merged(patch))
    {
        new.metadata = metadata;
    }
    refused.check()?;
    check_precondition(expected, Some(old.version))?;
    if let Some(full_name) = &command.full_name {
        new.full_name = Some(full_name.as_str().to_owned());
    }
    if let Some(email) = &command.email {
        new.email.clone_from(email);
    }
    if let Some(zone) = command.time_zone {
        new.time_zone = zone;
    }
    Ok(replace(draft, &old, new))
}

fn replace(draft: &mut Draft<'_>, old: &User, new: User) -> Outcome {
    if new == *old {
        let record = Record::User(old.record());
        return Outcome {
            status: AnswerStatus::Ok,
            record,
            answer_position: old.position,
        };
    }
    let mut new = User {
        version: old.version.saturating_add(1),
        updated_at: draft.now(),
        ..new
    };
    if new.time_zone != old.time_zone {
        new.regrouping = Some(begin_regrouping(draft, old, new.time_zone));
    }
    save(draft, new, "user.updated", AnswerStatus::Ok)
}

pub(super) fn save(draft: &mut Draft<'_>, mut user: User, kind: &'static str, status: AnswerStatus) -> Outcome {
    let position = draft.next_position();
    user.position = position;
    let record = Record::User(user.record());
    draft.record_event(kind, format!("users/{}", user.id), record.clone(), None);
    draft.put_user(user);
    Outcome {
        status,
        record,
        answer_position: position,
    }
}

/// A grouping by the days of `zone`, for all that was recorded until now.
///
/// One that was under way is given up. Its number is not used again, but the next one shares its slot, so that the
/// days of the grouping that still stands are kept.
fn begin_regrouping(draft: &mut Draft<'_>, user: &User, zone: TimeZone) -> Regrouping {
    let generation = match user.coming() {
        Some(given_up) => given_up.grouping.generation.saturating_add(2),
        None => user.grouping.generation.saturating_add(1),
    };
    Regrouping {
        grouping: Grouping { zone, generation },
        after: None,
        until: draft.mint_id(),
    }
}
