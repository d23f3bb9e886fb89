//! Invariant 6 for refunds: what a transaction says was given back is what its posted refunds give back.

use entity::transaction;
use sea_orm::Value;
use uuid::Uuid;

use super::scan::Scan;
use super::{Audit, Invariant};
use crate::LedgerError;
use crate::record::{TransactionRelation, TransactionStatus};

/// Holds every transaction that was refunded against its refunds, both in the order of its id.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let mut refunded: Scan<transaction::Model> = Scan::new(
        "SELECT * FROM transactions WHERE ledger_id = $1 AND id > $2 AND refunded IS NOT NULL ORDER BY id LIMIT 500",
        ledger_id,
        vec![Value::from(Uuid::nil())],
        |row| vec![row.id.into()],
    );
    let mut children: Scan<transaction::Model> = Scan::new(
        "SELECT * FROM transactions WHERE ledger_id = $1 AND parent_id IS NOT NULL AND (parent_id, id) > ($2, $3)
            ORDER BY parent_id, id LIMIT 500",
        ledger_id,
        vec![Value::from(Uuid::nil()), Value::from(Uuid::nil())],
        |row| vec![row.parent_id.into(), row.id.into()],
    );
    while let Some(original) = refunded.next(view).await? {
        while let Some(orphan) = children
            .next_if(view, |child| child.parent_id < Some(original.id))
            .await?
        {
            tell_orphan(audit, &orphan);
        }
        let mut sum = 0_i128;
        while let Some(child) = children
            .next_if(view, |child| child.parent_id == Some(original.id))
            .await?
        {
            sum = sum.saturating_add(i128::from(given_back(&child)));
            audit.require(is_reverse(&original, &child), Invariant::Limits, || {
                format!(
                    "transaction {} does not go the other way than {}",
                    child.id, original.id
                )
            });
        }
        let is_posted = original.status == TransactionStatus::Posted.as_str();
        audit.require(is_posted || sum == 0, Invariant::Limits, || {
            format!("transaction {} is voided, and its refunds stand", original.id)
        });
        let (id, told) = (original.id, original.refunded.unwrap_or(0));
        audit.require(i128::from(told) == sum, Invariant::Limits, || {
            format!("{told} minor units of transaction {id} were refunded, its refunds give {sum} back")
        });
    }
    while let Some(orphan) = children.next(view).await? {
        tell_orphan(audit, &orphan);
    }
    Ok(())
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
