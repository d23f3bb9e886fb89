//! Invariant 5 for what a row tells of one subject: it equals the document of the newest event, and its versions are 1 … n.

use std::collections::HashMap;

use entity::event;

use super::scan::Scan;
use super::transactions::tell_orphan;
use super::{Audit, Invariant, document};
use crate::LedgerError;
use crate::record::Record;

/// What a row tells.
pub(super) struct Told {
    /// What the row is of, as a sentence calls it.
    pub(super) name: String,
    /// The same, as events name it.
    pub(super) subject: String,
    pub(super) version: i64,
    /// The event that the row names as the newest.
    pub(super) position: i64,
    /// Its document; `None` where it cannot be read.
    pub(super) record: Option<Record>,
}

/// Holds a row against the events that changed its subject, which are in the order of the subjects, and against the event
/// that it names, which is among `newest`.
pub(super) async fn check_newest(
    audit: &mut Audit<'_>,
    told: Told,
    newest: &HashMap<i64, event::Model>,
    later: &mut Scan<event::Model>,
) -> Result<(), LedgerError> {
    let Told {
        name,
        subject,
        version,
        position,
        record,
    } = told;
    let last = follow(audit, later, &subject).await?;
    let event = newest
        .get(&position)
        .filter(|event| event.subject == subject && last.is_named_by(version, position));
    let recorded = event.and_then(|event| document::read(event).ok());
    audit.require(record.is_some() && record == recorded, Invariant::Documents, || {
        let last = last.version;
        format!("{name} is not as its newest event recorded it: its row names event {position}, of version {last}")
    });
    Ok(())
}

/// Where the events lead that changed a subject.
struct Newest {
    /// The version of the last; 1 where there is none.
    version: i64,
    /// The position of the last.
    position: Option<i64>,
}

impl Newest {
    /// Whether a row of that version names the last event as its newest, as far as any changed the subject.
    fn is_named_by(&self, version: i64, position: i64) -> bool {
        version == self.version && self.position.is_none_or(|last| last == position)
    }
}

/// Goes through the events that changed `subject`, of those of its kind, which are in the order of their subjects: what is
/// before it has no row. Versions must follow one another.
async fn follow(audit: &mut Audit<'_>, later: &mut Scan<event::Model>, subject: &str) -> Result<Newest, LedgerError> {
    let view = audit.view;
    while let Some(event) = later.next_if(view, |event| event.subject.as_str() < subject).await? {
        tell_orphan(audit, &event);
    }
    let mut newest = Newest {
        version: 1,
        position: None,
    };
    while let Some(event) = later.next_if(view, |event| event.subject == subject).await? {
        let Newest { version, position } = newest;
        let is_next = event.subject_version == version.saturating_add(1) && position < Some(event.position);
        audit.require(is_next, Invariant::Documents, || {
            let (position, found) = (event.position, event.subject_version);
            format!("event {position} is version {found} of {subject}, which follows version {version}")
        });
        newest = Newest {
            version: event.subject_version,
            position: Some(event.position),
        };
    }
    Ok(newest)
}
