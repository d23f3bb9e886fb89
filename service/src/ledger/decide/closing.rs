//! Closing a ledger's past, and what is refused there.

use super::{Outcome, check_precondition};
use crate::LedgerError;
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::CloseThrough;
use crate::ledger::draft::Draft;
use crate::ledger::request::Precondition;
use crate::ledger::state::Closing;
use crate::record::Record;
use crate::value::Timestamp;

/// Closes the ledger through a day, or reopens what is after it.
pub(super) fn close_through(
    draft: &mut Draft<'_>,
    command: &CloseThrough,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = draft.closing();
    check_precondition(expected, Some(old.version))?;
    if old.through == command.day && old.version > 0 {
        return Ok(Outcome {
            status: AnswerStatus::Ok,
            record: Record::Closing(old.record()),
            answer_position: old.position.unwrap_or_default(),
        });
    }
    let position = draft.next_position();
    let new = Closing {
        through: command.day,
        version: old.version.saturating_add(1),
        updated_at: Some(draft.now()),
        position: Some(position),
    };
    let record = Record::Closing(new.record());
    draft.record_event(
        "closing.updated",
        "ledgers/closing".to_owned(),
        record.clone(),
        command.reason.as_ref(),
    );
    draft.put_closing(new);
    Ok(Outcome {
        status: AnswerStatus::Ok,
        record,
        answer_position: position,
    })
}

/// Refuses to add, change or take back a posted transaction that is dated in the closed past.
pub(super) fn check_days_open(
    draft: &Draft<'_>,
    dates: impl IntoIterator<Item = Timestamp>,
) -> Result<(), LedgerError> {
    let Some(closed_through) = draft.closing().through else {
        return Ok(());
    };
    if dates.into_iter().any(|date| date.utc_day() <= closed_through) {
        return Err(LedgerError::PeriodClosed { closed_through });
    }
    Ok(())
}
