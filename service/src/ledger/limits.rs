//! Spending limits at work: what a command adds to the windows that they look at, and whether it may.

use std::collections::HashMap;

use uuid::Uuid;

use super::draft::Draft;
use super::posting::owner_of;
use super::state::{LEDGER_OWNER, Limit, Scope, Transaction};
use super::totals::{ALL_CATEGORIES, Count};
use super::usage::{Usage, UsageKey};
use crate::money::CurrencyCode;
use crate::record::{Direction, LimitStatus, LimitWindow};
use crate::value::Day;
use crate::{Exceeded, LedgerError};

/// The windows that are counted by days.
const WINDOWS_OF_DAYS: [LimitWindow; 3] = [LimitWindow::Day, LimitWindow::Week, LimitWindow::Month];

/// One user side of a transaction that is counted, or taken out of the count again.
struct Part<'a> {
    owner: &'a str,
    account_id: Uuid,
    currency: CurrencyCode,
    direction: Direction,
    category: Option<&'a str>,
    /// The grouping that the user's statistics show, and the day in it.
    generation: i64,
    day: Day,
    change: Usage,
}

/// Refuses what brings a limit past its maximum, and counts the rest. A command is told the limit of the source before
/// that of the destination, and of several the oldest.
///
/// # Errors
/// `LimitExceeded`.
pub(super) fn count_usage<'a>(
    draft: &mut Draft<'_>,
    changes: impl IntoIterator<Item = (&'a Transaction, Count)>,
) -> Result<(), LedgerError> {
    if !draft.counts_usage() {
        return Ok(());
    }
    let parts = parts_of(draft, changes)?;
    let limits = limits_of(draft, &parts);
    let mut lacking = Vec::new();
    let checked = limits.into_iter().try_for_each(|limit| {
        check(draft, limit, &parts, &mut lacking).map_err(|error| told(draft, limit, &parts, error))
    });
    // Also of a refusal: what it tells may be otherwise once they are known.
    lacking.into_iter().for_each(|key| draft.lack_usage(key));
    checked?;
    for part in &parts {
        for key in part.keys() {
            if let Some(usage) = draft.usage(&key) {
                draft.put_usage(key, usage.plus(part.change));
            }
        }
    }
    Ok(())
}

/// Notes the windows that a transaction to be is held against and that the snapshot lacks, before anything is refused: a list
/// whose items are refused one after the other, each for what another did, would tell them one by one.
///
/// # Errors
/// `Internal`, where an owner was not loaded.
pub(super) fn note_windows(draft: &mut Draft<'_>, transaction: &Transaction) -> Result<(), LedgerError> {
    let parts = parts_of(draft, [(transaction, Count::In)])?;
    let mut lacking = Vec::new();
    for limit in limits_of(draft, &parts) {
        let counted = parts.iter().filter(|part| part.is_counted_by(limit));
        let keys = counted.filter_map(|part| part.key_of(limit));
        lacking.extend(keys.filter(|key| draft.usage(key).is_none()));
    }
    lacking.into_iter().for_each(|key| draft.lack_usage(key));
    Ok(())
}

/// The active limits that count any of `parts`, in the order in which they are told.
fn limits_of<'a>(draft: &'a Draft<'_>, parts: &[Part<'_>]) -> Vec<&'a Limit> {
    let owners = std::iter::once(LEDGER_OWNER).chain(parts.iter().map(|part| part.owner));
    let mut limits: Vec<&Limit> = owners
        .flat_map(|owner| draft.limits_of(owner))
        .filter(|limit| limit.status == LimitStatus::Active && parts.iter().any(|part| part.is_counted_by(limit)))
        .collect();
    limits.sort_unstable_by_key(|limit| (limit.direction == Direction::Credit, limit.id));
    limits.dedup_by_key(|limit| limit.id);
    limits
}

/// What a user is told of a limit that holds for another one is that there is one.
fn told(draft: &Draft<'_>, limit: &Limit, parts: &[Part<'_>], error: LedgerError) -> LedgerError {
    let is_of_another = draft.acting_user().is_some_and(|user| {
        let mut counted = parts.iter().filter(|part| part.is_counted_by(limit));
        counted.any(|part| part.owner != user.as_str())
    });
    if is_of_another {
        LedgerError::LimitOfAnotherExceeded
    } else {
        error
    }
}

/// Holds what `parts` make of the limit's windows against its maxima: only what rises is refused.
fn check(draft: &Draft<'_>, limit: &Limit, parts: &[Part<'_>], lacking: &mut Vec<UsageKey>) -> Result<(), LedgerError> {
    let counted = || parts.iter().filter(|part| part.is_counted_by(limit));
    if limit.window == LimitWindow::Transaction {
        // The parts are of one transaction: what it was, and what it becomes.
        let amounts = || counted().map(|part| part.change.amount);
        let of_amount = |amount| Usage { count: 0, amount };
        let before = amounts().filter(|amount| *amount < 0).sum::<i128>().saturating_neg();
        return check_window(limit, of_amount(before), of_amount(amounts().sum()));
    }
    let mut windows: HashMap<UsageKey, Usage> = HashMap::new();
    for part in counted() {
        if let Some(key) = part.key_of(limit) {
            let change = windows.entry(key).or_default();
            *change = change.plus(part.change);
        }
    }
    for (key, change) in windows {
        if change.amount <= 0 && change.count <= 0 {
            continue;
        }
        let usage = draft.usage(&key);
        if usage.is_none() {
            lacking.push(key);
        }
        check_window(limit, usage.unwrap_or_default(), change)?;
    }
    Ok(())
}

fn check_window(limit: &Limit, used: Usage, change: Usage) -> Result<(), LedgerError> {
    let after = used.plus(change);
    let refused = |exceeded| LedgerError::LimitExceeded {
        limit_id: limit.id,
        window: limit.window,
        exceeded,
    };
    if let Some(max) = limit.max_amount
        && change.amount > 0
        && after.amount > i128::from(max)
    {
        return Err(refused(Exceeded::Amount {
            max: limit.currency.format(max.into()),
            used: limit.currency.format(used.amount),
        }));
    }
    match limit.max_count {
        Some(max) if change.count > 0 && after.count > max => Err(refused(Exceeded::Count { max, used: used.count })),
        _ => Ok(()),
    }
}

fn parts_of<'a>(
    draft: &Draft<'_>,
    changes: impl IntoIterator<Item = (&'a Transaction, Count)>,
) -> Result<Vec<Part<'a>>, LedgerError> {
    let mut parts = Vec::new();
    for (transaction, count) in changes {
        for direction in [Direction::Debit, Direction::Credit] {
            let side = transaction.side(direction);
            let Some(user) = owner_of(draft, side)? else {
                continue;
            };
            let Some(day) = side.days.get(user.grouping.slot()).copied().flatten() else {
                continue;
            };
            let (number, amount) = match count {
                Count::In => (1, i128::from(transaction.amount)),
                Count::Out => (-1, i128::from(transaction.amount).saturating_neg()),
            };
            parts.push(Part {
                owner: &side.owner,
                account_id: side.account_id,
                currency: transaction.currency.code,
                direction,
                category: transaction.category.as_deref(),
                generation: user.grouping.generation,
                day,
                change: Usage { count: number, amount },
            });
        }
    }
    Ok(parts)
}

impl Part<'_> {
    fn is_counted_by(&self, limit: &Limit) -> bool {
        let is_in_scope = match &limit.scope {
            Scope::AllUsers => true,
            Scope::User(id) => id == self.owner,
            Scope::Account { id, .. } => *id == self.account_id,
        };
        is_in_scope
            && limit.currency.code == self.currency
            && limit.direction == self.direction
            && (limit.category.is_none() || limit.category.as_deref() == self.category)
    }

    /// The window of the limit that the part is in; `None` where each transaction is one.
    fn key_of(&self, limit: &Limit) -> Option<UsageKey> {
        self.key(
            limit.scope.account_id(),
            limit.category.as_deref().unwrap_or(ALL_CATEGORIES),
            limit.window,
        )
    }

    /// Every window that the part is in, whatever limits there are.
    fn keys(&self) -> impl Iterator<Item = UsageKey> {
        let categories = [Some(ALL_CATEGORIES), self.category].into_iter().flatten();
        categories.flat_map(move |category| {
            [None, Some(self.account_id)].into_iter().flat_map(move |account_id| {
                WINDOWS_OF_DAYS
                    .into_iter()
                    .filter_map(move |window| self.key(account_id, category, window))
            })
        })
    }

    fn key(&self, account_id: Option<Uuid>, category: &str, window: LimitWindow) -> Option<UsageKey> {
        let (first, last) = window.days(self.day)?;
        Some(UsageKey {
            owner: self.owner.to_owned(),
            account_id,
            currency: self.currency,
            direction: self.direction,
            category: category.to_owned(),
            generation: self.generation,
            first,
            last,
        })
    }
}
