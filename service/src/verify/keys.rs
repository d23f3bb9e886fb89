//! Invariant 5 for API keys: each row is as its events recorded it.
//!
//! But for the hash of its secret, which no event holds: whoever may write to the table can let another secret in, and
//! that is not found here.

use std::collections::HashMap;

use entity::{api_key, event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Value};
use uuid::Uuid;

use super::births::{absent, ids};
use super::scan::{Scan, find_events, later_events};
use super::transactions::tell_orphan;
use super::{Audit, Invariant, document};
use crate::LedgerError;
use crate::record::{KeyRecord, Record, Role};
use crate::value::Timestamp;

/// Holds keys against the events that made them: all but when they were revoked. A row that names the event that made it
/// is held against that one by [`check`]. `made` are positions and ids.
pub(super) async fn check_made(audit: &mut Audit<'_>, made: &[(i64, String)]) -> Result<(), LedgerError> {
    if made.is_empty() {
        return Ok(());
    }
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let rows: HashMap<Uuid, api_key::Model> = api_key::Entity::find()
        .filter(api_key::Column::LedgerId.eq(ledger_id))
        .filter(api_key::Column::Id.is_in(ids(made)))
        .all(&**view)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let events = find_events(view, ledger_id, made.iter().map(|(position, _)| *position)).await?;
    for (position, name) in made {
        match Uuid::parse_str(name).ok().and_then(|id| rows.get(&id)) {
            Some(row) if row.position == *position => {}
            Some(row) => {
                let made = events.get(position).and_then(recorded).map(|record| KeyRecord {
                    revoked_at: row.revoked_at.map(Timestamp::from_micros),
                    ..record
                });
                let is_as_made = made.is_some() && made == record(audit, row);
                audit.require(is_as_made, Invariant::Documents, || {
                    format!("API key {} is not as event {position} made it", row.id)
                });
            }
            None => absent(audit, *position, "API key", name),
        }
    }
    Ok(())
}

/// Checks every key of the ledger: that its row names the key's newest event, and is as that one recorded it.
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
        last = Some(event);
    }
    let (id, position) = (row.id, row.position);
    let first = named.filter(|event| event.subject == subject && event.subject_version == 1);
    let detail = match last.as_ref().or(first) {
        _ if last.is_none() && row.revoked_at.is_some() => {
            format!("API key {id} is revoked, and no event tells of it")
        }
        Some(newest) if newest.position == position => {
            let recorded = recorded(newest);
            if recorded.is_some() && recorded == record(audit, row) {
                return Ok(());
            }
            format!("API key {id} is not as its newest event {position} recorded it")
        }
        _ => format!("API key {id} names event {position}, which is not its newest"),
    };
    audit.fail(Invariant::Documents, detail);
    Ok(())
}

/// The key that an event recorded; whatever is wrong with its document was told when the journal was read.
fn recorded(event: &event::Model) -> Option<KeyRecord> {
    match document::read(event) {
        Ok(Record::Key(record)) => Some(record),
        _ => None,
    }
}

/// The key that a row tells of; `None` where its role is unknown.
fn record(audit: &Audit<'_>, row: &api_key::Model) -> Option<KeyRecord> {
    Some(KeyRecord {
        id: row.id,
        name: row.name.clone(),
        role: Role::from_name(&row.role)?,
        ledger: audit.ledger.name.clone(),
        prefix: row.prefix.clone(),
        created_at: Timestamp::from_micros(row.created_at),
        expires_at: row.expires_at.map(Timestamp::from_micros),
        revoked_at: row.revoked_at.map(Timestamp::from_micros),
    })
}
