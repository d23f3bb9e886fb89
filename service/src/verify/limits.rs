//! Invariant 5 for spending limits: each row equals the document of its newest event, and its versions are 1 … n. One that
//! was deleted keeps its row.

use std::collections::HashSet;

use entity::limit;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Value};
use uuid::Uuid;

use super::Audit;
use super::births::{absent, ids};
use super::scan::{Scan, find_events, later_events};
use super::transactions::tell_orphan;
use super::versions::{Told, check_newest};
use crate::LedgerError;
use crate::query::rows;
use crate::record::Record;

/// Holds the events that made limits against their rows; `made` are positions and ids.
pub(super) async fn check_made(audit: &mut Audit<'_>, made: &[(i64, String)]) -> Result<(), LedgerError> {
    if made.is_empty() {
        return Ok(());
    }
    let found: HashSet<Uuid> = limit::Entity::find()
        .filter(limit::Column::LedgerId.eq(audit.ledger.id))
        .filter(limit::Column::Id.is_in(ids(made)))
        .select_only()
        .column(limit::Column::Id)
        .into_tuple()
        .all(&**audit.view)
        .await?
        .into_iter()
        .collect();
    for (position, name) in made {
        if !Uuid::parse_str(name).is_ok_and(|id| found.contains(&id)) {
            absent(audit, *position, "limit", name);
        }
    }
    Ok(())
}

/// Checks every limit of the ledger.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let mut later = later_events(ledger_id, "limits/");
    let mut limits: Scan<limit::Model> = Scan::new(
        "SELECT * FROM limits WHERE ledger_id = $1 AND id > $2 ORDER BY id LIMIT 500",
        ledger_id,
        vec![Value::from(Uuid::nil())],
        |row| vec![row.id.into()],
    );
    loop {
        let page = limits.next_page(view).await?;
        if page.is_empty() {
            break;
        }
        let newest = find_events(view, ledger_id, page.iter().map(|row| row.position)).await?;
        for row in page {
            audit.counts.limits = audit.counts.limits.saturating_add(1);
            let told = Told {
                name: format!("limit {}", row.id),
                subject: format!("limits/{}", row.id),
                version: row.version,
                position: row.position,
                record: record(audit, row),
            };
            check_newest(audit, told, &newest, &mut later).await?;
        }
    }
    while let Some(event) = later.next(view).await? {
        tell_orphan(audit, &event);
    }
    Ok(())
}

fn record(audit: &Audit<'_>, row: limit::Model) -> Option<Record> {
    let limit = rows::limit(row, &audit.currencies).ok()?;
    Some(Record::Limit(limit.record()))
}
