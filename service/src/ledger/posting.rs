//! Moving money between accounts: the entries of a command, and the rules that every movement is held to.

use uuid::Uuid;

use super::changes::Entry;
use super::draft::Draft;
use super::limits::count_usage;
use super::state::{Account, LEDGER_OWNER, Side, Transaction, User};
use super::totals::{Count, TotalDeltas, count_for_ledger, count_side};
use crate::LedgerError;
use crate::record::{AccountStatus, Direction};

/// A movement of a transaction's amount: as it says, or back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Movement<'a> {
    /// The accounts, the amount and the date.
    pub transaction: &'a Transaction,
    /// As the transaction says, or back.
    pub count: Count,
    /// The version of the transaction that makes the movement.
    pub version: i64,
}

/// One line to be: which account, by how much.
#[derive(Clone, Copy, Debug)]
struct Leg<'a> {
    transaction: &'a Transaction,
    version: i64,
    account_id: Uuid,
    amount: i64,
}

/// Refuses a change of the balances or holds of accounts that are closed or frozen: closed before frozen, the source
/// before the destination.
pub(super) fn check_accounts_open(draft: &Draft<'_>, account_ids: [Uuid; 2]) -> Result<(), LedgerError> {
    let with_status = |status: AccountStatus| {
        account_ids
            .into_iter()
            .find(|id| draft.account(*id).is_some_and(|account| account.status == status))
    };
    if let Some(account_id) = with_status(AccountStatus::Closed) {
        return Err(LedgerError::AccountClosed { account_id });
    }
    match with_status(AccountStatus::Frozen) {
        Some(account_id) => Err(LedgerError::AccountFrozen { account_id }),
        None => Ok(()),
    }
}

/// Carries out `movements` as one change: checks what it makes of every account, then appends its entries and counts
/// it in the statistics.
///
/// # Errors
/// `AmountOverflow`, then `LimitExceeded`, then `InsufficientFunds`; the source of the last movement before its
/// destination.
pub(super) fn post(draft: &mut Draft<'_>, movements: &[Movement<'_>]) -> Result<(), LedgerError> {
    let legs: Vec<Leg<'_>> = movements.iter().flat_map(legs_of).collect();
    let accounts = accounts_of(&legs);
    let balances = accounts
        .iter()
        .map(|id| balance_after(draft, *id, &legs))
        .collect::<Result<Vec<i64>, _>>()?;
    let mut totals = TotalDeltas::new();
    for movement in movements {
        count(draft, &mut totals, movement.transaction, movement.count)?;
    }
    draft.count(totals)?;
    count_usage(
        draft,
        movements.iter().map(|movement| (movement.transaction, movement.count)),
    )?;
    for (id, balance) in accounts.iter().zip(balances) {
        check_funds(draft, *id, balance)?;
    }
    for id in accounts {
        append_entries(draft, id, &legs)?;
    }
    Ok(())
}

fn legs_of<'a>(movement: &Movement<'a>) -> [Leg<'a>; 2] {
    let Movement {
        transaction, version, ..
    } = *movement;
    let (out, back) = (transaction.amount.saturating_neg(), transaction.amount);
    let (source, destination) = match movement.count {
        Count::In => (out, back),
        Count::Out => (back, out),
    };
    [
        Leg {
            transaction,
            version,
            account_id: transaction.source.account_id,
            amount: source,
        },
        Leg {
            transaction,
            version,
            account_id: transaction.destination.account_id,
            amount: destination,
        },
    ]
}

/// Every account of the legs once, in the order in which refusals are told.
fn accounts_of(legs: &[Leg<'_>]) -> Vec<Uuid> {
    let mut accounts: Vec<Uuid> = Vec::with_capacity(2);
    // The last movement is the one that stands afterwards: its source comes first.
    for leg in legs.rchunks(2).flatten() {
        if !accounts.contains(&leg.account_id) {
            accounts.push(leg.account_id);
        }
    }
    accounts
}

fn balance_after(draft: &Draft<'_>, id: Uuid, legs: &[Leg<'_>]) -> Result<i64, LedgerError> {
    let change: i128 = legs
        .iter()
        .filter(|leg| leg.account_id == id)
        .map(|leg| i128::from(leg.amount))
        .sum();
    let before = i128::from(known_account(draft, id)?.balance);
    i64::try_from(before.saturating_add(change))
        .ok()
        .filter(|balance| *balance != i64::MIN)
        .ok_or(LedgerError::AmountOverflow)
}

/// Only a command that lowers what is available on the whole is tested against the minimum.
///
/// # Errors
/// `InsufficientFunds`.
pub(super) fn check_funds(draft: &Draft<'_>, id: Uuid, balance_after: i64) -> Result<(), LedgerError> {
    let account = known_account(draft, id)?;
    let Some(minimum) = account.minimum_balance else {
        return Ok(());
    };
    let available_after = i128::from(balance_after).saturating_sub(i128::from(account.held_out));
    let available_before = draft.account_before(id).map_or(0, Account::available);
    if available_after < available_before && available_after < i128::from(minimum) {
        return Err(insufficient_funds(account, available_before, minimum));
    }
    Ok(())
}

/// The refusal that tells what the account has and must keep.
pub(super) fn insufficient_funds(account: &Account, available: i128, minimum: i64) -> LedgerError {
    LedgerError::InsufficientFunds {
        account_id: account.id,
        available: account.currency.format(available),
        minimum_balance: account.currency.format(i128::from(minimum)),
    }
}

fn append_entries(draft: &mut Draft<'_>, id: Uuid, legs: &[Leg<'_>]) -> Result<(), LedgerError> {
    let position = draft.next_position();
    let mut own: Vec<&Leg<'_>> = legs.iter().filter(|leg| leg.account_id == id).collect();
    let account = draft.change_account(id).ok_or_else(|| unknown_account(id))?;
    // Undoing comes first, unless the balance between the two lines could not be kept.
    let first = own.first().map_or(0, |leg| leg.amount);
    if account
        .balance
        .checked_add(first)
        .is_none_or(|balance| balance == i64::MIN)
    {
        own.reverse();
    }
    let mut entries = Vec::with_capacity(own.len());
    for leg in own {
        account.balance = account
            .balance
            .checked_add(leg.amount)
            .ok_or(LedgerError::AmountOverflow)?;
        account.seq = account.seq.saturating_add(1);
        entries.push(Entry {
            account_id: id,
            seq: account.seq,
            transaction_id: leg.transaction.id,
            transaction_version: leg.version,
            amount: leg.amount,
            balance: account.balance,
            transaction_date: leg.transaction.transaction_date,
            position,
        });
    }
    draft.changes_mut().entries.extend(entries);
    Ok(())
}

/// Counts a transaction whose money stays where it is as `new` says instead of as `old` said.
///
/// # Errors
/// `AmountOverflow`, where a day's total of the new category could not be kept; `LimitExceeded`.
pub(super) fn recount(draft: &mut Draft<'_>, old: &Transaction, new: &Transaction) -> Result<(), LedgerError> {
    let mut totals = TotalDeltas::new();
    count(draft, &mut totals, old, Count::Out)?;
    count(draft, &mut totals, new, Count::In)?;
    draft.count(totals)?;
    count_usage(draft, [(old, Count::Out), (new, Count::In)])
}

fn count(
    draft: &Draft<'_>,
    totals: &mut TotalDeltas,
    transaction: &Transaction,
    count: Count,
) -> Result<(), LedgerError> {
    for (direction, side) in [
        (Direction::Debit, &transaction.source),
        (Direction::Credit, &transaction.destination),
    ] {
        if let Some(user) = owner_of(draft, side)? {
            count_side(totals, user, transaction, direction, count);
            count_for_ledger(totals, transaction, direction, count);
        }
    }
    Ok(())
}

/// Notes on which day the transaction counts for its owners: in every grouping that covers it.
///
/// # Errors
/// `Internal`, where an owner was not loaded.
pub(super) fn set_days(draft: &Draft<'_>, transaction: &mut Transaction) -> Result<(), LedgerError> {
    let (id, date) = (transaction.id, transaction.transaction_date);
    for side in [&mut transaction.source, &mut transaction.destination] {
        let Some(user) = owner_of(draft, side)? else {
            continue;
        };
        for grouping in user.groupings_of(id) {
            if let Some(day) = side.days.get_mut(grouping.slot()) {
                *day = Some(grouping.zone.day_of(date));
            }
        }
    }
    Ok(())
}

/// The user whose side it is; `None` where it is the ledger's own.
pub(super) fn owner_of<'a>(draft: &'a Draft<'_>, side: &Side) -> Result<Option<&'a User>, LedgerError> {
    if side.owner == LEDGER_OWNER {
        return Ok(None);
    }
    let unknown = || LedgerError::Internal(format!("the owner of account {} was not loaded", side.account_id));
    draft.user(&side.owner).map(Some).ok_or_else(unknown)
}

pub(super) fn known_account<'a>(draft: &'a Draft<'_>, id: Uuid) -> Result<&'a Account, LedgerError> {
    draft.account(id).ok_or_else(|| unknown_account(id))
}

pub(super) fn unknown_account(id: Uuid) -> LedgerError {
    LedgerError::Internal(format!("account {id} of a transaction was not loaded"))
}
