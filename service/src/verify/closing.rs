//! Invariant 5 for the period close: the ledger's row is as its newest event recorded it, and its versions are 1 … n.

use super::scan::{find_events, later_events};
use super::transactions::tell_orphan;
use super::{Audit, Invariant, document};
use crate::LedgerError;
use crate::query::rows::day_of;
use crate::record::{ClosingRecord, Record};
use crate::value::Timestamp;

/// Checks the ledger's row.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let (view, ledger) = (audit.view, audit.ledger);
    let row = ClosingRecord {
        closed_through: ledger.closed_through.map(day_of),
        version: ledger.closing_version,
        updated_at: ledger.closing_updated_at.map(Timestamp::from_micros),
    };
    let mut expected = 2;
    let mut later = later_events(ledger.id, "ledgers/");
    while let Some(event) = later.next(view).await? {
        if event.subject_version != expected {
            tell_orphan(audit, &event);
        }
        expected = expected.saturating_add(1);
    }
    let newest = find_events(view, ledger.id, ledger.closing_position).await?;
    let recorded = ledger.closing_position.and_then(|position| newest.get(&position));
    let recorded = recorded.and_then(|event| match document::read(event) {
        Ok(Record::Closing(record)) => Some(record),
        _ => None,
    });
    let holds = match &recorded {
        Some(recorded) => *recorded == row && row.version == i64::saturating_sub(expected, 1),
        None => (row.closed_through, row.version) == (None, 0) && ledger.closing_position.is_none(),
    };
    audit.counts.closings = u64::from(row.version > 0);
    audit.require(holds, Invariant::Documents, || {
        "the ledger is not closed as its newest event recorded it".to_owned()
    });
    Ok(())
}
