//! Recording a transaction.

use uuid::Uuid;

use super::acting::{check_own_account, check_own_side};
use super::closing::check_days_open;
use super::holds::check_is_to_come;
use super::owners::{default_minimum_balance, make_account, make_user, maybe_user, new_account};
use super::{Outcome, Refused};
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::{CreateTransaction, Movement, NewHold, UserSide};
use crate::ledger::draft::Draft;
use crate::ledger::holding::{check_source_funds, keep};
use crate::ledger::limits::note_windows;
use crate::ledger::posting::{self, check_accounts_open, post};
use crate::ledger::state::{Hold, LEDGER_OWNER, MAIN, Side, Transaction, WORLD};
use crate::ledger::totals::Count;
use crate::money::Currency;
use crate::record::{Record, TransactionKind, TransactionStatus};
use crate::{LedgerError, Resource};

/// The two accounts of a transaction to be.
struct Route {
    kind: TransactionKind,
    source: Side,
    destination: Side,
    /// The currency of the source account, and of the destination account.
    currencies: [Currency; 2],
}

pub(super) fn create_transaction(draft: &mut Draft<'_>, command: &CreateTransaction) -> Result<Outcome, LedgerError> {
    let route = find_route(draft, command)?;
    let [source_currency, destination_currency] = route.currencies;
    let currency = command
        .currency
        .map_or(source_currency, |currency| draft.currency(currency));
    let mut refused = Refused::default();
    let amount = refused.take("amount", command.amount.positive_minor_units(currency));
    check_is_to_come(draft, &mut refused, command.hold.and_then(|hold| hold.expires_at));
    refused.check()?;
    let mut transaction = new_transaction(draft, command, route, currency, amount.unwrap_or_default());
    posting::set_days(draft, &mut transaction)?;
    if command.hold.is_none() && draft.counts_usage() {
        note_windows(draft, &transaction)?;
    }
    let accounts = [transaction.source.account_id, transaction.destination.account_id];
    check_accounts_open(draft, accounts)?;
    if command.hold.is_none() {
        check_days_open(draft, [command.transaction_date.unwrap_or(draft.now())])?;
    }
    check_reference_free(
        draft,
        command.reference.as_ref().map(crate::value::Reference::as_str),
        None,
    )?;
    if transaction.source.account_id == transaction.destination.account_id {
        return Err(LedgerError::SameAccount);
    }
    if [source_currency, destination_currency]
        .iter()
        .any(|own| own.code != currency.code)
    {
        return Err(LedgerError::CurrencyMismatch);
    }
    record_new(draft, transaction, None)
}

/// Posts a new transaction, whose days are set, or keeps what it says if it is a hold, and records its event.
///
/// # Errors
/// `AmountOverflow`, `LimitExceeded`, `InsufficientFunds`, in this order.
pub(super) fn record_new(
    draft: &mut Draft<'_>,
    transaction: Transaction,
    reason: Option<&crate::value::Text>,
) -> Result<Outcome, LedgerError> {
    if transaction.hold.is_some() {
        keep(draft, &transaction, transaction.amount.into())?;
        check_source_funds(draft, &transaction)?;
    } else {
        let movement = posting::Movement {
            transaction: &transaction,
            count: Count::In,
            version: 1,
        };
        post(draft, &[movement])?;
    }
    if let Some(reference) = &transaction.reference {
        draft.set_reference(reference, Some(transaction.id));
    }
    Ok(save(
        draft,
        transaction,
        "transaction.created",
        AnswerStatus::Created,
        reason,
    ))
}

fn new_transaction(
    draft: &mut Draft<'_>,
    command: &CreateTransaction,
    route: Route,
    currency: Currency,
    amount: i64,
) -> Transaction {
    let now = draft.now();
    Transaction {
        id: draft.mint_id(),
        kind: route.kind,
        status: command
            .hold
            .map_or(TransactionStatus::Posted, |_| TransactionStatus::Pending),
        source: route.source,
        destination: route.destination,
        amount,
        currency,
        transaction_date: command.transaction_date.unwrap_or(now),
        description: command.description.as_ref().map(|text| text.as_str().to_owned()),
        category: command.category.as_ref().map(|text| text.as_str().to_owned()),
        reference: command.reference.as_ref().map(|text| text.as_str().to_owned()),
        metadata: command.metadata.clone(),
        parent_id: None,
        relation: None,
        refunded: None,
        hold: command.hold.map(|NewHold { expires_at }| Hold {
            captured: 0,
            expires_at,
        }),
        version: 1,
        created_at: now,
        updated_at: now,
        first_position: draft.next_position(),
        position: draft.next_position(),
    }
}

/// Records the event of a transaction's new version, and the version itself.
pub(super) fn save(
    draft: &mut Draft<'_>,
    mut transaction: Transaction,
    kind: &'static str,
    status: AnswerStatus,
    reason: Option<&crate::value::Text>,
) -> Outcome {
    let position = draft.next_position();
    transaction.position = position;
    let record = Record::Transaction(transaction.record());
    draft.record_event(kind, format!("transactions/{}", transaction.id), record.clone(), reason);
    draft.put_transaction(transaction);
    Outcome {
        status,
        record,
        answer_position: position,
    }
}

/// Refuses a reference that another transaction has.
pub(super) fn check_reference_free(
    draft: &Draft<'_>,
    reference: Option<&str>,
    own_id: Option<Uuid>,
) -> Result<(), LedgerError> {
    match reference.and_then(|reference| draft.reference_holder(reference)) {
        Some(resource_id) if Some(resource_id) != own_id => Err(LedgerError::ReferenceTaken {
            resource_id: Some(resource_id),
        }),
        _ => Ok(()),
    }
}

fn find_route(draft: &mut Draft<'_>, command: &CreateTransaction) -> Result<Route, LedgerError> {
    let (user_side, kind) = match &command.movement {
        Movement::Credit(side) => (side, TransactionKind::Credit),
        Movement::Debit(side) => (side, TransactionKind::Debit),
        Movement::Transfer {
            source_account_id,
            destination_account_id,
        } => {
            return find_transfer_route(draft, *source_account_id, *destination_account_id);
        }
    };
    check_own_side(draft, user_side)?;
    let currency = draft.currency(command.currency.unwrap_or(draft.ledger().settings().default_currency));
    let user_account = find_or_make_user_account(draft, user_side, currency)?;
    let world = find_or_make_world(draft, currency);
    let (source, destination) = match kind {
        TransactionKind::Debit => (user_account, world),
        _ => (world, user_account),
    };
    Ok(Route {
        kind,
        source,
        destination,
        currencies: [currency; 2],
    })
}

fn find_transfer_route(draft: &Draft<'_>, source: Uuid, destination: Uuid) -> Result<Route, LedgerError> {
    let find = |id: Uuid| draft.account(id).ok_or(LedgerError::NotFound(Resource::Account));
    let (source, destination) = (find(source)?, find(destination)?);
    check_own_account(draft, source)?;
    Ok(Route {
        kind: TransactionKind::Transfer,
        source: source.side(),
        destination: destination.side(),
        currencies: [source.currency, destination.currency],
    })
}

fn find_or_make_user_account(draft: &mut Draft<'_>, side: &UserSide, currency: Currency) -> Result<Side, LedgerError> {
    let is_known = maybe_user(draft, &side.user_id)?.is_some();
    let name = side.account.as_ref().map_or(MAIN, |name| name.as_str());
    if let Some(account) = draft.account_named(side.user_id.as_str(), name, currency.code) {
        return Ok(account.side());
    }
    if name != MAIN {
        return Err(LedgerError::NotFound(Resource::Account));
    }
    if !is_known {
        make_user(draft, side);
    }
    let minimum_balance = default_minimum_balance(draft, currency)?;
    let account = new_account(draft, side.user_id.as_str(), name, currency, minimum_balance);
    Ok(make_account(draft, account))
}

fn find_or_make_world(draft: &mut Draft<'_>, currency: Currency) -> Side {
    if let Some(account) = draft.account_named(LEDGER_OWNER, WORLD, currency.code) {
        return account.side();
    }
    let account = new_account(draft, LEDGER_OWNER, WORLD, currency, None);
    make_account(draft, account)
}
