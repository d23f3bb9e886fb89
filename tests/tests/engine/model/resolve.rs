//! Which request a step becomes: its numbers and versions are worked out against what there is.

use service::ledger::Precondition;
use service::record::TransactionStatus;

use super::{Asked, Model, Transaction};
use crate::steps::{Action, Expectation, Step, UNKNOWN};

impl Model {
    /// Works out a step against what there is now; `history` are the requests so far.
    pub(crate) fn resolve(&self, step: &Step, history: &[Asked]) -> Asked {
        if let Some(back) = step.again
            && let Some(earlier) = history.len().checked_sub(back + 1).and_then(|index| history.get(index))
        {
            return Asked {
                dry_run: step.dry_run,
                ..earlier.clone()
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
            key: step.key,
            dry_run: step.dry_run,
        }
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
        let hold = |number: usize| of(number, |transaction| transaction.status == TransactionStatus::Pending);
        let voided = |number: usize| of(number, |transaction| transaction.status == TransactionStatus::Voided);
        match action.clone() {
            Action::Transfer(source, destination, currency, details) => {
                Action::Transfer(account(source), account(destination), currency, details)
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
            _ => None,
        }
    }
}
