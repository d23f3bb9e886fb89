//! Events in their order, as far as whoever asks may know them.

use entity::event;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::value::RawValue;

use super::blocks::hash;
use crate::LedgerError;
use crate::journal::{self, Leaf};
use crate::query::list::{List, check_cursor, read_page};
use crate::query::width::Width;
use crate::query::{PageRequest, Reader};
use crate::record::{EventRecord, EventsRecord, Role};
use crate::value::Timestamp;

impl Reader<'_> {
    /// The events after the position `after`, as a bearer of the role `seen_by` may know them.
    pub(crate) async fn list_events(
        &self,
        after: i64,
        seen_by: Role,
        request: &PageRequest,
    ) -> Result<EventsRecord, LedgerError> {
        let list = EventList { reader: *self, after };
        check_cursor::<EventList<'_>>(&list.description(), request)?;
        // Read first: what is recorded meanwhile may be shown, but what the head says is there.
        let head = self.find_own_row().await?.head;
        let page = read_page(&list, request).await?;
        let newest = page.data.last().map(|event| event.position);
        // A cursor goes on where the page before ended, even where nothing came after it.
        let resumed = match (newest, request.cursor.is_some()) {
            (Some(newest), _) => newest,
            (None, true) => after.max(head),
            (None, false) => after,
        };
        let page = page.try_map(|event| show(event, seen_by))?;
        Ok(EventsRecord {
            data: page.data,
            next_cursor: page.next_cursor,
            resume_after: resumed,
            head: newest.map_or(head, |newest| newest.max(head)),
        })
    }
}

struct EventList<'a> {
    reader: Reader<'a>,
    after: i64,
}

impl List for EventList<'_> {
    type Row = event::Model;
    type Position = i64;

    fn description(&self) -> String {
        format!("{} events after {}", self.reader.ledger.id, self.after)
    }

    async fn chunk(&self, after: Option<&i64>, limit: u64, _: Width) -> Result<Vec<event::Model>, LedgerError> {
        let after = after.copied().unwrap_or(self.after).max(self.after);
        let events = event::Entity::find()
            .filter(event::Column::LedgerId.eq(self.reader.ledger.id))
            .filter(event::Column::Position.gt(after))
            .order_by_asc(event::Column::Position)
            .limit(limit)
            .all(self.reader.db)
            .await?;
        Ok(events)
    }

    fn position(&self, event: &event::Model) -> i64 {
        event.position
    }
}

/// What is hashed of an event: `data` is its own.
pub(crate) fn leaf_of<'a>(event: &'a event::Model, data: &'a RawValue, commitment: &'a journal::Hash) -> Leaf<'a> {
    Leaf {
        actor: &event.actor,
        commitment,
        data,
        kind: &event.kind,
        position: event.position,
        recorded_at: Timestamp::from_micros(event.recorded_at),
        request_id: &event.request_id,
        schema_version: event.schema_version,
        subject: &event.subject,
        subject_version: event.subject_version,
    }
}

fn show(event: event::Model, seen_by: Role) -> Result<EventRecord, LedgerError> {
    let unreadable = |error: serde_json::Error| unreadable(event.position, &error);
    let commitment = hash(&event.commitment)?;
    let lasting = RawValue::from_string(event.data.clone()).map_err(unreadable)?;
    let leaf_hash = journal::leaf_hash(&leaf_of(&event, &lasting, &commitment)).map_err(unreadable)?;
    let (record, reason) = journal::join(&event.kind, &event.data, event.personal.as_deref()).map_err(unreadable)?;
    let is_shown = seen_by.covers(journal::needed_role(&record));
    Ok(EventRecord {
        position: event.position,
        kind: event.kind,
        subject: is_shown.then_some(event.subject),
        subject_version: is_shown.then_some(event.subject_version),
        actor: is_shown.then_some(event.actor),
        request_id: is_shown.then_some(event.request_id),
        schema_version: event.schema_version,
        data: is_shown.then_some(record),
        lasting: is_shown.then_some(lasting),
        reason: reason.filter(|_| is_shown),
        commitment,
        leaf_hash,
        recorded_at: Timestamp::from_micros(event.recorded_at),
        erased: event.personal.is_none(),
        withheld: !is_shown,
    })
}

pub(super) fn unreadable(position: i64, error: &serde_json::Error) -> LedgerError {
    LedgerError::Internal(format!("event {position} cannot be read: {error}"))
}
