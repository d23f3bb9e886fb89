//! What a refund is to its original, and a capture to its hold.

use service::record::TransactionStatus;
use service::value::Timestamp;

use super::status::check_status;
use super::{Minor, Model, Parent, Refusal, Transaction};

impl Model {
    /// More of a parent's money moves only where the parent allows it still.
    pub(super) fn check_parent(&self, child: &Transaction, now: Timestamp) -> Result<(), Refusal> {
        match child.parent {
            Some(Parent::RefundOf(number)) => check_status(&self.transactions[number], TransactionStatus::Posted, now),
            Some(Parent::CaptureOf(number)) => self.check_may_be_captured(number, now),
            None => Ok(()),
        }
    }

    /// Counts a change of a transaction in what it belongs to.
    pub(super) fn change_parent(&mut self, child: &Transaction, change: Minor, now: Timestamp) -> Result<(), Refusal> {
        match child.parent.filter(|_| change != 0) {
            Some(Parent::RefundOf(number)) => self.change_refunded(number, change),
            Some(Parent::CaptureOf(number)) => self.change_captured(number, change, false, now),
            None => Ok(()),
        }
    }
}
