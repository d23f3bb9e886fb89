//! Invariant 6 for refunds and captures: what a transaction says was given back, or captured, is what its posted refunds or
//! captures move, and they go the way they must.

use entity::transaction;
use sea_orm::Value;
use uuid::Uuid;

use super::scan::Scan;
use super::{Audit, Invariant};
use crate::LedgerError;
use crate::record::{TransactionRelation, TransactionStatus};

/// The ledger's refunds and captures in the order of what they belong to, to be held against the transactions in the order
/// of their ids.
pub(super) struct Children {
    children: Scan<transaction::Model>,
}

impl Children {
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

    /// Holds the next transaction against what belongs to it.
    pub(super) async fn check(
        &mut self,
        audit: &mut Audit<'_>,
        parent: &transaction::Model,
    ) -> Result<(), LedgerError> {
        let (view, id) = (audit.view, parent.id);
        while let Some(orphan) = self.children.next_if(view, |child| child.parent_id < Some(id)).await? {
            tell_orphan(audit, &orphan);
        }
        let (mut refunded, mut captured) = (0_i128, 0_i128);
        while let Some(child) = self.children.next_if(view, |child| child.parent_id == Some(id)).await? {
            let (sum, is_told, goes_right) = match child.relation.as_deref().and_then(TransactionRelation::from_name) {
                Some(TransactionRelation::Refund) => {
                    (&mut refunded, parent.refunded.is_some(), is_reverse(parent, &child))
                }
                Some(TransactionRelation::Capture) => {
                    (&mut captured, parent.captured.is_some(), is_alike(parent, &child))
                }
                None => (&mut 0, false, true),
            };
            *sum = sum.saturating_add(i128::from(moved(&child)));
            if !is_told {
                tell_orphan(audit, &child);
            }
            audit.require(goes_right, Invariant::Limits, || {
                format!("transaction {} does not go the way that {id} tells", child.id)
            });
        }
        check_sums(audit, parent, refunded, captured);
        Ok(())
    }

    /// Nothing belongs to what is not there.
    pub(super) async fn finish(&mut self, audit: &mut Audit<'_>) -> Result<(), LedgerError> {
        while let Some(orphan) = self.children.next(audit.view).await? {
            tell_orphan(audit, &orphan);
        }
        Ok(())
    }
}

/// Holds what the transaction tells of its refunds and captures against what they move.
fn check_sums(audit: &mut Audit<'_>, parent: &transaction::Model, refunded: i128, captured: i128) {
    let id = parent.id;
    for (told, sum, was) in [
        (parent.refunded, refunded, "refunded"),
        (parent.captured, captured, "captured"),
    ] {
        let told = i128::from(told.unwrap_or(0));
        audit.require(told == sum, Invariant::Limits, || {
            format!("{told} minor units of transaction {id} were {was}, what did so sums to {sum}")
        });
    }
    let is_posted = parent.status == TransactionStatus::Posted.as_str();
    audit.require(is_posted || refunded == 0, Invariant::Limits, || {
        format!("transaction {id} is not posted, and its refunds stand")
    });
    let is_hold = parent.captured.is_some();
    let is_of_a_hold = [
        TransactionStatus::Pending,
        TransactionStatus::Captured,
        TransactionStatus::Expired,
    ]
    .iter()
    .any(|status| parent.status == status.as_str());
    audit.require(
        if is_hold { !is_posted } else { !is_of_a_hold },
        Invariant::Limits,
        || format!("transaction {id} is {}, which what it is cannot be", parent.status),
    );
    let is_voided = parent.status == TransactionStatus::Voided.as_str();
    audit.require(!(is_hold && is_voided) || captured == 0, Invariant::Limits, || {
        format!("hold {id} is voided, and its captures stand")
    });
}

/// Minor units that a refund or a capture moves.
fn moved(child: &transaction::Model) -> i64 {
    if child.status == TransactionStatus::Posted.as_str() {
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

/// Whether a capture moves the money that its hold keeps.
fn is_alike(hold: &transaction::Model, child: &transaction::Model) -> bool {
    child.source_account_id == hold.source_account_id
        && child.destination_account_id == hold.destination_account_id
        && child.currency == hold.currency
}

fn tell_orphan(audit: &mut Audit<'_>, child: &transaction::Model) {
    let detail = format_args!(
        "transaction {} belongs to one that is absent, or does not tell of it",
        child.id
    );
    audit.fail(Invariant::Limits, detail);
}
