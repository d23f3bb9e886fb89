//! What a row comes to: the ledger's answer, as an import counts it.

use std::rc::Rc;

use service::ledger::CreateTransaction;
use service::{LedgerError, Queued};

use super::super::report::RowError;
use super::{Outcome, Target};
use crate::problem::{Code, Problem};

/// Waits for what a row comes to.
pub(super) async fn settle(
    target: Rc<Target>,
    command: Option<CreateTransaction>,
    queued: Result<Queued, LedgerError>,
    line: u64,
) -> Outcome {
    let answer = match queued {
        Ok(queued) => queued.answer().await,
        Err(error) => Err(error),
    };
    let error = match (answer, command) {
        (Ok(answer), _) if answer.replayed => return Outcome::Duplicate,
        (Ok(answer), _) => return Outcome::Accepted(answer.position),
        (Err(LedgerError::ReferenceTaken { resource_id: Some(id) }), Some(command)) => {
            match target.daybook.is_recorded(&target.ledger, id, &command).await {
                Ok(true) => return Outcome::Duplicate,
                Ok(false) => LedgerError::ReferenceTaken { resource_id: Some(id) },
                Err(error) => error,
            }
        }
        (Err(error), _) => error,
    };
    if is_passing(&error) {
        return Outcome::Failed(error);
    }
    let problem = refusal(error);
    if let Some(cause) = problem.cause() {
        log::error!("the row on line {line} met a fault: {cause}");
    }
    Outcome::Refused(RowError::new(line, &problem))
}

fn refusal(error: LedgerError) -> Problem {
    match error {
        // The key is the row's own: nobody has sent it.
        LedgerError::IdempotencyKeyReused { .. } => Problem::new(
            Code::IdempotencyKeyReused,
            "A row with this id was imported before and said something else.",
        ),
        error => error.into(),
    }
}

/// Whether the same row may be decided a little later.
pub(super) fn is_passing(error: &LedgerError) -> bool {
    matches!(
        error,
        LedgerError::Overloaded | LedgerError::Unavailable(_) | LedgerError::OutcomeUnknown(_)
    )
}

/// What an import ends with that nobody answers.
pub(super) fn given_up(error: &LedgerError) -> Problem {
    let code = match error {
        LedgerError::Overloaded => Code::Overloaded,
        LedgerError::OutcomeUnknown(_) => Code::OutcomeUnknown,
        _ => Code::Unavailable,
    };
    let detail = "The import ended before its file did; what it accepted stays. Send the file again to add the rest.";
    Problem::new(code, detail).because(error.to_string())
}
