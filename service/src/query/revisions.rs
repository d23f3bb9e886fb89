//! The history of a transaction, read from the journal.

use entity::event;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::list::{List, check_cursor, read_page};
use super::transactions::TransactionRow;
use super::width::Width;
use super::{Page, PageRequest, Reader};
use crate::journal;
use crate::record::{Record, RevisionRecord, TransactionRecord};
use crate::value::Timestamp;
use crate::{LedgerError, Resource};

/// Members that differ between any two versions, and so say nothing.
const ALWAYS_CHANGED: [&str; 2] = ["version", "updated_at"];

impl Reader<'_> {
    /// A page of the transaction's versions, oldest first.
    pub(crate) async fn list_revisions(
        &self,
        id: Uuid,
        request: &PageRequest,
    ) -> Result<Page<RevisionRecord>, LedgerError> {
        check_cursor::<RevisionList<'_>>(&description(self.ledger.id, id), request)?;
        let transaction = self.find_transaction_row(id).await?;
        let list = RevisionList {
            reader: *self,
            transaction: &transaction,
        };
        let page = read_page(&list, request).await?;
        let mut before = match page.data.first().map(|event| event.subject_version.saturating_sub(1)) {
            Some(version) if version >= 1 => Some(self.find_transaction_version(&transaction, version).await?),
            _ => None,
        };
        page.try_map(|event| {
            let (transaction, reason) = read_document(&event)?;
            let revision = RevisionRecord {
                version: event.subject_version,
                changes: before
                    .as_ref()
                    .map_or(Ok(Map::new()), |before| changes(before, &transaction))?,
                transaction: transaction.clone(),
                actor: event.actor,
                reason,
                request_id: event.request_id,
                recorded_at: Timestamp::from_micros(event.recorded_at),
                position: event.position,
            };
            before = Some(transaction);
            Ok(revision)
        })
    }

    /// The document of one version of a transaction.
    pub(super) async fn find_transaction_version(
        &self,
        transaction: &TransactionRow,
        version: i64,
    ) -> Result<TransactionRecord, LedgerError> {
        let event = self.find_version_event(transaction, version).await?;
        read_document(&event).map(|(transaction, _)| transaction)
    }

    /// The event that made one version of a transaction.
    pub(super) async fn find_version_event(
        &self,
        transaction: &TransactionRow,
        version: i64,
    ) -> Result<event::Model, LedgerError> {
        let event = if version == 1 {
            self.first_event(transaction).await?
        } else {
            let before = version.saturating_sub(1);
            let later = self.later_events(transaction, before, 1).await?;
            later.into_iter().find(|event| event.subject_version == version)
        };
        event.ok_or(LedgerError::NotFound(Resource::Transaction))
    }

    /// The document of the newest version that was recorded by `time`.
    pub(super) async fn find_transaction_as_of(
        &self,
        transaction: &TransactionRow,
        time: Timestamp,
    ) -> Result<TransactionRecord, LedgerError> {
        if time < transaction.created_at() {
            return Err(LedgerError::NotFound(Resource::Transaction));
        }
        let later = events_after(self.ledger.id, transaction, 1)
            .filter(event::Column::RecordedAt.lte(time.micros()))
            .order_by_desc(event::Column::SubjectVersion);
        let event = match later.one(self.db).await? {
            Some(event) => Some(event),
            None => self.first_event(transaction).await?,
        };
        let event = event.ok_or(LedgerError::NotFound(Resource::Transaction))?;
        read_document(&event).map(|(transaction, _)| transaction)
    }

    async fn first_event(&self, transaction: &TransactionRow) -> Result<Option<event::Model>, LedgerError> {
        let key = (self.ledger.id, transaction.first_position);
        Ok(event::Entity::find_by_id(key).one(self.db).await?)
    }

    /// At most `limit` events of the versions after `version`, which is at least 1.
    async fn later_events(
        &self,
        transaction: &TransactionRow,
        version: i64,
        limit: u64,
    ) -> Result<Vec<event::Model>, LedgerError> {
        let events = events_after(self.ledger.id, transaction, version)
            .order_by_asc(event::Column::SubjectVersion)
            .limit(limit)
            .all(self.db)
            .await?;
        Ok(events)
    }
}

/// The events of the versions after `version`, which is at least 1: the first one is in no index.
fn events_after(ledger_id: i64, transaction: &TransactionRow, version: i64) -> Select<event::Entity> {
    event::Entity::find()
        .filter(event::Column::LedgerId.eq(ledger_id))
        .filter(event::Column::Subject.eq(format!("transactions/{}", transaction.id())))
        .filter(event::Column::SubjectVersion.gt(version.max(1)))
        // The partial index is found by its own condition alone, which therefore is a literal.
        .filter(Expr::cust("subject_version > 1"))
}

struct RevisionList<'a> {
    reader: Reader<'a>,
    transaction: &'a TransactionRow,
}

impl List for RevisionList<'_> {
    type Row = event::Model;
    type Position = i64;

    fn description(&self) -> String {
        description(self.reader.ledger.id, self.transaction.id())
    }

    async fn chunk(&self, after: Option<&i64>, limit: u64, _: Width) -> Result<Vec<event::Model>, LedgerError> {
        let Some(after) = after else {
            let mut events: Vec<_> = self.reader.first_event(self.transaction).await?.into_iter().collect();
            let rest = limit.saturating_sub(1);
            events.extend(self.reader.later_events(self.transaction, 1, rest).await?);
            return Ok(events);
        };
        self.reader.later_events(self.transaction, *after, limit).await
    }

    fn position(&self, event: &event::Model) -> i64 {
        event.subject_version
    }

    fn accepts(position: &i64) -> bool {
        *position >= 1
    }
}

fn description(ledger_id: i64, transaction_id: Uuid) -> String {
    format!("{ledger_id} revisions of {transaction_id}")
}

fn read_document(event: &event::Model) -> Result<(TransactionRecord, Option<String>), LedgerError> {
    match journal::join(&event.kind, &event.data, event.personal.as_deref()) {
        Ok((Record::Transaction(transaction), reason)) => Ok((transaction, reason)),
        Ok(_) => Err(LedgerError::Internal(format!(
            "event {} is of no transaction",
            event.position
        ))),
        Err(error) => Err(LedgerError::Internal(format!(
            "event {} cannot be read: {error}",
            event.position
        ))),
    }
}

/// What differs between two versions, by member.
fn changes(before: &TransactionRecord, after: &TransactionRecord) -> Result<Map<String, Value>, LedgerError> {
    let (before, after) = (members(before)?, members(after)?);
    let changed = after.into_iter().filter_map(|(name, to)| {
        let from = before.get(&name).cloned().unwrap_or_default();
        let is_shown = from != to && !ALWAYS_CHANGED.contains(&name.as_str());
        is_shown.then(|| (name, json!({ "from": from, "to": to })))
    });
    Ok(changed.collect())
}

fn members(record: &TransactionRecord) -> Result<Map<String, Value>, LedgerError> {
    match serde_json::to_value(record) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(LedgerError::Internal("a transaction is no JSON object".to_owned())),
        Err(error) => Err(LedgerError::Internal(error.to_string())),
    }
}
