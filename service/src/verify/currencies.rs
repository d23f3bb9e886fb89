//! Invariant 5 for currencies: each of the ledger's own is as the event that made it recorded it.
//!
//! Those of ISO 4217 have no event. Their exponents are in every amount that an event tells of.

use std::collections::HashSet;

use entity::{currency, event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::births::absent;
use super::scan::find_events;
use super::{Audit, Invariant, document};
use crate::LedgerError;
use crate::money::{Currency, CurrencyCode};
use crate::record::{CurrencyKind, CurrencyRecord, Record};
use crate::value::Timestamp;

/// Holds the events that made currencies against their rows; `made` are positions and codes.
pub(super) async fn check_made(audit: &mut Audit<'_>, made: &[(i64, String)]) -> Result<(), LedgerError> {
    if made.is_empty() {
        return Ok(());
    }
    let rows = currency::Entity::find()
        .filter(currency::Column::LedgerId.eq(audit.ledger.id))
        .filter(currency::Column::Code.is_in(made.iter().map(|(_, code)| code.as_str())))
        .all(&**audit.view)
        .await?;
    let found: HashSet<String> = rows.into_iter().map(|row| row.code).collect();
    for (position, code) in made.iter().filter(|(_, code)| !found.contains(code)) {
        absent(audit, *position, "currency", code);
    }
    Ok(())
}

/// Checks every currency of the ledger, of which there are not many.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let rows = currency::Entity::find()
        .filter(currency::Column::LedgerId.eq(ledger_id))
        .all(&**view)
        .await?;
    let events = find_events(view, ledger_id, rows.iter().filter_map(|row| row.position)).await?;
    for row in &rows {
        let code = &row.code;
        match row.position {
            Some(position) => {
                audit.counts.currencies = audit.counts.currencies.saturating_add(1);
                let recorded = events.get(&position).and_then(recorded);
                audit.require(
                    recorded.is_some() && recorded == record(row),
                    Invariant::Documents,
                    || format!("currency {code} is not as event {position} made it"),
                );
            }
            None => audit.require(Currency::parse(code).is_ok(), Invariant::Documents, || {
                format!("currency {code} is none of ISO 4217, and no event made it")
            }),
        }
    }
    Ok(())
}

/// The currency that an event made; whatever is wrong with its document was told when the journal was read.
fn recorded(event: &event::Model) -> Option<CurrencyRecord> {
    match document::read(event) {
        Ok(Record::Currency(record)) => Some(record),
        _ => None,
    }
}

/// The currency that a row tells of.
fn record(row: &currency::Model) -> Option<CurrencyRecord> {
    Some(CurrencyRecord {
        code: CurrencyCode::from_stored(&row.code)?,
        kind: CurrencyKind::Own,
        exponent: u8::try_from(row.exponent).ok()?,
        name: row.name.clone()?,
        created_at: Some(Timestamp::from_micros(row.created_at)),
    })
}
