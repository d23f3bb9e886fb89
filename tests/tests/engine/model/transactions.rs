//! Section 6.

use serde_json::{Value, json};
use service::AnswerStatus;
use service::ledger::Precondition;
use service::record::TransactionStatus;
use service::value::Timestamp;

use super::amounts::positive;
use super::status::{check_status, not_editable};
use super::{Hold, Minor, Model, Outcome, Refusal, Transaction, User, check_version};
use crate::clock::time_of;
use crate::steps::{Details, Edit, USERS};

impl Model {
    pub(super) fn create(
        &mut self,
        kind: usize,
        user: usize,
        account: Option<&str>,
        currency: Option<usize>,
        details: &Details,
        now: Timestamp,
    ) -> Outcome {
        let currency = currency.unwrap_or(0);
        let name = account.unwrap_or("main");
        let own = match self.find_account(Some(user), name, currency) {
            Some(own) => own,
            None if name != "main" => return Err(Refusal::of("account_not_found")),
            None => {
                self.users.entry(user).or_insert_with(|| User {
                    full_name: USERS[user].to_owned(),
                    email: None,
                    zone: "UTC",
                    shown_zone: "UTC",
                    version: 1,
                });
                self.make_account(Some(user), name, currency, None)
            }
        };
        let world = match self.find_account(None, "world", currency) {
            Some(world) => world,
            None => self.make_account(None, "world", currency, None),
        };
        let (source, destination) = if kind == 0 { (world, own) } else { (own, world) };
        self.record(kind, source, destination, currency, details, now)
    }

    pub(super) fn transfer(
        &mut self,
        source: usize,
        destination: usize,
        currency: Option<usize>,
        details: &Details,
        now: Timestamp,
    ) -> Outcome {
        let (Some(from), true) = (self.accounts.get(source), destination < self.accounts.len()) else {
            return Err(Refusal::of("account_not_found"));
        };
        let currency = currency.unwrap_or(from.currency);
        self.record(2, source, destination, currency, details, now)
    }

    fn record(
        &mut self,
        kind: usize,
        source: usize,
        destination: usize,
        currency: usize,
        details: &Details,
        now: Timestamp,
    ) -> Outcome {
        let amount = positive(details.amount, currency)?;
        let hold = details.hold.map(|hold| Hold {
            captured: 0,
            expires_at: hold.expires_in.map(time_of),
        });
        if hold.and_then(|hold| hold.expires_at).is_some_and(|at| at <= now) {
            return Err(Refusal::of("validation_failed"));
        }
        let date = details.date.map_or(now, time);
        self.check_open([source, destination])?;
        if hold.is_none() {
            self.check_days(&[date])?;
        }
        self.check_reference(details.reference, None)?;
        if source == destination {
            return Err(Refusal::of("same_account"));
        }
        if [source, destination]
            .iter()
            .any(|number| self.accounts[*number].currency != currency)
        {
            return Err(Refusal::of("currency_mismatch"));
        }
        let moved = if hold.is_some() { 0 } else { amount };
        let changes = [(source, -moved), (destination, moved)];
        self.check_balances(&changes)?;
        self.transactions.push(Transaction {
            kind,
            status: hold.map_or(TransactionStatus::Posted, |_| TransactionStatus::Pending),
            source,
            destination,
            amount,
            currency,
            date,
            description: details.description,
            category: details.category,
            reference: details.reference,
            colour: details.colour,
            parent: None,
            refunded: None,
            hold,
            version: 1,
        });
        self.check_sums()?;
        self.check_limits(self.transactions.len() - 1, None)?;
        self.shift(&changes)?;
        Ok((
            AnswerStatus::Created,
            self.transaction_document(self.transactions.len() - 1),
        ))
    }

    pub(super) fn edit(&mut self, number: usize, edit: &Edit, expected: &Precondition, now: Timestamp) -> Outcome {
        let old = self.find_transaction(number)?;
        let mut new = edited(&old, edit, now)?;
        check_version(expected, Some(old.version))?;
        let needed = old
            .hold
            .map_or(TransactionStatus::Posted, |_| TransactionStatus::Pending);
        check_status(&old, needed, now)?;
        if let Some(refunded) = old.refunded
            && (new.kind != old.kind || new.amount < refunded)
        {
            return Err(not_editable(&old, now));
        }
        if new.amount > old.amount {
            self.check_parent(&old, now)?;
        }
        if new == old {
            return Ok((AnswerStatus::Ok, self.transaction_document(number)));
        }
        let moves = (old.amount, old.kind, old.date) != (new.amount, new.kind, new.date);
        if moves {
            self.check_open([new.source, new.destination])?;
        }
        if old.hold.is_none() {
            self.check_days(&[old.date, new.date])?;
        }
        self.check_reference(new.reference, Some(number))?;
        self.change_parent(&old, new.amount - old.amount, now)?;
        if new.hold.is_some_and(|hold| hold.captured == new.amount) {
            new.status = TransactionStatus::Captured;
        }
        let [undone, done] = [&old, &new].map(|version| if version.hold.is_some() { 0 } else { version.amount });
        let changes = [
            (new.source, -done),
            (new.destination, done),
            (old.source, undone),
            (old.destination, -undone),
        ];
        self.check_balances(&changes)?;
        let kept = self.keep(number, new);
        self.check_sums()?;
        self.check_limits(number, Some(&old))?;
        if moves {
            self.shift(&changes)?;
        }
        Ok(kept)
    }

    pub(super) fn void(&mut self, number: usize, expected: &Precondition, now: Timestamp) -> Outcome {
        let old = self.find_transaction(number)?;
        if old.hold.is_some() {
            return self.void_hold(number, expected, now);
        }
        check_version(expected, Some(old.version))?;
        check_status(&old, TransactionStatus::Posted, now)?;
        if old.refunded.unwrap_or(0) > 0 {
            return Err(not_editable(&old, now));
        }
        self.set_status(number, &old, TransactionStatus::Voided, -old.amount, now)
    }

    /// A hold stays voided: what it kept may be somebody else's by now.
    pub(super) fn restore(&mut self, number: usize, expected: &Precondition, now: Timestamp) -> Outcome {
        let old = self.find_transaction(number)?;
        check_version(expected, Some(old.version))?;
        check_status(&old, TransactionStatus::Voided, now)?;
        if old.hold.is_some() {
            return Err(not_editable(&old, now));
        }
        self.check_parent(&old, now)?;
        self.set_status(number, &old, TransactionStatus::Posted, old.amount, now)
    }

    /// Moves the transaction's amount, or moves it back.
    fn set_status(
        &mut self,
        number: usize,
        old: &Transaction,
        status: TransactionStatus,
        amount: Minor,
        now: Timestamp,
    ) -> Outcome {
        self.check_open([old.source, old.destination])?;
        self.check_days(&[old.date])?;
        self.change_parent(old, amount, now)?;
        let changes = [(old.source, -amount), (old.destination, amount)];
        self.check_balances(&changes)?;
        let kept = self.keep(number, Transaction { status, ..old.clone() });
        self.check_sums()?;
        self.check_limits(number, Some(old))?;
        self.shift(&changes)?;
        Ok(kept)
    }

    /// Puts the next version in.
    pub(super) fn keep(&mut self, number: usize, new: Transaction) -> (AnswerStatus, Value) {
        let version = new.version + 1;
        self.transactions[number] = Transaction { version, ..new };
        (AnswerStatus::Ok, self.transaction_document(number))
    }

    pub(super) fn find_transaction(&self, number: usize) -> Result<Transaction, Refusal> {
        let found = self.transactions.get(number).cloned();
        found.ok_or_else(|| Refusal::of("transaction_not_found"))
    }

    fn check_reference(&self, reference: Option<&str>, own: Option<usize>) -> Result<(), Refusal> {
        let is_holder = |transaction: &Transaction| reference.is_some() && transaction.reference == reference;
        match self.transactions.iter().position(is_holder) {
            Some(holder) if Some(holder) != own => Err(Refusal {
                code: "reference_taken",
                members: json!({"resource_id": format!("transaction {holder}")}),
            }),
            _ => Ok(()),
        }
    }
}

fn edited(old: &Transaction, edit: &Edit, now: Timestamp) -> Result<Transaction, Refusal> {
    let refused = || Err(Refusal::of("validation_failed"));
    let is_pending = old.status_at(now) == TransactionStatus::Pending;
    let mut new = old.clone();
    if let Some(amount) = edit.amount {
        new.amount = positive(amount, old.currency)?;
    }
    if let Some(kind) = edit.kind.filter(|kind| *kind != old.kind) {
        if kind == 2 || old.kind == 2 || old.parent.is_some() || is_pending {
            return refused();
        }
        new.kind = kind;
        (new.source, new.destination) = (old.destination, old.source);
    }
    new.date = edit.date.map_or(old.date, time);
    if is_pending && (new.date != old.date || old.hold.is_some_and(|hold| new.amount < hold.captured)) {
        return refused();
    }
    new.description = edit.description.unwrap_or(old.description);
    new.category = edit.category.unwrap_or(old.category);
    new.reference = edit.reference.unwrap_or(old.reference);
    new.colour = edit.colour.unwrap_or(old.colour);
    Ok(new)
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("the generator writes times")
}
