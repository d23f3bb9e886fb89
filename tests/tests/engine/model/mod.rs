//! A ledger written straight from the contract: plain maps, a copy for each command, statistics by recount.

mod accounts;
mod amounts;
mod answers;
mod closing;
mod currencies;
mod documents;
mod holds;
mod keys;
mod limits;
mod lists;
mod movements;
mod parents;
mod refunds;
mod resolve;
mod status;
mod transactions;
mod users;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};
use service::AnswerStatus;
use service::ledger::Precondition;
use service::record::{AccountStatus, Role, TransactionStatus};
use service::value::Timestamp;

use super::clock::time_of;
use super::steps::{Action, KeyName};

pub(crate) use amounts::show;
pub(crate) use limits::Limit;
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
    /// The zone by whose days statistics are shown, and limits are counted.
    pub(crate) shown_zone: &'static str,
    pub(crate) version: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) owner: Option<usize>,
    pub(crate) name: String,
    pub(crate) currency: usize,
    pub(crate) balance: Minor,
    /// What the pending holds of the account keep, as its last change left them.
    pub(crate) held_out: Minor,
    pub(crate) held_in: Minor,
    pub(crate) minimum: Option<Minor>,
    pub(crate) status: AccountStatus,
    pub(crate) colour: Option<&'static str>,
    pub(crate) version: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transaction {
    /// 0 credit, 1 debit, 2 transfer.
    pub(crate) kind: usize,
    pub(crate) status: TransactionStatus,
    pub(crate) source: usize,
    pub(crate) destination: usize,
    pub(crate) amount: Minor,
    pub(crate) currency: usize,
    pub(crate) date: Timestamp,
    pub(crate) description: Option<&'static str>,
    pub(crate) category: Option<&'static str>,
    pub(crate) reference: Option<&'static str>,
    pub(crate) colour: Option<&'static str>,
    pub(crate) parent: Option<Parent>,
    pub(crate) refunded: Option<Minor>,
    /// What makes it a hold.
    pub(crate) hold: Option<Hold>,
    pub(crate) version: i64,
}

/// What a transaction belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Parent {
    RefundOf(usize),
    CaptureOf(usize),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hold {
    pub(crate) captured: Minor,
    pub(crate) expires_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) is_revoked: bool,
}

/// How far the ledger is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Closing {
    /// The last day, in UTC.
    pub(crate) through: Option<NaiveDate>,
    pub(crate) version: i64,
}

/// A request whose numbers and versions are worked out.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) action: Action,
    pub(crate) precondition: Precondition,
    pub(crate) key: Option<KeyName>,
    pub(crate) dry_run: bool,
}

/// A success; ids stand in the document as `account 3` or `transaction 0`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Success {
    pub(crate) status: AnswerStatus,
    pub(crate) document: Value,
    pub(crate) replayed: bool,
    pub(crate) dry_run: bool,
    /// What became of each transaction of a list.
    pub(crate) items: Items,
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
type Items = Vec<Result<Success, Refusal>>;

/// The whole ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) users: BTreeMap<usize, User>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) keys: Vec<Key>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) closing: Closing,
    /// The names of the currencies that it made.
    pub(crate) own_currencies: BTreeMap<usize, &'static str>,
    /// By key: the request, and its answer.
    answers: BTreeMap<KeyName, (String, Success)>,
    /// Accounts that the command under way has made or changed.
    touched: Vec<usize>,
}

impl Model {
    fn carry_out(&mut self, action: &Action, expected: &Precondition, now: Timestamp) -> Outcome {
        match action {
            Action::Credit(user, account, currency, details) => {
                self.create(0, *user, *account, *currency, details, now)
            }
            Action::Debit(user, account, currency, details) => self.create(1, *user, *account, *currency, details, now),
            Action::Transfer(source, destination, currency, details) => {
                self.transfer(*source, *destination, *currency, details, now)
            }
            Action::Edit(number, edit) => self.edit(*number, edit, expected, now),
            Action::Void(number) => self.void(*number, expected, now),
            Action::Restore(number) => self.restore(*number, expected, now),
            Action::Refund(number, amount) => self.refund(*number, *amount, expected, now),
            Action::Capture(number, amount, is_final) => self.capture(*number, *amount, *is_final, expected, now),
            Action::VoidHold(number) => self.void_hold(*number, expected, now),
            Action::Extend(number, phase) => self.extend(*number, time_of(*phase), expected, now),
            Action::Expire(number) => self.expire(*number, now),
            Action::PutUser(user, name, zone, email) => self.put_user(*user, name, *zone, *email, expected),
            Action::PatchUser(user, name, zone, email) => self.patch_user(*user, *name, *zone, *email, expected),
            Action::CreateAccount(user, name, currency, minimum) => {
                self.create_account(*user, name, *currency, *minimum)
            }
            Action::UpdateAccount(number, minimum, status, colour) => {
                self.update_account(*number, *minimum, *status, *colour, expected)
            }
            Action::Close(day) => self.close_through(*day, expected),
            Action::CreateCurrency(number, name, is_other) => self.create_currency(*number, name, *is_other),
            Action::List(..) => unreachable!("a list is many requests"),
            Action::CreateLimit(name, limit) => self.create_limit(name, limit),
            Action::UpdateLimit(number, edit) => self.update_limit(*number, edit, expected),
            Action::DeleteLimit(number) => self.delete_limit(*number, expected),
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
