//! Reading the document that an event records.

use entity::event;

use crate::journal;
use crate::record::Record;

/// The document, or a sentence that says what is wrong with it.
pub(super) fn read(event: &event::Model) -> Result<Record, String> {
    let (record, _) = journal::join(&event.kind, &event.data, event.personal.as_deref())
        .map_err(|error| format!("the document of event {} cannot be read: {error}", event.position))?;
    Ok(record)
}

/// What `record` is a document of, as events name it.
pub(super) fn subject_of(record: &Record) -> String {
    let kind = match record {
        Record::Transaction(_) => "transactions",
        Record::User(_) => "users",
        Record::Account(_) => "accounts",
        Record::Currency(_) => "currencies",
        // No event records one.
        Record::Batch(_) => "batches",
        Record::Closing(_) | Record::Ledger(_) => "ledgers",
        Record::Limit(_) => "limits",
        Record::Key(_) => "keys",
        Record::Token(_) => "tokens",
    };
    format!("{kind}/{}", record.resource_id())
}
