//! Recording that a user's token is made. The token itself is signed by whoever asked, once this is committed.

use super::Outcome;
use super::owners::find_user;
use crate::LedgerError;
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::CreateToken;
use crate::ledger::draft::Draft;
use crate::record::{Record, TokenRecord};
use crate::value::Timestamp;

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

pub(super) fn create_token(draft: &mut Draft<'_>, command: &CreateToken) -> Result<Outcome, LedgerError> {
    let user_id = command.user_id.as_str();
    find_user(draft, &command.user_id)?;
    let (id, created_at) = (draft.mint_id(), draft.now());
    // A token tells whole seconds; it lasts no longer than was asked for.
    let second = created_at.micros().div_euclid(SECOND);
    let end = second
        .saturating_add(command.expires_in_s.into())
        .saturating_mul(SECOND);
    let record = TokenRecord {
        id,
        user_id: user_id.to_owned(),
        scope: command.scope,
        expires_at: Timestamp::from_micros(end),
        created_at,
    };
    let position = draft.next_position();
    let record = Record::Token(record);
    let subject = format!("tokens/{id}");
    draft.record_event("token.created", subject, record.clone(), None);
    Ok(Outcome {
        status: AnswerStatus::Created,
        record,
        answer_position: position,
    })
}
