//! Who may know what an event says.

use crate::record::{Record, Role};

/// The least role that may know of which resource an event is, and what it says: the role that can read the resource
/// itself. Whoever has less is told that there was an event, so that the journal stays gapless.
///
/// A ledger is no business of those who have another one.
#[must_use]
pub fn needed_role(record: &Record) -> Role {
    match record {
        Record::Ledger(_) => Role::Operator,
        Record::Key(key) if key.role == Role::Operator => Role::Operator,
        Record::Key(_) => Role::Admin,
        Record::Token(_) => Role::Writer,
        Record::Transaction(_)
        | Record::User(_)
        | Record::Account(_)
        | Record::Currency(_)
        | Record::Batch(_)
        | Record::Closing(_)
        | Record::Limit(_) => Role::Reader,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::CurrencyCode;
    use crate::record::{ClosingRecord, KeyRecord, LedgerRecord, UserRecord};
    use crate::value::{Metadata, Timestamp};
    use uuid::Uuid;

    fn key(role: Role) -> Record {
        Record::Key(KeyRecord {
            id: Uuid::nil(),
            name: "till".to_owned(),
            role,
            ledger: "main".to_owned(),
            prefix: "dbk_".to_owned(),
            created_at: Timestamp::from_micros(0),
            expires_at: None,
            revoked_at: None,
        })
    }

    fn user() -> Record {
        Record::User(UserRecord {
            id: "ada".to_owned(),
            full_name: None,
            email: None,
            time_zone: "UTC".to_owned(),
            metadata: Metadata::default(),
            version: 1,
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
            erased_at: None,
            erased_texts: None,
        })
    }

    fn ledger() -> Record {
        Record::Ledger(LedgerRecord {
            id: Uuid::nil(),
            name: "shop".to_owned(),
            default_currency: CurrencyCode::USD,
            default_minimum_balance: None,
            require_idempotency_key: false,
            require_if_match: false,
            users_may_edit: false,
            version: 1,
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
        })
    }

    #[test]
    fn an_event_is_shown_to_whoever_may_read_what_it_is_about() {
        let closing = Record::Closing(ClosingRecord {
            closed_through: None,
            version: 1,
            updated_at: None,
        });
        let table = [
            ("user.created", user(), Role::Reader),
            ("closing.updated", closing, Role::Reader),
            ("key.created", key(Role::Reader), Role::Admin),
            ("key.created", key(Role::Writer), Role::Admin),
            ("key.revoked", key(Role::Admin), Role::Admin),
            ("key.created", key(Role::Operator), Role::Operator),
            ("key.revoked", key(Role::Operator), Role::Operator),
            ("ledger.created", ledger(), Role::Operator),
        ];
        for (kind, record, needed) in table {
            assert_eq!(needed_role(&record), needed, "{kind} {record:?}");
        }
    }
}
