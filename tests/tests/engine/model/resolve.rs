//! Which request a step becomes: its numbers and versions are worked out against what there is.

use service::ledger::Precondition;
use service::record::{LimitStatus, TransactionStatus};

use super::{Asked, Model, Transaction};
use crate::steps::{Action, Expectation, GIVEN_CURRENCIES, Item, KeyName, LimitScope, NewLimit, Step, UNKNOWN};

impl Model {
    /// Works out a step against what there is now; `history` are the requests so far.
    pub(crate) fn resolve(&self, step: &Step, history: &[Asked]) -> Asked {
        if let Some(earlier) = step.again.and_then(|back| from_the_end(&each_of(history), back)) {
            return Asked {
                dry_run: step.dry_run,
                ..earlier
            };
        }
        let own_key = step.key.map(KeyName::of);
        if let Action::List(items, is_atomic) = &step.action {
            return Asked {
                action: Action::List(self.resolve_items(items, *is_atomic, own_key, history), *is_atomic),
                precondition: Precondition::Any,
                key: own_key.filter(|_| *is_atomic),
                dry_run: step.dry_run,
            };
        }
        let action = self.number(&step.action);
        let version = self.version_of(&action).unwrap_or(1);
        let precondition = match step.expectation {
            Expectation::Any => Precondition::Any,
            Expectation::Exists => Precondition::Exists,
            Expectation::Absent => Precondition::Absent,
            Expectation::Version(more) => Precondition::VersionIn(vec![version + more, 1000]),
        };
        Asked {
            action,
            precondition,
            key: own_key,
            dry_run: step.dry_run,
        }
    }

    /// Where a list is not atomic, its own key stands for those of items that have none.
    fn resolve_items(&self, items: &[Item], is_atomic: bool, own_key: Option<KeyName>, history: &[Asked]) -> Vec<Item> {
        let mut creations = each_of(history);
        creations.retain(|asked| {
            matches!(
                asked.action,
                Action::Credit(..) | Action::Debit(..) | Action::Transfer(..)
            )
        });
        let mut resolved = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let again = item.again.and_then(|back| from_the_end(&creations, back));
            let (action, key) = match again {
                Some(earlier) => (earlier.action, earlier.key),
                None => (self.number(&item.action), item.key),
            };
            let stands_in = own_key.filter(|_| !is_atomic).map(|key| key.at(index));
            let item = Item {
                action,
                key: key.or(stands_in),
                again: None,
            };
            creations.push(Asked::of_item(&item));
            resolved.push(item);
        }
        resolved
    }

    /// Numbers that lie in what there is; now and then one that does not.
    fn number(&self, action: &Action) -> Action {
        let within = |number: usize, count: usize| match number % (count + 1) {
            wrapped if wrapped == count => UNKNOWN,
            wrapped => wrapped,
        };
        let account = |number: usize| within(number, self.accounts.len());
        let transaction = |number: usize| within(number, self.transactions.len());
        let of = |number: usize, is_meant: fn(&Transaction) -> bool| {
            self.nth(number, is_meant).unwrap_or_else(|| transaction(number))
        };
        let currency = |number: usize| {
            if self.has_currency(number) {
                number
            } else {
                number % GIVEN_CURRENCIES
            }
        };
        // Mostly one that is not deleted.
        let limit = |number: usize| {
            self.live_limit(number)
                .unwrap_or_else(|| within(number, self.limits.len()))
        };
        let hold = |number: usize| of(number, |transaction| transaction.status == TransactionStatus::Pending);
        let voided = |number: usize| of(number, |transaction| transaction.status == TransactionStatus::Voided);
        match action.clone() {
            Action::Credit(user, name, of, details) => Action::Credit(user, name, of.map(currency), details),
            Action::Debit(user, name, of, details) => Action::Debit(user, name, of.map(currency), details),
            Action::Transfer(source, destination, of, details) => {
                Action::Transfer(account(source), account(destination), of.map(currency), details)
            }
            Action::CreateAccount(user, name, of, minimum) => Action::CreateAccount(user, name, currency(of), minimum),
            // What it has is settled by who makes it.
            Action::CreateCurrency(number, name, is_other) => {
                Action::CreateCurrency(number, name, is_other && self.has_currency(number))
            }
            Action::Edit(number, edit) => Action::Edit(transaction(number), edit),
            Action::Void(number) => Action::Void(transaction(number)),
            Action::Restore(number) => Action::Restore(voided(number)),
            Action::Refund(number, amount) => Action::Refund(transaction(number), amount),
            Action::Capture(number, amount, is_final) => Action::Capture(hold(number), amount, is_final),
            Action::VoidHold(number) => Action::VoidHold(hold(number)),
            Action::Extend(number, phase) => Action::Extend(hold(number), phase),
            Action::Expire(number) => Action::Expire(hold(number)),
            Action::UpdateAccount(number, minimum, status, colour) => {
                Action::UpdateAccount(account(number), minimum, status, colour)
            }
            Action::CreateLimit(name, limit) => {
                let scope = match limit.scope {
                    LimitScope::Account(number) => LimitScope::Account(account(number)),
                    other => other,
                };
                Action::CreateLimit(name, NewLimit { scope, ..limit })
            }
            Action::UpdateLimit(number, edit) => Action::UpdateLimit(limit(number), edit),
            Action::DeleteLimit(number) => Action::DeleteLimit(limit(number)),
            Action::RevokeKey(number, by) => Action::RevokeKey(within(number, self.keys.len()), by),
            other => other,
        }
    }

    /// One of the transactions that are meant; now and then none.
    fn nth(&self, number: usize, is_meant: fn(&Transaction) -> bool) -> Option<usize> {
        let meant = (0..self.transactions.len()).filter(|number| is_meant(&self.transactions[*number]));
        let meant: Vec<usize> = meant.collect();
        meant.get(number % (meant.len() + 1)).copied()
    }

    fn live_limit(&self, number: usize) -> Option<usize> {
        let is_live = |number: &usize| self.limits[*number].status != LimitStatus::Deleted;
        let live: Vec<usize> = (0..self.limits.len()).filter(is_live).collect();
        live.get(number % (live.len() + 1)).copied()
    }

    fn version_of(&self, action: &Action) -> Option<i64> {
        match action {
            Action::Edit(number, _)
            | Action::Void(number)
            | Action::Restore(number)
            | Action::Refund(number, _)
            | Action::Capture(number, ..)
            | Action::VoidHold(number)
            | Action::Extend(number, _)
            | Action::Expire(number) => self.transactions.get(*number).map(|transaction| transaction.version),
            Action::UpdateAccount(number, ..) => self.accounts.get(*number).map(|account| account.version),
            Action::PutUser(number, ..) | Action::PatchUser(number, ..) => {
                self.users.get(number).map(|user| user.version)
            }
            Action::UpdateLimit(number, _) | Action::DeleteLimit(number) => {
                self.limits.get(*number).map(|limit| limit.version)
            }
            Action::Close(_) => Some(self.closing.version),
            _ => None,
        }
    }
}

/// All that was asked for, in order: before a list, each of its items.
fn each_of(history: &[Asked]) -> Vec<Asked> {
    let mut each = Vec::new();
    for asked in history {
        if let Action::List(items, _) = &asked.action {
            each.extend(items.iter().map(Asked::of_item));
        }
        each.push(asked.clone());
    }
    each
}

/// The last of them, or one so far before it.
fn from_the_end(asked: &[Asked], back: usize) -> Option<Asked> {
    asked.iter().nth_back(back).cloned()
}
