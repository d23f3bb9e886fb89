//! A ledger written straight from the contract: plain maps, a copy for each command, statistics by recount.

mod accounts;
mod keys;
mod movements;
mod refunds;
mod transactions;
mod users;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use service::AnswerStatus;
use service::ledger::Precondition;
use service::record::{AccountStatus, Role};
use service::value::Timestamp;

use super::steps::{Action, CURRENCIES, Expectation, Step, UNKNOWN};

pub(crate) use movements::day_in;

/// An amount in minor units.
pub(crate) type Minor = i128;

/// The most that an amount, a balance and a day's total can be.
pub(crate) const MINOR_MAX: Minor = (1 << 63) - 1;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct User {
    pub(crate) full_name: String,
    pub(crate) email: Option<String>,
    pub(crate) zone: &'static str,
    pub(crate) version: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) owner: Option<usize>,
    pub(crate) name: String,
    pub(crate) currency: usize,
    pub(crate) balance: Minor,
    pub(crate) minimum: Option<Minor>,
    pub(crate) status: AccountStatus,
    pub(crate) colour: Option<&'static str>,
    pub(crate) version: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transaction {
    /// 0 credit, 1 debit, 2 transfer.
    pub(crate) kind: usize,
    pub(crate) is_posted: bool,
    pub(crate) source: usize,
    pub(crate) destination: usize,
    pub(crate) amount: Minor,
    pub(crate) currency: usize,
    pub(crate) date: Timestamp,
    pub(crate) description: Option<&'static str>,
    pub(crate) category: Option<&'static str>,
    pub(crate) reference: Option<&'static str>,
    pub(crate) colour: Option<&'static str>,
    /// What it is a refund of.
    pub(crate) refund_of: Option<usize>,
    pub(crate) refunded: Option<Minor>,
    pub(crate) version: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) is_revoked: bool,
}

/// A request whose numbers and versions are worked out.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) action: Action,
    pub(crate) precondition: Precondition,
    pub(crate) key: Option<u8>,
    pub(crate) dry_run: bool,
}

/// A success; ids stand in the document as `account 3` or `transaction 0`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Success {
    pub(crate) status: AnswerStatus,
    pub(crate) document: Value,
    pub(crate) replayed: bool,
    pub(crate) dry_run: bool,
}

/// A refusal: the code, and the members that the contract gives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) members: Value,
}

impl Refusal {
    fn of(code: &'static str) -> Self {
        Self {
            code,
            members: json!({}),
        }
    }
}

type Outcome = Result<(AnswerStatus, Value), Refusal>;

/// The whole ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) users: BTreeMap<usize, User>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) keys: Vec<Key>,
    /// By key: the request, and its answer.
    answers: BTreeMap<u8, (String, Success)>,
    /// Accounts that the command under way has made or changed.
    touched: Vec<usize>,
}

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
        match action.clone() {
            Action::Transfer(source, destination, currency, details) => {
                Action::Transfer(account(source), account(destination), currency, details)
            }
            Action::Edit(number, edit) => Action::Edit(transaction(number), edit),
            Action::Void(number) => Action::Void(transaction(number)),
            Action::Restore(number) => Action::Restore(transaction(number)),
            Action::Refund(number, amount) => Action::Refund(transaction(number), amount),
            Action::UpdateAccount(number, minimum, status, colour) => {
                Action::UpdateAccount(account(number), minimum, status, colour)
            }
            Action::RevokeKey(number, by) => Action::RevokeKey(within(number, self.keys.len()), by),
            other => other,
        }
    }

    fn version_of(&self, action: &Action) -> Option<i64> {
        match action {
            Action::Edit(number, _) | Action::Void(number) | Action::Restore(number) | Action::Refund(number, _) => {
                self.transactions.get(*number).map(|transaction| transaction.version)
            }
            Action::UpdateAccount(number, ..) => self.accounts.get(*number).map(|account| account.version),
            Action::PutUser(number, ..) | Action::PatchUser(number, ..) => {
                self.users.get(number).map(|user| user.version)
            }
            _ => None,
        }
    }

    /// What the contract answers to a request that is recorded at `now`.
    pub(crate) fn ask(&mut self, asked: &Asked, now: Timestamp) -> Result<Success, Refusal> {
        let request = format!("{:?}", asked.action);
        if let Some((known, answer)) = asked.key.and_then(|key| self.answers.get(&key)) {
            return if *known == request {
                Ok(Success {
                    replayed: true,
                    ..answer.clone()
                })
            } else {
                let members = json!({"resource_id": answer.document["id"]});
                Err(Refusal {
                    code: "idempotency_key_reused",
                    members,
                })
            };
        }
        let mut copy = self.clone();
        copy.touched.clear();
        let (status, document) = copy.carry_out(&asked.action, &asked.precondition, now)?;
        let answer = Success {
            status: if asked.dry_run { AnswerStatus::Ok } else { status },
            document,
            replayed: false,
            dry_run: asked.dry_run,
        };
        if !asked.dry_run {
            if let Some(key) = asked.key {
                copy.answers.insert(key, (request, answer.clone()));
            }
            *self = copy;
        }
        Ok(answer)
    }

    fn carry_out(&mut self, action: &Action, expected: &Precondition, now: Timestamp) -> Outcome {
        match action {
            Action::Credit(user, account, currency, details) => {
                self.create(0, *user, *account, *currency, details, now)
            }
            Action::Debit(user, account, currency, details) => self.create(1, *user, *account, *currency, details, now),
            Action::Transfer(source, destination, currency, details) => {
                self.transfer(*source, *destination, *currency, details, now)
            }
            Action::Edit(number, edit) => self.edit(*number, edit, expected),
            Action::Void(number) => self.set_posted(*number, false, expected),
            Action::Restore(number) => self.set_posted(*number, true, expected),
            Action::Refund(number, amount) => self.refund(*number, *amount, expected, now),
            Action::PutUser(user, name, zone, email) => self.put_user(*user, name, *zone, *email, expected),
            Action::PatchUser(user, name, zone, email) => self.patch_user(*user, *name, *zone, *email, expected),
            Action::CreateAccount(user, name, currency, minimum) => {
                self.create_account(*user, name, *currency, *minimum)
            }
            Action::UpdateAccount(number, minimum, status, colour) => {
                self.update_account(*number, *minimum, *status, *colour, expected)
            }
            Action::CreateKey(name, role) => Ok(self.create_key(name, *role)),
            Action::RevokeKey(number, by) => self.revoke_key(*number, *by),
        }
    }
}

/// Refuses a version that the caller did not expect.
fn check_version(expected: &Precondition, current: Option<i64>) -> Result<(), Refusal> {
    let holds = match (expected, current) {
        (Precondition::Any, _) | (Precondition::Exists, Some(_)) | (Precondition::Absent, None) => true,
        (Precondition::VersionIn(versions), Some(current)) => versions.contains(&current),
        _ => false,
    };
    if holds {
        Ok(())
    } else {
        Err(Refusal {
            code: "version_mismatch",
            members: json!({"current_version": current}),
        })
    }
}

/// An amount in minor units; what the currency does not have is refused.
fn minor(text: &str, currency: usize) -> Result<Minor, Refusal> {
    let places = CURRENCIES[currency].1;
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if part.len() > places {
        return Err(Refusal::of("validation_failed"));
    }
    let digits = format!("{whole}{part:0<places$}");
    let minor: Minor = digits.parse().expect("the generator writes digits");
    if minor > MINOR_MAX {
        return Err(Refusal::of("validation_failed"));
    }
    Ok(sign * minor)
}

/// An amount as the contract shows it.
pub(crate) fn show(minor: Minor, currency: usize) -> String {
    let places = CURRENCIES[currency].1;
    let digits = format!("{:0>width$}", minor.abs(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let sign = if minor < 0 { "-" } else { "" };
    if part.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}
