//! Erasing a user.
//!
//! Decided is that the user is erased, and what the snapshot knows of the user's accounts and transactions is cleared, so
//! that no command after this one carries it on. What is stored besides is cleared afterwards (`commit/erase.rs`).

use super::owners::find_user;
use super::users::save;
use super::{Outcome, check_precondition};
use crate::LedgerError;
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::EraseUser;
use crate::ledger::draft::Draft;
use crate::ledger::request::Precondition;
use crate::ledger::state::{Erasing, Erasure, ErasureStage, User};
use crate::value::Metadata;

pub(super) fn erase_user(
    draft: &mut Draft<'_>,
    command: &EraseUser,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = find_user(draft, &command.id)?.clone();
    check_precondition(expected, Some(old.version))?;
    let erased = User {
        full_name: None,
        email: None,
        metadata: Metadata::default(),
        version: old.version.saturating_add(1),
        updated_at: draft.now(),
        position: draft.next_position(),
        erasure: Some(Erasure {
            at: draft.now(),
            texts: command.texts,
        }),
        erasing: Some(Erasing {
            stage: ErasureStage::User,
            after: None,
        }),
        ..old
    };
    draft.erase_known(&erased);
    Ok(save(draft, erased, "user.erased", AnswerStatus::Ok))
}
