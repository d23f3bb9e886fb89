//! Invariant 5 for transactions: each row equals the document of its newest event, and its versions are 1 … n.
//!
//! On the way, what the versions moved is gathered for the accounts, and what is posted for the ledger's statistics.

use std::collections::HashMap;

use entity::{event, transaction};
use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::children::Children;
use super::erasures::Fate;
use super::holdings::{self, Holdings};
use super::movements::{self, Movements, Version};
use super::scan::{Scan, find_events, later_events};
use super::tally::{Figures, Tally};
use super::{Audit, Invariant, document};
use crate::LedgerError;
use crate::ledger::{LEDGER_GENERATION, LEDGER_OWNER, search};
use crate::money::{AmountText, Currency};
use crate::query::rows;
use crate::record::{Record, TransactionRecord, TransactionStatus};
use crate::value::{Metadata, Timestamp};

/// What the transactions tell of the other tables.
pub(super) struct History {
    /// The lines of the accounts' journals.
    pub(super) movements: Movements,
    /// What is kept on the accounts.
    pub(super) holdings: Holdings,
    /// The ledger's own statistics.
    pub(super) tally: Tally,
}

impl History {
    fn add_step(&mut self, old: Option<&Version>, new: &Version) {
        movements::add_step(&mut self.movements, old, new);
        holdings::add_step(&mut self.holdings, old, new);
    }
}

/// Checks every transaction.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<History, LedgerError> {
    let (view, ledger_id) = (audit.view, audit.ledger.id);
    let mut history = History {
        movements: Movements::of(audit.ledger.head),
        holdings: Holdings::default(),
        tally: Tally::default(),
    };
    let mut children = Children::of(ledger_id);
    let mut later = later_events(ledger_id, "transactions/");
    let mut transactions: Scan<transaction::Model> = Scan::new(
        "SELECT * FROM transactions WHERE ledger_id = $1 AND id > $2 ORDER BY id LIMIT 500",
        ledger_id,
        vec![Value::from(Uuid::nil())],
        |row| vec![row.id.into()],
    );
    loop {
        let page = transactions.next_page(view).await?;
        if page.is_empty() {
            break;
        }
        let firsts = find_events(view, ledger_id, page.iter().map(|row| row.first_position)).await?;
        for row in page {
            audit.counts.transactions = audit.counts.transactions.saturating_add(1);
            count(&mut history.tally, &row);
            children.check(audit, &row).await?;
            check_one(audit, row, &firsts, &mut later, &mut history).await?;
        }
    }
    children.finish(audit).await?;
    while let Some(event) = later.next(view).await? {
        tell_orphan(audit, &event);
    }
    check_references(audit).await?;
    Ok(history)
}

/// Notes an event that changes what does not exist.
pub(super) fn tell_orphan(audit: &mut Audit<'_>, event: &event::Model) {
    let (position, subject) = (event.position, &event.subject);
    let detail = format_args!("event {position} changes {subject}, which does not exist");
    audit.fail_at(position, Invariant::Documents, detail);
}

/// Follows one transaction through its versions.
async fn check_one(
    audit: &mut Audit<'_>,
    row: transaction::Model,
    firsts: &HashMap<i64, event::Model>,
    later: &mut Scan<event::Model>,
    history: &mut History,
) -> Result<(), LedgerError> {
    let view = audit.view;
    let subject = format!("transactions/{}", row.id);
    while let Some(event) = later.next_if(view, |event| event.subject < subject).await? {
        tell_orphan(audit, &event);
    }
    let first = firsts.get(&row.first_position).filter(|event| event.subject == subject);
    let mut newest = first.and_then(|event| read_version(audit, event));
    audit.require(first.is_some(), Invariant::Documents, || {
        format!("event {} does not make transaction {}", row.first_position, row.id)
    });
    if let Some(version) = &newest {
        history.add_step(None, version);
    }
    while let Some(event) = later.next_if(view, |event| event.subject == subject).await? {
        let expected = newest
            .as_ref()
            .map_or(1, |version| version.record.version)
            .saturating_add(1);
        let is_next = event.subject_version == expected
            && newest.as_ref().is_none_or(|version| version.position < event.position);
        audit.require(is_next, Invariant::Documents, || {
            let (position, version) = (event.position, event.subject_version);
            format!(
                "event {position} is version {version} of transaction {}, not {expected}",
                row.id
            )
        });
        let Some(version) = read_version(audit, &event) else {
            continue;
        };
        history.add_step(newest.as_ref(), &version);
        newest = Some(version);
    }
    if let Some(newest) = newest {
        check_row(audit, row, &newest);
    }
    Ok(())
}

/// The version that an event recorded; whatever is wrong with its document was told when the journal was read.
fn read_version(audit: &Audit<'_>, event: &event::Model) -> Option<Version> {
    let Ok(Record::Transaction(record)) = document::read(event) else {
        return None;
    };
    let currency = audit.currencies.find(record.currency.as_str()).ok()?;
    Some(Version {
        amount: minor_units(&record.amount, currency)?,
        held: match &record.remaining_amount {
            Some(amount) => minor_units(amount, currency)?,
            None => 0,
        },
        is_capture: event.kind == "transaction.captured",
        record,
        position: event.position,
        recorded_at: event.recorded_at,
    })
}

fn minor_units(amount: &str, currency: Currency) -> Option<i64> {
    AmountText::parse(amount).ok()?.minor_units(currency).ok()
}

fn check_row(audit: &mut Audit<'_>, row: transaction::Model, newest: &Version) {
    let (id, position) = (row.id, row.position);
    let texts = [&row.description, &row.reference, &row.category].map(Option::as_deref);
    let [description, reference, category] = texts;
    let is_found = row.search_text == search::text_of_transaction(description, reference, category);
    audit.require(is_found, Invariant::Documents, || {
        format!("transaction {id} is searched by other texts than its row has")
    });
    let detail = match rows::transaction(row, &audit.currencies) {
        Ok(transaction) if !is_as_recorded(audit, &transaction.record(), newest) || position != newest.position => {
            format!(
                "transaction {id} is not as its newest event {} recorded it",
                newest.position
            )
        }
        Ok(_) => return,
        Err(error) => format!("transaction {id} cannot be read: {error}"),
    };
    audit.fail(Invariant::Documents, detail);
}

/// Whether a row's document is that of its newest event, or that without its texts while an erasure is clearing: the row
/// is cleared in the same commit as the event, so that nothing else can be there.
fn is_as_recorded(audit: &Audit<'_>, row: &TransactionRecord, newest: &Version) -> bool {
    let recorded = &newest.record;
    let is_clearing = || audit.erasures.fate_of_transaction(recorded, newest.position) == Fate::Clearing;
    let cleared = || TransactionRecord {
        description: None,
        metadata: Metadata::default(),
        ..recorded.clone()
    };
    row == recorded || (is_clearing() && *row == cleared())
}

/// Counts a transaction in the ledger's own statistics: once for each side that is a user's.
fn count(tally: &mut Tally, row: &transaction::Model) {
    if row.status != TransactionStatus::Posted.as_str() {
        return;
    }
    let day = i64::from(Timestamp::from_micros(row.transaction_date).utc_day().days());
    let sides = [
        (&row.source_owner, Figures::debit(row.amount)),
        (&row.destination_owner, Figures::credit(row.amount)),
    ];
    for (_, figures) in sides.iter().filter(|(owner, _)| *owner != LEDGER_OWNER) {
        let category = row.category.as_deref();
        tally.add(&row.currency, category, (LEDGER_GENERATION, day), figures);
    }
}

#[derive(FromQueryResult)]
struct Reference {
    reference: String,
}

/// No reference belongs to two transactions.
async fn check_references(audit: &mut Audit<'_>) -> Result<(), LedgerError> {
    let sql = "SELECT reference FROM transactions WHERE ledger_id = $1 AND reference IS NOT NULL
        GROUP BY reference HAVING COUNT(*) > 1 ORDER BY reference LIMIT 1000";
    let backend = sea_orm::ConnectionTrait::get_database_backend(&**audit.view);
    let statement = Statement::from_sql_and_values(backend, sql, [audit.ledger.id.into()]);
    for row in Reference::find_by_statement(statement).all(&**audit.view).await? {
        let detail = format_args!("several transactions have the reference {:?}", row.reference);
        audit.fail(Invariant::Documents, detail);
    }
    Ok(())
}
