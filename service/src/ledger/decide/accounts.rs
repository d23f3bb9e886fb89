//! Making and changing accounts.

use super::owners::{default_minimum_balance, find_user, make_account, new_account};
use super::{Outcome, Refused, check_precondition};
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::{CreateAccount, UpdateAccount};
use crate::ledger::draft::Draft;
use crate::ledger::posting::insufficient_funds;
use crate::ledger::request::Precondition;
use crate::ledger::state::{Account, LEDGER_OWNER, WORLD};
use crate::record::{AccountStatus, Record};
use crate::{LedgerError, Resource};

pub(super) fn create_account(draft: &mut Draft<'_>, command: &CreateAccount) -> Result<Outcome, LedgerError> {
    let owner = match &command.user_id {
        Some(user_id) => {
            find_user(draft, user_id)?;
            user_id.as_str()
        }
        None => LEDGER_OWNER,
    };
    let currency = draft.currency(command.currency);
    let mut refused = Refused::default();
    let minimum = command.minimum_balance.as_ref();
    let minimum = minimum.and_then(|amount| refused.take("minimum_balance", amount.minor_units(currency)));
    refused.check()?;
    let name = command.name.as_str();
    if let Some(account) = draft.account_named(owner, name, currency.code) {
        return Err(LedgerError::AccountExists {
            resource_id: Some(account.id),
        });
    }
    if owner == LEDGER_OWNER && name == WORLD {
        return Err(LedgerError::AccountExists { resource_id: None });
    }
    let minimum_balance = match minimum {
        None if owner != LEDGER_OWNER => default_minimum_balance(draft, currency)?,
        given => given,
    };
    let account = new_account(draft, owner, name, currency, minimum_balance);
    let account = Account {
        metadata: command.metadata.clone(),
        ..account
    };
    let (position, record) = (account.position, Record::Account(account.record()));
    make_account(draft, account);
    Ok(Outcome {
        status: AnswerStatus::Created,
        record,
        answer_position: position,
    })
}

pub(super) fn update_account(
    draft: &mut Draft<'_>,
    command: &UpdateAccount,
    expected: &Precondition,
) -> Result<Outcome, LedgerError> {
    let old = draft
        .account(command.id)
        .cloned()
        .ok_or(LedgerError::NotFound(Resource::Account))?;
    let new = edited(&old, command)?;
    check_precondition(expected, Some(old.version))?;
    if new == old {
        let record = Record::Account(old.record());
        return Ok(Outcome {
            status: AnswerStatus::Ok,
            record,
            answer_position: old.position,
        });
    }
    check_change(&old, &new)?;
    let position = draft.next_position();
    let changed = draft
        .change_account(old.id)
        .ok_or(LedgerError::NotFound(Resource::Account))?;
    let new = Account {
        version: changed.version,
        updated_at: changed.updated_at,
        position,
        ..new
    };
    *changed = new.clone();
    let record = Record::Account(new.record());
    draft.record_event("account.updated", format!("accounts/{}", new.id), record.clone(), None);
    Ok(Outcome {
        status: AnswerStatus::Ok,
        record,
        answer_position: position,
    })
}

fn edited(old: &Account, command: &UpdateAccount) -> Result<Account, LedgerError> {
    let mut new = old.clone();
    let mut refused = Refused::default();
    if old.is_world() {
        let detail = "The account that money comes from and goes to cannot be changed.";
        let given = [
            ("minimum_balance", command.minimum_balance.is_some()),
            ("status", command.status.is_some()),
            ("metadata", command.metadata.is_some()),
        ];
        given
            .iter()
            .filter(|(_, is_given)| *is_given)
            .for_each(|(field, _)| refused.not_allowed(field, detail));
        refused.check()?;
        return Ok(new);
    }
    if let Some(minimum) = &command.minimum_balance {
        let minor = minimum
            .as_ref()
            .map(|amount| amount.minor_units(old.currency))
            .transpose();
        if let Some(minimum_balance) = refused.take("minimum_balance", minor) {
            new.minimum_balance = minimum_balance;
        }
    }
    if let Some(status) = command.status {
        new.status = status;
    }
    if let Some(patch) = &command.metadata
        && let Some(metadata) = refused.take("metadata", old.metadata.merged(patch))
    {
        new.metadata = metadata;
    }
    refused.check()?;
    Ok(new)
}

fn check_change(old: &Account, new: &Account) -> Result<(), LedgerError> {
    let account_id = old.id;
    if old.status == AccountStatus::Closed && (new.status, new.minimum_balance) != (old.status, old.minimum_balance) {
        return Err(LedgerError::AccountClosed { account_id });
    }
    let is_empty = (old.balance, old.held_out, old.held_in) == (0, 0, 0);
    if new.status == AccountStatus::Closed && old.status != AccountStatus::Closed && !is_empty {
        return Err(LedgerError::AccountNotEmpty { account_id });
    }
    match new.minimum_balance {
        Some(minimum) if new.minimum_balance != old.minimum_balance && i128::from(minimum) > old.available() => {
            Err(insufficient_funds(old, old.available(), minimum))
        }
        _ => Ok(()),
    }
}
