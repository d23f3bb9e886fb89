//! Section 5.

use serde_json::{Value, json};
use service::AnswerStatus;
use service::ledger::Precondition;
use service::record::AccountStatus;

use super::amounts::minor;
use super::documents::metadata;
use super::{Account, Minor, Model, Outcome, Refusal, check_version, show};
use crate::steps::{CURRENCIES, USERS};

impl Account {
    /// What is neither spent nor promised.
    pub(super) fn available(&self) -> Minor {
        self.balance - self.held_out
    }
}

impl Model {
    pub(super) fn create_account(
        &mut self,
        owner: Option<usize>,
        name: &str,
        currency: usize,
        minimum: Option<&str>,
    ) -> Outcome {
        if owner.is_some_and(|owner| !self.users.contains_key(&owner)) {
            return Err(Refusal::of("user_not_found"));
        }
        let minimum = minimum.map(|text| minor(text, currency)).transpose()?;
        let known = self.find_account(owner, name, currency);
        if known.is_some() || (owner.is_none() && name == "world") {
            let members = json!({"resource_id": known.map(|number| format!("account {number}"))});
            return Err(Refusal {
                code: "account_exists",
                members,
            });
        }
        let number = self.make_account(owner, name, currency, minimum);
        Ok((AnswerStatus::Created, self.account_document(number)))
    }

    pub(super) fn find_account(&self, owner: Option<usize>, name: &str, currency: usize) -> Option<usize> {
        let is_it = |account: &Account| (account.owner, account.currency) == (owner, currency) && account.name == name;
        self.accounts.iter().position(is_it)
    }

    pub(super) fn make_account(
        &mut self,
        owner: Option<usize>,
        name: &str,
        currency: usize,
        minimum: Option<Minor>,
    ) -> usize {
        self.accounts.push(Account {
            owner,
            name: name.to_owned(),
            currency,
            balance: 0,
            held_out: 0,
            held_in: 0,
            minimum,
            status: AccountStatus::Open,
            colour: None,
            version: 1,
        });
        let number = self.accounts.len() - 1;
        self.touched.push(number);
        number
    }

    pub(super) fn update_account(
        &mut self,
        number: usize,
        minimum: Option<Option<&str>>,
        status: Option<AccountStatus>,
        colour: Option<&'static str>,
        expected: &Precondition,
    ) -> Outcome {
        let Some(old) = self.accounts.get(number).cloned() else {
            return Err(Refusal::of("account_not_found"));
        };
        let is_world = old.owner.is_none() && old.name == "world";
        if is_world && (minimum.is_some() || status.is_some() || colour.is_some()) {
            return Err(Refusal::of("validation_failed"));
        }
        let mut new = old.clone();
        if let Some(minimum) = minimum {
            new.minimum = minimum.map(|text| minor(text, old.currency)).transpose()?;
        }
        new.status = status.unwrap_or(old.status);
        new.colour = colour.or(old.colour);
        check_version(expected, Some(old.version))?;
        if new == old {
            return Ok((AnswerStatus::Ok, self.account_document(number)));
        }
        let (was, is) = (old.status, new.status);
        if was == AccountStatus::Closed && (is, new.minimum) != (was, old.minimum) {
            return Err(self.about_account("account_closed", number));
        }
        let is_empty = (old.balance, old.held_out, old.held_in) == (0, 0, 0);
        if is == AccountStatus::Closed && was != AccountStatus::Closed && !is_empty {
            return Err(self.about_account("account_not_empty", number));
        }
        if let Some(minimum) = new.minimum
            && new.minimum != old.minimum
            && minimum > old.available()
        {
            return Err(self.insufficient(number, minimum));
        }
        new.version += 1;
        self.accounts[number] = new;
        Ok((AnswerStatus::Ok, self.account_document(number)))
    }

    pub(super) fn about_account(&self, code: &'static str, number: usize) -> Refusal {
        Refusal {
            code,
            members: json!({"account_id": format!("account {number}")}),
        }
    }

    pub(super) fn insufficient(&self, number: usize, minimum: Minor) -> Refusal {
        let account = &self.accounts[number];
        Refusal {
            code: "insufficient_funds",
            members: json!({
                "account_id": format!("account {number}"), "available": show(account.available(), account.currency),
                "minimum_balance": show(minimum, account.currency),
            }),
        }
    }

    pub(crate) fn account_document(&self, number: usize) -> Value {
        let account = &self.accounts[number];
        let shown = |minor: Minor| show(minor, account.currency);
        json!({
            "id": format!("account {number}"), "user_id": account.owner.map(|owner| USERS[owner]),
            "name": account.name, "currency": CURRENCIES[account.currency].0,
            "kind": if account.owner.is_some() { "user" } else { "system" },
            "balance": shown(account.balance), "held_out": shown(account.held_out), "held_in": shown(account.held_in),
            "available": shown(account.available()), "minimum_balance": account.minimum.map(shown),
            "status": account.status.as_str(), "metadata": metadata(account.colour),
            "version": account.version,
        })
    }
}
