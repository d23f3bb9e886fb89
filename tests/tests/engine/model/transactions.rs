//! Section 6.

use serde_json::{Value, json};
use service::AnswerStatus;
use service::ledger::Precondition;
use service::value::Timestamp;

use super::{Minor, Model, Outcome, Refusal, Transaction, User, check_version, minor, show};
use crate::steps::{CURRENCIES, Details, Edit, USERS};

const KINDS: [&str; 3] = ["credit", "debit", "transfer"];

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
        self.check_open([source, destination])?;
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
        let changes = [(source, -amount), (destination, amount)];
        self.check_balances(&changes)?;
        self.transactions.push(Transaction {
            kind,
            is_posted: true,
            source,
            destination,
            amount,
            currency,
            date: details.date.map_or(now, time),
            description: details.description,
            category: details.category,
            reference: details.reference,
            colour: details.colour,
            refund_of: None,
            refunded: None,
            version: 1,
        });
        self.check_days()?;
        self.shift(&changes)?;
        Ok((
            AnswerStatus::Created,
            self.transaction_document(self.transactions.len() - 1),
        ))
    }

    pub(super) fn edit(&mut self, number: usize, edit: &Edit, expected: &Precondition) -> Outcome {
        let old = self.find_transaction(number)?;
        let new = edited(&old, edit)?;
        check_version(expected, Some(old.version))?;
        check_posted(&old, true)?;
        if let Some(refunded) = old.refunded
            && (new.kind != old.kind || new.amount < refunded)
        {
            return Err(not_editable(&old));
        }
        if new == old {
            return Ok((AnswerStatus::Ok, self.transaction_document(number)));
        }
        let moves = (old.amount, old.kind, old.date) != (new.amount, new.kind, new.date);
        if moves {
            self.check_open([new.source, new.destination])?;
        }
        self.check_reference(new.reference, Some(number))?;
        if let Some(original) = old.refund_of.filter(|_| new.amount != old.amount) {
            self.change_refunded(original, new.amount - old.amount)?;
        }
        let changes = [
            (new.source, -new.amount),
            (new.destination, new.amount),
            (old.source, old.amount),
            (old.destination, -old.amount),
        ];
        self.check_balances(&changes)?;
        let kept = self.keep(number, new);
        self.check_days()?;
        if moves {
            self.shift(&changes)?;
        }
        Ok(kept)
    }

    pub(super) fn set_posted(&mut self, number: usize, is_posted: bool, expected: &Precondition) -> Outcome {
        let old = self.find_transaction(number)?;
        check_version(expected, Some(old.version))?;
        check_posted(&old, !is_posted)?;
        if old.refunded.unwrap_or(0) > 0 {
            return Err(not_editable(&old));
        }
        if let Some(original) = old.refund_of {
            check_posted(&self.transactions[original], true)?;
        }
        self.check_open([old.source, old.destination])?;
        let amount = if is_posted { old.amount } else { -old.amount };
        if let Some(original) = old.refund_of {
            self.change_refunded(original, amount)?;
        }
        let changes = [(old.source, -amount), (old.destination, amount)];
        self.check_balances(&changes)?;
        let kept = self.keep(number, Transaction { is_posted, ..old });
        self.check_days()?;
        self.shift(&changes)?;
        Ok(kept)
    }

    fn keep(&mut self, number: usize, new: Transaction) -> (AnswerStatus, Value) {
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

    pub(crate) fn transaction_document(&self, number: usize) -> Value {
        let transaction = &self.transactions[number];
        let user_of = |account: usize| self.accounts[account].owner.map(|owner| USERS[owner]);
        let (source, destination) = (user_of(transaction.source), user_of(transaction.destination));
        let user = [destination, source, None][transaction.kind];
        let mut document = json!({
            "id": format!("transaction {number}"), "type": KINDS[transaction.kind],
            "status": if transaction.is_posted { "posted" } else { "voided" },
            "user_id": user,
            "source_account_id": format!("account {}", transaction.source), "source_user_id": source,
            "destination_account_id": format!("account {}", transaction.destination),
            "destination_user_id": destination,
            "amount": show(transaction.amount, transaction.currency),
            "currency": CURRENCIES[transaction.currency].0,
            "transaction_date": transaction.date, "description": transaction.description,
            "category": transaction.category, "reference": transaction.reference,
            "metadata": metadata(transaction.colour), "parent_id": null, "version": transaction.version,
        });
        if let Some(original) = transaction.refund_of {
            document["parent_id"] = format!("transaction {original}").into();
            document["relation"] = "refund".into();
        }
        if let Some(refunded) = transaction.refunded {
            document["refunded_amount"] = show(refunded, transaction.currency).into();
        }
        document
    }
}

fn edited(old: &Transaction, edit: &Edit) -> Result<Transaction, Refusal> {
    let mut new = old.clone();
    if let Some(amount) = edit.amount {
        new.amount = positive(amount, old.currency)?;
    }
    if let Some(kind) = edit.kind.filter(|kind| *kind != old.kind) {
        if kind == 2 || old.kind == 2 || old.refund_of.is_some() {
            return Err(Refusal::of("validation_failed"));
        }
        new.kind = kind;
        (new.source, new.destination) = (old.destination, old.source);
    }
    new.date = edit.date.map_or(old.date, time);
    new.description = edit.description.unwrap_or(old.description);
    new.category = edit.category.unwrap_or(old.category);
    new.reference = edit.reference.unwrap_or(old.reference);
    new.colour = edit.colour.unwrap_or(old.colour);
    Ok(new)
}

pub(super) fn check_posted(transaction: &Transaction, needed: bool) -> Result<(), Refusal> {
    if transaction.is_posted == needed {
        return Ok(());
    }
    Err(not_editable(transaction))
}

fn not_editable(transaction: &Transaction) -> Refusal {
    let current_status = if transaction.is_posted { "posted" } else { "voided" };
    Refusal {
        code: "transaction_not_editable",
        members: json!({"current_status": current_status}),
    }
}

pub(super) fn positive(text: &str, currency: usize) -> Result<Minor, Refusal> {
    let amount = minor(text, currency)?;
    if amount > 0 {
        Ok(amount)
    } else {
        Err(Refusal::of("validation_failed"))
    }
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("the generator writes times")
}

/// The caller's own members: a colour, or none.
pub(super) fn metadata(colour: Option<&str>) -> Value {
    colour.map_or_else(|| json!({}), |colour| json!({"colour": colour}))
}
