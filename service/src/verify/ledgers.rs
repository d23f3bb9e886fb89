//! Invariant 5 for ledgers: how far one is closed, and how it is set up, is as the newest events recorded it, and the
//! versions of both are 1 … n.

use std::collections::HashMap;

use entity::{event, ledger};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::births::{absent, ids};
use super::scan::{find_events, later_events};
use super::transactions::tell_orphan;
use super::{Audit, Invariant, document};
use crate::LedgerError;
use crate::database::{MAIN_LEDGER, MAIN_LEDGER_ID};
use crate::query::rows::{day_of, ledger_setup};
use crate::record::{ClosingRecord, LedgerRecord, Record};
use crate::value::Timestamp;

/// What events call the period close of their ledger.
const CLOSING: &str = "ledgers/closing";

/// Checks the ledger's row.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let (view, ledger) = (audit.view, audit.ledger);
    let setup = format!("ledgers/{}", ledger.uuid);
    let (mut closed, mut set_up) = (1, 1);
    let mut later = later_events(ledger.id, "ledgers/");
    while let Some(event) = later.next(view).await? {
        let version = match event.subject.as_str() {
            CLOSING => Some(&mut closed),
            subject if subject == setup => Some(&mut set_up),
            _ => None,
        };
        match version {
            Some(version) if event.subject_version == i64::saturating_add(*version, 1) => {
                *version = event.subject_version;
            }
            _ => tell_orphan(audit, &event),
        }
    }
    check_closing(audit, closed).await?;
    check_setup(audit, set_up).await
}

async fn check_closing(audit: &mut Audit<'_>, newest: i64) -> Result<(), LedgerError> {
    let (view, ledger) = (audit.view, audit.ledger);
    let row = ClosingRecord {
        closed_through: ledger.closed_through.map(day_of),
        version: ledger.closing_version,
        updated_at: ledger.closing_updated_at.map(Timestamp::from_micros),
    };
    let events = find_events(view, ledger.id, ledger.closing_position).await?;
    let recorded = ledger.closing_position.and_then(|position| events.get(&position));
    let recorded = recorded.and_then(|event| match document::read(event) {
        Ok(Record::Closing(record)) => Some(record),
        _ => None,
    });
    let holds = match &recorded {
        Some(recorded) => *recorded == row && row.version == newest,
        None => (row.closed_through, row.version) == (None, 0) && ledger.closing_position.is_none(),
    };
    audit.counts.closings = u64::from(row.version > 0);
    audit.require(holds, Invariant::Documents, || {
        "the ledger is not closed as its newest event recorded it".to_owned()
    });
    Ok(())
}

/// Settings that were never changed are those that the ledger was made with, as the journal of `main` has it; `main`
/// itself was made by no event.
async fn check_setup(audit: &mut Audit<'_>, newest: i64) -> Result<(), LedgerError> {
    let (view, ledger) = (audit.view, audit.ledger);
    let told = match (ledger.settings_position, ledger.created_position) {
        (Some(position), _) => Some((ledger.id, position)),
        (None, Some(position)) => Some((MAIN_LEDGER_ID, position)),
        (None, None) => None,
    };
    let row = ledger_setup(ledger.clone()).ok().map(|setup| setup.record());
    let holds = match told {
        Some((of, position)) => {
            let events = find_events(view, of, [position]).await?;
            let recorded = events.get(&position).and_then(recorded);
            recorded.is_some() && recorded == row && ledger.settings_version == newest
        }
        None => ledger.name == MAIN_LEDGER && (ledger.settings_version, newest) == (1, 1),
    };
    audit.require(holds, Invariant::Documents, || {
        "the ledger is not set up as its newest event recorded it".to_owned()
    });
    Ok(())
}

/// Holds the events that made ledgers against their rows, in the journal of `main`; `made` are positions and ids.
pub(super) async fn check_made(audit: &mut Audit<'_>, made: &[(i64, String)]) -> Result<(), LedgerError> {
    let made: Vec<_> = made.iter().filter(|(_, name)| name != "closing").cloned().collect();
    if made.is_empty() {
        return Ok(());
    }
    let rows: HashMap<Uuid, ledger::Model> = ledger::Entity::find()
        .filter(ledger::Column::Uuid.is_in(ids(&made)))
        .all(&**audit.view)
        .await?
        .into_iter()
        .map(|row| (row.uuid, row))
        .collect();
    let events = find_events(audit.view, audit.ledger.id, made.iter().map(|(position, _)| *position)).await?;
    for (position, name) in &made {
        let Some(row) = Uuid::parse_str(name).ok().and_then(|id| rows.get(&id)) else {
            absent(audit, *position, "ledger", name);
            continue;
        };
        audit.counts.ledgers = audit.counts.ledgers.saturating_add(1);
        let recorded = events.get(position).and_then(recorded);
        let is_as_made = recorded.is_some_and(|record| {
            (record.name.as_str(), record.created_at.micros()) == (&row.name, row.created_at)
                && row.created_position == Some(*position)
                && audit.ledger.id == MAIN_LEDGER_ID
        });
        audit.require(is_as_made, Invariant::Documents, || {
            format!("ledger {} is not as event {position} made it", row.name)
        });
    }
    Ok(())
}

/// The ledger that an event recorded; whatever is wrong with its document was told when the journal was read.
fn recorded(event: &event::Model) -> Option<LedgerRecord> {
    match document::read(event) {
        Ok(Record::Ledger(record)) => Some(record),
        _ => None,
    }
}
