//! What a command does to a ledger: one file per family of commands.
//!
//! Deciding is a pure function: the snapshot stays as it is, and what changes is handed back. The order in which
//! rules are tested is the contract's order of precedence: idempotency, existence, values that need state, the
//! caller's precondition, conflicts (409), then what money allows (422).

mod accounts;
mod acting;
mod batch;
mod closing;
mod create;
mod currencies;
mod erasure;
mod holds;
mod keys;
mod ledgers;
mod limits;
mod owners;
mod parents;
mod refunds;
mod tokens;
mod transactions;
mod users;

use std::collections::HashSet;

use super::answer::{Answer, AnswerStatus};
use super::changes::{Changes, StoredAnswer};
use super::command::Command;
use super::draft::{Context, Draft};
use super::id::Ids;
use super::request::{Idempotency, Precondition, Request};
use super::snapshot::Snapshot;
use super::usage::UsageKey;
use crate::LedgerError;
use crate::record::Record;
use crate::value::{FieldError, Timestamp, ValueCode, ValueError};
use batch::ListOutcome;

/// What was decided: the answer, and what there is to save.
#[derive(Clone, Debug)]
pub struct Decision {
    /// For the caller.
    pub answer: Answer,
    /// For the snapshot, and by it for the database; none where nothing is kept.
    pub changes: Option<Changes>,
}

/// What carrying out a command led to, before it is known whether it is kept.
struct Outcome {
    status: AnswerStatus,
    record: Record,
    /// Position of the event whose document `record` is: the command's own, or the newest where nothing changed.
    answer_position: i64,
}

/// Decides one request over the snapshot as the requests before it left it. What was decided stands if it adds nothing to
/// `lacking`: the windows of limits that must be loaded first.
///
/// # Errors
/// Why the ledger refuses.
pub fn decide(
    snapshot: &Snapshot,
    request: &Request,
    now: Timestamp,
    ids: &mut Ids,
    lacking: &mut HashSet<UsageKey>,
) -> Result<Decision, LedgerError> {
    acting::check_allowed(snapshot.ledger.settings().rules, request)?;
    if let Some(answer) = replay(snapshot, request)? {
        return Ok(Decision { answer, changes: None });
    }
    let context = Context {
        now,
        actor: &request.actor,
        acting_user: request.acting_user.as_ref(),
        request_id: &request.request_id,
    };
    let mut draft = Draft::new(snapshot, ids, context);
    let carried_out = carry_out(&mut draft, &request.command, &request.precondition);
    lacking.extend(draft.take_lacking());
    let ListOutcome {
        outcome,
        items,
        positions,
    } = carried_out?;
    let answer = Answer {
        status: if request.dry_run {
            AnswerStatus::Ok
        } else {
            outcome.status
        },
        record: outcome.record,
        position: (!request.dry_run).then(|| draft.head()),
        replayed: false,
        dry_run: request.dry_run,
        items,
    };
    if request.dry_run {
        return Ok(Decision { answer, changes: None });
    }
    let mut changes = draft.into_changes();
    // What no event of the ledger tells cannot be answered again; asked again, it is decided again.
    if let Some(idempotency) = request.idempotency.as_ref().filter(|_| outcome.answer_position > 0) {
        let stored = remember(idempotency, &answer, outcome.answer_position, positions);
        changes.answers.insert(stored.key, stored);
    }
    Ok(Decision {
        answer,
        changes: Some(changes),
    })
}

fn carry_out(draft: &mut Draft<'_>, command: &Command, expected: &Precondition) -> Result<ListOutcome, LedgerError> {
    let outcome = match command {
        Command::CreateTransactions(list) => return batch::create_transactions(draft, list),
        Command::CreateTransaction(command) => create::create_transaction(draft, command),
        Command::UpdateTransaction(command) => transactions::update_transaction(draft, command, expected),
        Command::VoidTransaction { id, reason } => {
            transactions::void_transaction(draft, *id, reason.as_ref(), expected)
        }
        Command::RestoreTransaction { id, reason } => {
            transactions::restore_transaction(draft, *id, reason.as_ref(), expected)
        }
        Command::CaptureHold(command) => holds::capture_hold(draft, command, expected),
        Command::VoidHold { id, reason } => {
            let hold = transactions::find(draft, *id)?;
            holds::void_hold(draft, &hold, reason.as_ref(), expected)
        }
        Command::ExtendHold { id, expires_at } => holds::extend_hold(draft, *id, *expires_at, expected),
        Command::ExpireHold { id } => holds::expire_hold(draft, *id),
        Command::RefundTransaction(command) => refunds::refund_transaction(draft, command, expected),
        Command::PutUser(command) => users::put_user(draft, command, expected),
        Command::UpdateUser(command) => users::update_user(draft, command, expected),
        Command::EraseUser(command) => erasure::erase_user(draft, command, expected),
        Command::CreateAccount(command) => accounts::create_account(draft, command),
        Command::UpdateAccount(command) => accounts::update_account(draft, command, expected),
        Command::CreateCurrency(command) => currencies::create_currency(draft, command),
        Command::CloseThrough(command) => closing::close_through(draft, command, expected),
        Command::CreateLedger(command) => ledgers::create_ledger(draft, command),
        Command::UpdateLedger(command) => ledgers::update_ledger(draft, command, expected),
        Command::CreateLimit(command) => limits::create_limit(draft, command),
        Command::UpdateLimit(command) => limits::update_limit(draft, command, expected),
        Command::DeleteLimit { id } => limits::delete_limit(draft, *id, expected),
        Command::CreateKey(command) => Ok(keys::create_key(draft, command)),
        Command::CreateFirstKey(command) => Ok(keys::create_first_key(draft, command)),
        Command::RevokeKey { id, by } => keys::revoke_key(draft, *id, *by),
        Command::CreateToken(command) => tokens::create_token(draft, command),
    };
    outcome.map(ListOutcome::of_one)
}

/// The answer that the request was given before, if it was.
fn replay(snapshot: &Snapshot, request: &Request) -> Result<Option<Answer>, LedgerError> {
    let Some(idempotency) = &request.idempotency else {
        return Ok(None);
    };
    let stored = snapshot.answers.get(&idempotency.key);
    stored.map(|stored| find_replay(stored, idempotency)).transpose()
}

/// The stored answer, given again.
///
/// # Errors
/// `IdempotencyKeyReused`.
fn find_replay(stored: &StoredAnswer, idempotency: &Idempotency) -> Result<Answer, LedgerError> {
    if stored.fingerprint != idempotency.fingerprint {
        return Err(LedgerError::IdempotencyKeyReused {
            resource_id: stored.resource_id.clone(),
        });
    }
    Ok(Answer {
        replayed: true,
        items: Vec::new(),
        ..stored.answer.clone()
    })
}

/// The answer as it is stored; `positions` are those of a list.
fn remember(idempotency: &Idempotency, answer: &Answer, answer_position: i64, positions: Vec<i64>) -> StoredAnswer {
    StoredAnswer {
        key: idempotency.key,
        fingerprint: idempotency.fingerprint,
        answer: answer.clone(),
        answer_position,
        resource_id: answer.record.resource_id(),
        positions,
    }
}

/// Tests the caller's precondition against the version that stands; `None` where the resource does not exist.
fn check_precondition(expected: &Precondition, current_version: Option<i64>) -> Result<(), LedgerError> {
    let holds = match expected {
        Precondition::Any => true,
        Precondition::Exists => current_version.is_some(),
        Precondition::VersionIn(versions) => current_version.is_some_and(|current| versions.contains(&current)),
        Precondition::Absent => current_version.is_none(),
    };
    if holds {
        Ok(())
    } else {
        Err(LedgerError::VersionMismatch { current_version })
    }
}

/// Values that the ledger's state refuses, gathered so that all are told at once.
#[derive(Default)]
struct Refused(Vec<FieldError>);

impl Refused {
    /// The value, or a note of what is wrong with `field`.
    fn take<T>(&mut self, field: &str, value: Result<T, ValueError>) -> Option<T> {
        value
            .map_err(|error| {
                self.0.push(FieldError {
                    field: field.to_owned(),
                    error,
                })
            })
            .ok()
    }

    /// Notes that `field` may not be given.
    fn not_allowed(&mut self, field: &str, detail: &str) {
        let error = ValueError::new(ValueCode::NotAllowed, detail);
        self.0.push(FieldError {
            field: field.to_owned(),
            error,
        });
    }

    fn check(self) -> Result<(), LedgerError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(LedgerError::Invalid(self.0))
        }
    }
}
