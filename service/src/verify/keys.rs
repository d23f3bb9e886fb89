//! Invariant 5 for API keys: each row is as its events recorded it.

use entity::api_key;
use sea_orm::Value;
use uuid::Uuid;

use super::scan::{Scan, later_events};
use super::transactions::tell_orphan;
use super::{Audit, Invariant, document};
use crate::LedgerError;
use crate::record::Record;
use crate::value::Timestamp;

/// Checks every key that was made in the ledger: its end, and what it may do.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let mut later = later_events(ledger_id, "keys/");
    let mut keys: Scan<api_key::Model> = Scan::new(
        "SELECT * FROM api_keys WHERE ledger_id = $1 AND id > $2 ORDER BY id LIMIT 500",
        ledger_id,
        vec![Value::from(Uuid::nil())],
        |row| vec![row.id.into()],
    );
    while let Some(row) = keys.next(view).await? {
        audit.counts.api_keys = audit.counts.api_keys.saturating_add(1);
        let subject = format!("keys/{}", row.id);
        while let Some(event) = later.next_if(view, |event| event.subject < subject).await? {
            tell_orphan(audit, &event);
        }
        let mut is_as_recorded = row.revoked_at.is_none();
        while let Some(event) = later.next_if(view, |event| event.subject == subject).await? {
            is_as_recorded = match document::read(&event) {
                Ok(Record::Key(record)) => {
                    (record.revoked_at.map(Timestamp::micros), record.role.as_str()) == (row.revoked_at, &row.role)
                }
                _ => false,
            };
        }
        audit.require(is_as_recorded, Invariant::Documents, || {
            format!("API key {} is not as its newest event recorded it", row.id)
        });
    }
    while let Some(event) = later.next(view).await? {
        tell_orphan(audit, &event);
    }
    Ok(())
}
