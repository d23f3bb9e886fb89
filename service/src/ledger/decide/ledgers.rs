//! Making ledgers, and setting one up.

use super::{Outcome, Refused, check_precondition};
use crate::LedgerError;
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::{CreateLedger, UpdateLedger};
use crate::ledger::draft::Draft;
use crate::ledger::request::Precondition;
use crate::ledger::state::{LedgerRules, LedgerSettings, LedgerSetup, NewLedger};
use crate::money::{AmountText, Currency};
use crate::record::Record;
use crate::value::{ValueCode, ValueError};

/// Makes a ledger, in the journal of `main`: whose lock so gives ledgers their numbers.
pub(super) fn create_ledger(draft: &mut Draft<'_>, command: &CreateLedger) -> Result<Outcome, LedgerError> {
    let CreateLedger { name, settings, secret } = command;
    check_minimum(settings.default_minimum_balance.as_ref(), settings.default_currency)?;
    if let Some(resource_id) = draft.ledger_called(name.as_str()) {
        return Err(LedgerError::LedgerExists { resource_id });
    }
    let (now, position) = (draft.now(), draft.next_position());
    let setup = LedgerSetup {
        uuid: draft.mint_id(),
        name: name.as_str().to_owned(),
        settings: settings.clone(),
        version: 1,
        created_at: now,
        updated_at: now,
        position: None,
    };
    let record = Record::Ledger(setup.record());
    draft.record_event("ledger.created", subject(&setup), record.clone(), None);
    let made = NewLedger {
        id: draft.next_ledger_id(),
        setup,
        created_position: position,
        secret: *secret,
    };
    draft.put_ledger(made);
    Ok(Outcome {
        status: AnswerStatus::Created,
        record,
        answer_position: position,
    })
}

/// Changes some of the ledger's own settings.
pub(super) fn update_ledger(
    draft: &mut Draft<'_>,
    command: &UpdateLedger,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = draft.setup().clone();
    let settings = changed(&old.settings, command);
    check_minimum(settings.default_minimum_balance.as_ref(), settings.default_currency)?;
    check_precondition(expected, Some(old.version))?;
    if is_same(&old.settings, &settings) {
        return Ok(Outcome {
            status: AnswerStatus::Ok,
            record: Record::Ledger(old.record()),
            // Settings that were never changed have no event here, so that this answer is not remembered.
            answer_position: old.position.unwrap_or_default(),
        });
    }
    let position = draft.next_position();
    let new = LedgerSetup {
        settings,
        version: old.version.saturating_add(1),
        updated_at: draft.now(),
        position: Some(position),
        ..old
    };
    let record = Record::Ledger(new.record());
    draft.record_event("ledger.updated", subject(&new), record.clone(), command.reason.as_ref());
    draft.put_setup(new);
    Ok(Outcome {
        status: AnswerStatus::Ok,
        record,
        answer_position: position,
    })
}

/// What events call it: the one that made it is in the journal of `main`, those that changed it in its own.
fn subject(setup: &LedgerSetup) -> String {
    format!("ledgers/{}", setup.uuid)
}

fn changed(old: &LedgerSettings, command: &UpdateLedger) -> LedgerSettings {
    let minimum = command.default_minimum_balance.clone();
    LedgerSettings {
        default_currency: command.default_currency.unwrap_or(old.default_currency),
        default_minimum_balance: minimum.unwrap_or_else(|| old.default_minimum_balance.clone()),
        rules: LedgerRules {
            require_idempotency_key: command
                .require_idempotency_key
                .unwrap_or(old.rules.require_idempotency_key),
            require_if_match: command.require_if_match.unwrap_or(old.rules.require_if_match),
            users_may_edit: command.users_may_edit.unwrap_or(old.rules.users_may_edit),
        },
    }
}

/// Whether both say the same: a minimum is one amount however many zeros it ends in.
fn is_same(left: &LedgerSettings, right: &LedgerSettings) -> bool {
    let minimum = match (&left.default_minimum_balance, &right.default_minimum_balance) {
        (Some(left), Some(right)) => left.is_worth(right),
        (left, right) => left.is_none() && right.is_none(),
    };
    minimum && left.default_currency == right.default_currency && left.rules == right.rules
}

/// Refuses a minimum that an account in the default currency could not be made with.
fn check_minimum(minimum: Option<&AmountText>, currency: Currency) -> Result<(), LedgerError> {
    let Some(minimum) = minimum else { return Ok(()) };
    let mut refused = Refused::default();
    let minor = refused.take("default_minimum_balance", minimum.minor_units(currency));
    if minor.is_some_and(i64::is_positive) {
        let error = ValueError::new(ValueCode::OutOfRange, "Must not be above zero: accounts begin empty.");
        let _: Option<()> = refused.take("default_minimum_balance", Err(error));
    }
    refused.check()
}
