//! Recording many transactions with one request: all or nothing, or each for itself.

use super::create::create_transaction;
use super::{Outcome, find_replay, remember};
use crate::LedgerError;
use crate::ledger::answer::{Answer, AnswerStatus};
use crate::ledger::command::{CreateTransactions, ListedTransaction};
use crate::ledger::draft::Draft;
use crate::record::{BatchRecord, Record};

/// What became of a command: of a list, of its items as well.
pub(super) struct ListOutcome {
    pub(super) outcome: Outcome,
    /// Of each item, in their order.
    pub(super) items: Vec<Result<Answer, LedgerError>>,
    /// Positions of the events whose documents the items answer, where all were made.
    pub(super) positions: Vec<i64>,
}

impl ListOutcome {
    /// That of a command that is no list.
    pub(super) fn of_one(outcome: Outcome) -> Self {
        Self {
            outcome,
            items: Vec::new(),
            positions: Vec::new(),
        }
    }
}

/// Decides the items in order, each over what those before it left. One that is refused leaves nothing, and where the list
/// is atomic nothing is left of any.
///
/// # Errors
/// `Item`, where the list is atomic.
pub(super) fn create_transactions(
    draft: &mut Draft<'_>,
    command: &CreateTransactions,
) -> Result<ListOutcome, LedgerError> {
    let mut items = Vec::with_capacity(command.items.len());
    let (mut positions, mut data) = (Vec::new(), Vec::new());
    for item in &command.items {
        match create_one(draft, item) {
            Ok((answer, position)) => {
                draft.end_item();
                if let Record::Transaction(record) = &answer.record {
                    data.push(record.clone());
                }
                positions.push(position);
                items.push(Ok(answer));
            }
            Err(error) if command.is_atomic => {
                return Err(LedgerError::Item {
                    index: item.index,
                    error: Box::new(error),
                });
            }
            Err(error) => {
                draft.drop_item();
                items.push(Err(error));
            }
        }
    }
    let outcome = Outcome {
        status: if command.is_atomic {
            AnswerStatus::Created
        } else {
            AnswerStatus::Ok
        },
        record: Record::Batch(BatchRecord { data }),
        answer_position: positions.first().copied().unwrap_or_default(),
    };
    Ok(ListOutcome {
        outcome,
        items,
        positions,
    })
}

/// The item's answer, and the position of the event whose document it is.
fn create_one(draft: &mut Draft<'_>, item: &ListedTransaction) -> Result<(Answer, i64), LedgerError> {
    if let Some(idempotency) = &item.idempotency
        && let Some(stored) = draft.answer(idempotency.key).cloned()
    {
        if draft.answers_itself(idempotency.key) {
            // That may not be answered any more once the windows that it lacked are known, and then this one lacks its own.
            draft.rehearse(|draft| create_transaction(draft, &item.command));
        }
        return Ok((find_replay(&stored, idempotency)?, stored.answer_position));
    }
    let outcome = create_transaction(draft, &item.command)?;
    let answer = Answer {
        status: outcome.status,
        record: outcome.record,
        position: Some(draft.head()),
        replayed: false,
        dry_run: false,
        items: Vec::new(),
    };
    if let Some(idempotency) = &item.idempotency {
        draft.put_answer(remember(idempotency, &answer, outcome.answer_position, Vec::new()));
    }
    Ok((answer, outcome.answer_position))
}
