//! Invariant 6 for refunds: what a transaction says was given back is what its posted refunds give back, and they go the
//! other way.

use entity::transaction;
use sea_orm::Value;
use uuid::Uuid;

use super::scan::Scan;
use super::{Audit, Invariant};
use crate::LedgerError;
use crate::record::{TransactionRelation, TransactionStatus};

/// The ledger's refunds in the order of what they refund, to be held against the transactions in the order of their ids.
pub(super) struct Refunds {
    children: Scan<transaction::Model>,
}

impl Refunds {
    pub(super) fn of(ledger_id: i64) -> Self {
        let children = Scan::new(
            "SELECT * FROM transactions WHERE ledger_id = $1 AND parent_id IS NOT NULL AND (parent_id, id) > ($2, $3)
                ORDER BY parent_id, id LIMIT 500",
            ledger_id,
            vec![Value::from(Uuid::nil()), Value::from(Uuid::nil())],
            |row: &transaction::Model| vec![row.parent_id.into(), row.id.into()],
        );
        Self { children }
    }

    /// Holds the next transaction against its refunds.
    pub(super) async fn check(
        &mut self,
        audit: &mut Audit<'_>,
        original: &transaction::Model,
    ) -> Result<(), LedgerError> {
        let (view, id) = (audit.view, original.id);
        while let Some(orphan) = self.children.next_if(view, |child| child.parent_id < Some(id)).await? {
            tell_orphan(audit, &orphan);
        }
        let mut sum = 0_i128;
        while let Some(child) = self.children.next_if(view, |child| child.parent_id == Some(id)).await? {
            sum = sum.saturating_add(i128::from(given_back(&child)));
            if original.refunded.is_none() {
                tell_orphan(audit, &child);
            }
            audit.require(is_reverse(original, &child), Invariant::Limits, || {
                format!("transaction {} does not go the other way than {id}", child.id)
            });
        }
        let Some(told) = original.refunded else {
            return Ok(());
        };
        audit.require(i128::from(told) == sum, Invariant::Limits, || {
            format!("{told} minor units of transaction {id} were refunded, its refunds give {sum} back")
        });
        let is_posted = original.status == TransactionStatus::Posted.as_str();
        audit.require(is_posted || sum == 0, Invariant::Limits, || {
            format!("transaction {id} is voided, and its refunds stand")
        });
        Ok(())
    }

    /// Nothing is refunded that is not there.
    pub(super) async fn finish(&mut self, audit: &mut Audit<'_>) -> Result<(), LedgerError> {
        while let Some(orphan) = self.children.next(audit.view).await? {
            tell_orphan(audit, &orphan);
        }
        Ok(())
    }
}

fn given_back(child: &transaction::Model) -> i64 {
    let is_refund = child.relation.as_deref() == Some(TransactionRelation::Refund.as_str());
    if is_refund && child.status == TransactionStatus::Posted.as_str() {
        child.amount
    } else {
        0
    }
}

/// Whether a refund moves the same money back.
fn is_reverse(original: &transaction::Model, child: &transaction::Model) -> bool {
    child.source_account_id == original.destination_account_id
        && child.destination_account_id == original.source_account_id
        && child.currency == original.currency
}

fn tell_orphan(audit: &mut Audit<'_>, child: &transaction::Model) {
    let detail = format_args!(
        "transaction {} refunds one that is absent, or was never refunded",
        child.id
    );
    audit.fail(Invariant::Limits, detail);
}
