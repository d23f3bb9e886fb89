//! How the contract shows a transaction.

use serde_json::{Value, json};

use super::{Model, Parent, show};
use crate::steps::{CURRENCIES, USERS};

const KINDS: [&str; 3] = ["credit", "debit", "transfer"];

impl Model {
    pub(crate) fn transaction_document(&self, number: usize) -> Value {
        let transaction = &self.transactions[number];
        let user_of = |account: usize| self.accounts[account].owner.map(|owner| USERS[owner]);
        let (source, destination) = (user_of(transaction.source), user_of(transaction.destination));
        let user = [destination, source, None][transaction.kind];
        let mut document = json!({
            "id": format!("transaction {number}"), "type": KINDS[transaction.kind],
            "status": transaction.status.as_str(), "user_id": user,
            "source_account_id": format!("account {}", transaction.source), "source_user_id": source,
            "destination_account_id": format!("account {}", transaction.destination),
            "destination_user_id": destination,
            "amount": show(transaction.amount, transaction.currency),
            "currency": CURRENCIES[transaction.currency].0,
            "transaction_date": transaction.date, "description": transaction.description,
            "category": transaction.category, "reference": transaction.reference,
            "metadata": metadata(transaction.colour), "parent_id": null, "version": transaction.version,
        });
        if let Some(parent) = transaction.parent {
            let (relation, number) = match parent {
                Parent::RefundOf(number) => ("refund", number),
                Parent::CaptureOf(number) => ("capture", number),
            };
            document["parent_id"] = format!("transaction {number}").into();
            document["relation"] = relation.into();
        }
        if let Some(refunded) = transaction.refunded {
            document["refunded_amount"] = show(refunded, transaction.currency).into();
        }
        if let Some(hold) = transaction.hold {
            document["captured_amount"] = show(hold.captured, transaction.currency).into();
            document["remaining_amount"] = show(transaction.held(), transaction.currency).into();
            document["expires_at"] = json!(hold.expires_at);
        }
        document
    }
}

/// The caller's own members: a colour, or none.
pub(super) fn metadata(colour: Option<&str>) -> Value {
    colour.map_or_else(|| json!({}), |colour| json!({"colour": colour}))
}
