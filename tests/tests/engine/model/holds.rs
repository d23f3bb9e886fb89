//! Section 10.

use serde_json::json;
use service::AnswerStatus;
use service::ledger::Precondition;
use service::record::TransactionStatus;
use service::value::Timestamp;

use super::amounts::positive;
use super::status::{check_status, not_editable};
use super::{Hold, Minor, Model, Outcome, Parent, Refusal, Transaction, check_version, show};

impl Transaction {
    /// What a hold still keeps.
    pub(super) fn held(&self) -> Minor {
        match (self.status, self.hold) {
            (TransactionStatus::Pending, Some(hold)) => self.amount - hold.captured,
            _ => 0,
        }
    }
}

impl Model {
    pub(super) fn capture(
        &mut self,
        number: usize,
        amount: Option<&str>,
        is_final: bool,
        expected: &Precondition,
        now: Timestamp,
    ) -> Outcome {
        let hold = self.find_transaction(number)?;
        let amount = amount.map(|text| positive(text, hold.currency)).transpose()?;
        check_version(expected, Some(hold.version))?;
        check_status(&hold, TransactionStatus::Pending, now)?;
        self.check_open([hold.source, hold.destination])?;
        self.check_days(&[now])?;
        let amount = amount.unwrap_or(hold.held());
        self.change_captured(number, amount, is_final, now)?;
        let changes = [(hold.source, -amount), (hold.destination, amount)];
        self.check_balances(&changes)?;
        self.transactions.push(Transaction {
            status: TransactionStatus::Posted,
            amount,
            date: now,
            reference: None,
            parent: Some(Parent::CaptureOf(number)),
            hold: None,
            version: 1,
            ..hold
        });
        self.check_sums()?;
        self.check_limits(self.transactions.len() - 1, None)?;
        self.shift(&changes)?;
        Ok((
            AnswerStatus::Created,
            self.transaction_document(self.transactions.len() - 1),
        ))
    }

    pub(super) fn void_hold(&mut self, number: usize, expected: &Precondition, now: Timestamp) -> Outcome {
        let old = self.find_transaction(number)?;
        check_version(expected, Some(old.version))?;
        check_status(&old, TransactionStatus::Pending, now)?;
        self.check_open([old.source, old.destination])?;
        let status = match old.hold {
            Some(hold) if hold.captured > 0 => TransactionStatus::Captured,
            _ => TransactionStatus::Voided,
        };
        self.release(number, &old, status)
    }

    /// Keeps the money longer, which a frozen account does not allow.
    pub(super) fn extend(
        &mut self,
        number: usize,
        expires_at: Timestamp,
        expected: &Precondition,
        now: Timestamp,
    ) -> Outcome {
        let old = self.find_transaction(number)?;
        if expires_at <= now {
            return Err(Refusal::of("validation_failed"));
        }
        check_version(expected, Some(old.version))?;
        check_status(&old, TransactionStatus::Pending, now)?;
        let hold = old.hold.map(|hold| Hold {
            expires_at: Some(expires_at),
            ..hold
        });
        if hold == old.hold {
            return Ok((AnswerStatus::Ok, self.transaction_document(number)));
        }
        self.check_open([old.source, old.destination])?;
        Ok(self.keep(number, Transaction { hold, ..old }))
    }

    /// What the sweeper asks for: frozen accounts do not hinder it either.
    pub(super) fn expire(&mut self, number: usize, now: Timestamp) -> Outcome {
        let old = self.find_transaction(number)?;
        if old.status_at(now) == old.status {
            return Ok((AnswerStatus::Ok, self.transaction_document(number)));
        }
        self.release(number, &old, TransactionStatus::Expired)
    }

    fn release(&mut self, number: usize, old: &Transaction, status: TransactionStatus) -> Outcome {
        let kept = self.keep(number, Transaction { status, ..old.clone() });
        self.shift(&[(old.source, 0), (old.destination, 0)])?;
        Ok(kept)
    }

    /// A capture may take more of a hold that still stands, and as much as was kept of one that was captured.
    pub(super) fn check_may_be_captured(&self, number: usize, now: Timestamp) -> Result<(), Refusal> {
        let hold = &self.transactions[number];
        match hold.status_at(now) {
            TransactionStatus::Voided | TransactionStatus::Expired => Err(not_editable(hold, now)),
            _ => Ok(()),
        }
    }

    /// Counts a change of what was captured; nothing is kept on once nothing remains, the capture was the last or the
    /// time is over.
    pub(super) fn change_captured(
        &mut self,
        number: usize,
        change: Minor,
        is_final: bool,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let old = self.find_transaction(number)?;
        let mut hold = old.hold.expect("what is captured is a hold");
        let remaining = old.amount - hold.captured;
        if change > remaining {
            return Err(Refusal {
                code: "amount_exceeds_remaining",
                members: json!({"remaining_amount": show(remaining, old.currency)}),
            });
        }
        hold.captured += change;
        let status = match old.status_at(now) {
            TransactionStatus::Pending if is_final || hold.captured == old.amount => TransactionStatus::Captured,
            status => status,
        };
        let hold = Some(hold);
        let _ = self.keep(number, Transaction { status, hold, ..old });
        Ok(())
    }

    /// What the pending holds keep of an account's money, and announce to it.
    pub(super) fn held(&self, account: usize) -> [Minor; 2] {
        let held = |is_of: &dyn Fn(&Transaction) -> bool| -> Minor {
            let own = self.transactions.iter().filter(|transaction| is_of(transaction));
            own.map(Transaction::held).sum()
        };
        [
            held(&|transaction| transaction.source == account),
            held(&|transaction| transaction.destination == account),
        ]
    }
}
