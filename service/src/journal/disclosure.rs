//! Who may know what an event says.

use crate::record::{Record, Role};

/// The least role that may know of which resource an event is, and what it says: the role that can read the resource
/// itself, or that makes it where nobody reads it. Whoever has less is told that there was an event, so that the journal
/// stays gapless.
///
/// A ledger is read by operators alone, also by its own name: its events are withheld from all its keys.
#[must_use]
pub fn needed_role(record: &Record) -> Role {
    match record {
        Record::Ledger(_) => Role::Operator,
        Record::Key(key) if key.role == Role::Operator => Role::Operator,
        Record::Key(_) | Record::Limit(_) => Role::Admin,
        Record::Token(_) => Role::Writer,
        Record::Transaction(_)
        | Record::User(_)
        | Record::Account(_)
        | Record::Currency(_)
        | Record::Batch(_)
        | Record::Closing(_) => Role::Reader,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::CurrencyCode;
    use crate::record::{
        ClosingRecord, Direction, KeyRecord, LedgerRecord, LimitRecord, LimitScope, LimitStatus, LimitWindow,
        TokenRecord, TokenScope, UserRecord,
    };
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
            metadata: Some(Metadata::default()),
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

    fn limit() -> Record {
        Record::Limit(LimitRecord {
            id: Uuid::nil(),
            name: "Pocket money".to_owned(),
            scope: LimitScope::default(),
            currency: CurrencyCode::USD,
            direction: Direction::Debit,
            window: LimitWindow::Day,
            max_amount: Some("20.00".to_owned()),
            max_count: None,
            category: None,
            status: LimitStatus::Active,
            version: 1,
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
        })
    }

    fn token() -> Record {
        Record::Token(TokenRecord {
            id: Uuid::nil(),
            user_id: "ada".to_owned(),
            scope: TokenScope::Read,
            expires_at: Timestamp::from_micros(0),
            created_at: Timestamp::from_micros(0),
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
            ("ledger.updated", ledger(), Role::Operator),
            ("limit.created", limit(), Role::Admin),
            ("limit.deleted", limit(), Role::Admin),
            ("token.created", token(), Role::Writer),
        ];
        for (kind, record, needed) in table {
            assert_eq!(needed_role(&record), needed, "{kind} {record:?}");
        }
    }
}
