//! Following a subject through the events that changed it.

use entity::event;

use super::scan::Scan;
use super::transactions::tell_orphan;
use super::{Audit, Invariant};
use crate::LedgerError;

/// Where the events lead that changed a subject.
pub(super) struct Newest {
    /// The version of the last; 1 where there is none.
    pub(super) version: i64,
    /// The position of the last.
    position: Option<i64>,
}

impl Newest {
    /// Whether a row of that version names the last event as its newest, as far as any changed the subject.
    pub(super) fn is_named_by(&self, version: i64, position: i64) -> bool {
        version == self.version && self.position.is_none_or(|last| last == position)
    }
}

/// Goes through the events that changed `subject`, of those of its kind, which are in the order of their subjects: what is
/// before it has no row. Versions must follow one another.
pub(super) async fn follow(
    audit: &mut Audit<'_>,
    later: &mut Scan<event::Model>,
    subject: &str,
) -> Result<Newest, LedgerError> {
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
