//! Invariant 7: what is remembered of an idempotent request leads to its events.
//!
//! Nothing else tells that a request had a key, so a row that was removed is not missed.

use entity::{event, idempotency_key};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::scan::{Scan, find_events};
use super::{Audit, Invariant};
use crate::LedgerError;

/// Checks every idempotency key.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let mut answers: Scan<idempotency_key::Model> = Scan::new(
        "SELECT * FROM idempotency_keys WHERE ledger_id = $1 AND key > $2 ORDER BY key LIMIT 500",
        ledger_id,
        vec![Uuid::nil().into()],
        |row| vec![row.key.into()],
    );
    loop {
        let page = answers.next_page(view).await?;
        if page.is_empty() {
            return Ok(());
        }
        let events = find_events(view, ledger_id, page.iter().map(|row| row.answer_position)).await?;
        for row in page {
            audit.counts.idempotency_keys = audit.counts.idempotency_keys.saturating_add(1);
            let is_led = match events.get(&row.answer_position) {
                Some(event) if list_of(&row).is_some() => fits(&row, event) && leads_to_all(audit, &row).await?,
                Some(event) => fits(&row, event) && !is_superseded(audit, &row, event).await?,
                None => false,
            };
            let is_led = is_led && row.head_position <= audit.ledger.head;
            audit.require(is_led, Invariant::Answers, || {
                let (key, position) = (&row.key, row.answer_position);
                format!("the idempotency key {key} does not lead to its answer, event {position}")
            });
        }
    }
}

/// Whether every transaction that the answer lists was made, by then.
async fn leads_to_all(audit: &Audit<'_>, row: &idempotency_key::Model) -> Result<bool, LedgerError> {
    let positions = list_of(row).unwrap_or_default();
    let events = find_events(audit.view, audit.ledger.id, positions.iter().copied()).await?;
    Ok(positions.iter().all(|position| {
        let event = events.get(position);
        *position <= row.head_position && event.is_some_and(|event| event.kind == "transaction.created")
    }))
}

/// The events after which there is nothing to be answered.
const ENDS: [&str; 2] = ["key.revoked", "limit.deleted"];

/// Whether the event can be the answer. What a request made, its last event answers, which the commit that remembers
/// the key recorded. Any other may have changed nothing: then an earlier event answers.
fn fits(row: &idempotency_key::Model, event: &event::Model) -> bool {
    let is_own = event.position == row.head_position && event.recorded_at == row.created_at;
    let is_earlier = event.position <= row.head_position && event.recorded_at <= row.created_at;
    if let Some(positions) = list_of(row) {
        return row.status == 201 && is_earlier && positions.first() == Some(&event.position);
    }
    let is_of_status = match row.status {
        201 => is_own && event.subject_version == 1,
        204 => is_earlier && ENDS.contains(&event.kind.as_str()),
        200 => is_earlier && !ENDS.contains(&event.kind.as_str()),
        _ => false,
    };
    is_of_status && row.overlay.is_some() == event.kind.starts_with("account.")
}

/// The positions of the transactions that the answer lists, where it is one of a list.
fn list_of(row: &idempotency_key::Model) -> Option<Vec<i64>> {
    serde_json::from_str(row.overlay.as_deref()?).ok()
}

/// Whether the event was not that of the newest version any more when the request was answered.
async fn is_superseded(
    audit: &Audit<'_>,
    row: &idempotency_key::Model,
    event: &event::Model,
) -> Result<bool, LedgerError> {
    if event.position == row.head_position {
        return Ok(false);
    }
    let next = event::Entity::find()
        .filter(event::Column::LedgerId.eq(audit.ledger.id))
        .filter(event::Column::Subject.eq(event.subject.as_str()))
        .filter(event::Column::SubjectVersion.gt(event.subject_version))
        // The partial index is found by its own condition alone, which therefore is a literal.
        .filter(Expr::cust("subject_version > 1"))
        .filter(event::Column::Position.lte(row.head_position))
        .one(&**audit.view)
        .await?;
    Ok(next.is_some())
}
