//! Invariants 1, 2 and 6, and 5 for accounts: balances against entries, events and transactions.

use std::collections::{BTreeMap, HashMap};

use entity::{account, entry, event};
use sea_orm::Value;
use uuid::Uuid;

use super::births::Births;
use super::holdings::Holdings;
use super::movements::{Line, Lines, Movements};
use super::replay::{Point, Replay};
use super::scan::{Scan, find_events, later_events};
use super::transactions::tell_orphan;
use super::{Audit, Invariant, document};
use crate::LedgerError;
use crate::record::Record;

/// The tables that are read beside the accounts, in the order of their ids.
struct Beside {
    entries: Scan<entry::Model>,
    later: Scan<event::Model>,
}

/// What the transactions tell of the accounts.
struct Told {
    movements: Movements,
    holdings: Holdings,
}

/// Checks every account; `movements` are the lines that the transactions tell, and `holdings` what is kept.
pub(super) async fn check(
    audit: &mut Audit<'_>,
    births: &Births,
    movements: Movements,
    holdings: Holdings,
) -> Result<(), LedgerError> {
    let mut told = Told { movements, holdings };
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let mut beside = Beside {
        entries: entries(ledger_id),
        later: later_events(ledger_id, "accounts/"),
    };
    let mut accounts: Scan<account::Model> = Scan::new(
        "SELECT * FROM accounts WHERE ledger_id = $1 AND id > $2 ORDER BY id LIMIT 500",
        ledger_id,
        vec![Value::from(Uuid::nil())],
        |row| vec![row.id.into()],
    );
    let mut sums: BTreeMap<String, i128> = BTreeMap::new();
    loop {
        let page = accounts.next_page(view).await?;
        if page.is_empty() {
            break;
        }
        let made = page.iter().map(|row| births.of_account(row.id).unwrap_or(row.position));
        let made = find_events(view, ledger_id, made).await?;
        for row in page {
            audit.counts.accounts = audit.counts.accounts.saturating_add(1);
            let sum = sums.entry(row.currency.clone()).or_default();
            *sum = sum.saturating_add(row.balance.into());
            let made = made_by(&row, births, &made);
            check_one(audit, &row, made, &mut beside, &mut told).await?;
        }
    }
    check_rest(audit, &mut beside, told).await?;
    for (currency, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        let detail = format_args!("the balances in {currency} sum to {sum} minor units, not to zero");
        audit.fail(Invariant::ZeroSum, detail);
    }
    Ok(())
}

fn entries(ledger_id: i64) -> Scan<entry::Model> {
    Scan::new(
        "SELECT * FROM entries WHERE ledger_id = $1 AND (account_id, seq) > ($2, $3)
            ORDER BY account_id, seq LIMIT 500",
        ledger_id,
        vec![Value::from(Uuid::nil()), i64::MIN.into()],
        |row| vec![row.account_id.into(), row.seq.into()],
    )
}

/// The event that made the account.
fn made_by<'a>(
    row: &account::Model,
    births: &Births,
    events: &'a HashMap<i64, event::Model>,
) -> Option<&'a event::Model> {
    let position = births.of_account(row.id).unwrap_or(row.position);
    let is_own = |event: &&event::Model| event.subject == format!("accounts/{}", row.id) && event.subject_version == 1;
    events.get(&position).filter(is_own)
}

/// Follows one account through its events and entries.
async fn check_one(
    audit: &mut Audit<'_>,
    row: &account::Model,
    made: Option<&event::Model>,
    beside: &mut Beside,
    told: &mut Told,
) -> Result<(), LedgerError> {
    let view = audit.view;
    let subject = format!("accounts/{}", row.id);
    while let Some(event) = beside.later.next_if(view, |event| event.subject < subject).await? {
        tell_orphan(audit, &event);
    }
    while let Some(entry) = beside.entries.next_if(view, |entry| entry.account_id < row.id).await? {
        tell_stray(audit, &entry, &mut told.movements);
    }
    let mut replay = Replay::new(row);
    match made.and_then(|event| point(audit, event)) {
        Some(point) => replay.turn(audit, point),
        None => audit.fail(Invariant::Documents, format_args!("no event makes account {}", row.id)),
    }
    while let Some(entry) = beside.entries.next_if(view, |entry| entry.account_id == row.id).await? {
        audit.counts.entries = audit.counts.entries.saturating_add(1);
        let is_before = |event: &event::Model| event.subject == subject && event.position < entry.position;
        while let Some(event) = beside.later.next_if(view, is_before).await? {
            replay.turn_to(audit, point(audit, &event));
        }
        replay.post(audit, &entry, &mut told.movements);
    }
    while let Some(event) = beside.later.next_if(view, |event| event.subject == subject).await? {
        replay.turn_to(audit, point(audit, &event));
    }
    let lines = told.movements.take(row.id);
    replay.finish(audit, lines, told.holdings.remove(&row.id).unwrap_or_default());
    Ok(())
}

/// What an event tells of its account; whatever is wrong with its document was told when the journal was read.
fn point(audit: &Audit<'_>, event: &event::Model) -> Option<Point> {
    match document::read(event) {
        Ok(Record::Account(record)) => Point::new(record, event, &audit.currencies),
        _ => None,
    }
}

fn tell_stray(audit: &mut Audit<'_>, entry: &entry::Model, told: &mut Movements) {
    let (seq, id) = (entry.seq, entry.account_id);
    let detail = format_args!("entry {seq} is of account {id}, which does not exist");
    audit.fail_at(entry.position, Invariant::Balances, detail);
    told.find(&Line::of(entry, false), &mut Lines::default());
}

/// What is left belongs to accounts that are not there.
async fn check_rest(audit: &mut Audit<'_>, beside: &mut Beside, mut told: Told) -> Result<(), LedgerError> {
    let view = audit.view;
    while let Some(event) = beside.later.next(view).await? {
        tell_orphan(audit, &event);
    }
    while let Some(entry) = beside.entries.next(view).await? {
        tell_stray(audit, &entry, &mut told.movements);
    }
    for (id, held) in told.holdings {
        audit.require((held.held_out, held.held_in) == (0, 0), Invariant::Limits, || {
            format!("holds keep money on account {id}, which does not exist")
        });
    }
    for id in told.movements.left() {
        let detail = format_args!("transactions move money of account {id}, which does not exist");
        audit.fail(Invariant::Balances, detail);
    }
    if let Some(position) = told.movements.first_difference() {
        audit.suspects.note_position(position);
    }
    Ok(())
}
