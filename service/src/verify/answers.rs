//! Invariant 7: what is remembered of an idempotent request leads to its events.

use entity::{event, idempotency_key};
use sea_orm::Value;

use super::scan::{Scan, find_events};
use super::{Audit, Invariant};
use crate::LedgerError;

/// The answers that are remembered: 200, 201 and 204.
const STATUSES: [i64; 3] = [200, 201, 204];

/// Checks every idempotency key.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let mut answers: Scan<idempotency_key::Model> = Scan::new(
        "SELECT * FROM idempotency_keys WHERE ledger_id = $1 AND (scope, key) > ($2, $3)
            ORDER BY scope, key LIMIT 500",
        ledger_id,
        vec![Value::from(""), "".into()],
        |row| vec![row.scope.as_str().into(), row.key.as_str().into()],
    );
    loop {
        let page = answers.next_page(view).await?;
        if page.is_empty() {
            return Ok(());
        }
        let events = find_events(view, ledger_id, page.iter().map(|row| row.answer_position)).await?;
        for row in page {
            audit.counts.idempotency_keys = audit.counts.idempotency_keys.saturating_add(1);
            let event = events.get(&row.answer_position);
            let is_led = event.is_some_and(|event| fits(&row, event)) && row.head_position <= audit.ledger.head;
            audit.require(is_led, Invariant::Answers, || {
                let (key, position) = (&row.key, row.answer_position);
                format!("the idempotency key {key:?} does not lead to its answer, event {position}")
            });
        }
    }
}

/// Whether the event can be the answer: it was there when the key was remembered, and is of a kind that is answered so.
fn fits(row: &idempotency_key::Model, event: &event::Model) -> bool {
    let is_of_account = event.kind.starts_with("account.");
    STATUSES.contains(&row.status)
        && event.recorded_at <= row.created_at
        && event.position <= row.head_position
        && row.overlay.is_some() == is_of_account
        && (row.status == 204) == (event.kind == "key.revoked")
}
