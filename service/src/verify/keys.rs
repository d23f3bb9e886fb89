//! Invariant 5 for API keys: each row is as its events recorded it.

use entity::{api_key, event};
use sea_orm::Value;
use uuid::Uuid;

use super::scan::{Scan, find_events, later_events};
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
    loop {
        let page = keys.next_page(view).await?;
        if page.is_empty() {
            break;
        }
        let newest = find_events(view, ledger_id, page.iter().map(|row| row.position)).await?;
        for row in page {
            audit.counts.api_keys = audit.counts.api_keys.saturating_add(1);
            check_one(audit, &row, newest.get(&row.position), &mut later).await?;
        }
    }
    while let Some(event) = later.next(view).await? {
        tell_orphan(audit, &event);
    }
    Ok(())
}

async fn check_one(
    audit: &mut Audit<'_>,
    row: &api_key::Model,
    named: Option<&event::Model>,
    later: &mut Scan<event::Model>,
) -> Result<(), LedgerError> {
    let (view, subject) = (audit.view, format!("keys/{}", row.id));
    while let Some(event) = later.next_if(view, |event| event.subject < subject).await? {
        tell_orphan(audit, &event);
    }
    let mut last = None;
    while let Some(event) = later.next_if(view, |event| event.subject == subject).await? {
        last = Some(event.position);
    }
    let is_newest = named.is_some_and(|event| event.subject == subject) && last.is_none_or(|last| last == row.position);
    let is_as_recorded = match named.filter(|_| is_newest).map(document::read) {
        Some(Ok(Record::Key(record))) => {
            (record.revoked_at.map(Timestamp::micros), record.role.as_str()) == (row.revoked_at, &row.role)
        }
        _ => false,
    };
    audit.require(is_as_recorded, Invariant::Documents, || {
        format!("API key {} is not as its newest event recorded it", row.id)
    });
    Ok(())
}
