//! Invariant 5 for users: each row equals the document of its newest event, and its versions are 1 … n.

use std::collections::HashMap;

use entity::{event, user};
use sea_orm::Value;

use super::scan::{Scan, find_events, later_events};
use super::transactions::tell_orphan;
use super::versions::{Told, check_newest};
use super::{Audit, Invariant};
use crate::LedgerError;
use crate::ledger::search;
use crate::query::rows;
use crate::record::Record;

/// Every user, by id.
pub(super) fn scan(ledger_id: i64) -> Scan<user::Model> {
    Scan::new(
        "SELECT * FROM users WHERE ledger_id = $1 AND id > $2 ORDER BY id LIMIT 500",
        ledger_id,
        vec![Value::from("")],
        |row| vec![row.id.as_str().into()],
    )
}

/// Checks every user.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let mut later = later_events(ledger_id, "users/");
    let mut users = scan(ledger_id);
    loop {
        let page = users.next_page(view).await?;
        if page.is_empty() {
            break;
        }
        let newest = find_events(view, ledger_id, page.iter().map(|row| row.position)).await?;
        for row in page {
            audit.counts.users = audit.counts.users.saturating_add(1);
            check_one(audit, row, &newest, &mut later).await?;
        }
    }
    while let Some(event) = later.next(view).await? {
        tell_orphan(audit, &event);
    }
    Ok(())
}

async fn check_one(
    audit: &mut Audit<'_>,
    row: user::Model,
    newest: &HashMap<i64, event::Model>,
    later: &mut Scan<event::Model>,
) -> Result<(), LedgerError> {
    let id = row.id.clone();
    let is_zone_grouped = row.regroup_zone.as_ref().unwrap_or(&row.stats_zone) == &row.time_zone;
    let is_erased = row.erased_at.is_some();
    let is_whole = is_erased == row.erased_texts.is_some() && (is_erased || row.erasing.is_none());
    let search_text = search::text_of_user(&row.id, row.full_name.as_deref(), row.email.as_deref());
    let is_found = row.search_text == search_text;
    let told = Told {
        name: format!("user {id}"),
        subject: format!("users/{id}"),
        version: row.version,
        position: row.position,
        record: rows::user_record(row).ok().map(Record::User),
    };
    check_newest(audit, told, newest, later).await?;
    audit.require(is_zone_grouped, Invariant::Statistics, || {
        format!("the statistics of user {id} are grouped by another time zone than the user's")
    });
    audit.require(is_found, Invariant::Documents, || {
        format!("user {id} is searched by other texts than its row has")
    });
    audit.require(is_whole, Invariant::Documents, || {
        format!("the row of user {id} tells of an erasure that there was not")
    });
    Ok(())
}
