//! Section 11.

use serde_json::json;
use service::AnswerStatus;
use service::ledger::Precondition;
use service::record::TransactionStatus;
use service::value::Timestamp;

use super::amounts::positive;
use super::status::check_status;
use super::{Minor, Model, Outcome, Parent, Refusal, Transaction, check_version, show};

impl Model {
    pub(super) fn refund(
        &mut self,
        number: usize,
        amount: Option<&str>,
        expected: &Precondition,
        now: Timestamp,
    ) -> Outcome {
        let original = self.find_transaction(number)?;
        let amount = amount.map(|text| positive(text, original.currency)).transpose()?;
        check_version(expected, Some(original.version))?;
        check_status(&original, TransactionStatus::Posted, now)?;
        let (source, destination) = (original.destination, original.source);
        self.check_open([source, destination])?;
        self.check_days(&[now])?;
        let remaining = original.amount - original.refunded.unwrap_or(0);
        let amount = match amount {
            None if remaining == 0 => return Err(exceeds(&original)),
            given => given.unwrap_or(remaining),
        };
        self.change_refunded(number, amount)?;
        let changes = [(source, -amount), (destination, amount)];
        self.check_balances(&changes)?;
        self.transactions.push(Transaction {
            kind: [1, 0, 2][original.kind],
            source,
            destination,
            amount,
            date: now,
            description: None,
            reference: None,
            colour: None,
            parent: Some(Parent::RefundOf(number)),
            refunded: None,
            version: 1,
            ..original
        });
        self.check_sums()?;
        self.check_limits(self.transactions.len() - 1, None)?;
        self.shift(&changes)?;
        Ok((
            AnswerStatus::Created,
            self.transaction_document(self.transactions.len() - 1),
        ))
    }

    /// Counts a change of a refund in what it refunds.
    pub(super) fn change_refunded(&mut self, number: usize, change: Minor) -> Result<(), Refusal> {
        let original = &mut self.transactions[number];
        let refunded = original.refunded.unwrap_or(0) + change;
        if refunded > original.amount {
            return Err(exceeds(original));
        }
        original.refunded = Some(refunded);
        original.version += 1;
        Ok(())
    }
}

fn exceeds(original: &Transaction) -> Refusal {
    let remaining = original.amount - original.refunded.unwrap_or(0);
    Refusal {
        code: "amount_exceeds_remaining",
        members: json!({"remaining_amount": show(remaining, original.currency)}),
    }
}
