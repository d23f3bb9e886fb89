//! Making and ending API keys.

use uuid::Uuid;

use super::Outcome;
use crate::ledger::answer::AnswerStatus;
use crate::ledger::command::CreateKey;
use crate::ledger::draft::Draft;
use crate::ledger::state::Key;
use crate::record::{KeyRecord, Record, Role};
use crate::{LedgerError, Resource};

pub(super) fn create_key(draft: &mut Draft<'_>, command: &CreateKey) -> Outcome {
    let record = KeyRecord {
        id: draft.mint_id(),
        name: command.name.as_str().to_owned(),
        role: command.role,
        ledger: draft.ledger().setup.name.clone(),
        prefix: command.prefix.clone(),
        created_at: draft.now(),
        expires_at: command.expires_at,
        revoked_at: None,
    };
    save(
        draft,
        Key {
            record,
            hash: command.hash,
            position: draft.next_position(),
        },
        "key.created",
        AnswerStatus::Created,
    )
}

/// Revoked and expired keys count: a book whose keys were all ended is not new.
pub(super) fn create_first_key(draft: &mut Draft<'_>, command: &CreateKey) -> Outcome {
    match draft.oldest_key() {
        Some(key) => Outcome {
            status: AnswerStatus::Ok,
            record: Record::Key(key.record.clone()),
            answer_position: key.position,
        },
        None => create_key(draft, command),
    }
}

pub(super) fn revoke_key(draft: &mut Draft<'_>, id: Uuid, by: Role) -> Result<Outcome, LedgerError> {
    let known = draft
        .key(id)
        .filter(|key| key.is_visible_to(by, &draft.ledger().setup.name));
    let mut key = known.cloned().ok_or(LedgerError::NotFound(Resource::Key))?;
    if key.record.revoked_at.is_some() {
        return Ok(Outcome {
            status: AnswerStatus::NoContent,
            record: Record::Key(key.record),
            answer_position: key.position,
        });
    }
    key.record.revoked_at = Some(draft.now());
    Ok(save(draft, key, "key.revoked", AnswerStatus::NoContent))
}

fn save(draft: &mut Draft<'_>, mut key: Key, kind: &'static str, status: AnswerStatus) -> Outcome {
    key.position = draft.next_position();
    let (position, record) = (key.position, Record::Key(key.record.clone()));
    draft.record_event(kind, format!("keys/{}", key.record.id), record.clone(), None);
    draft.put_key(key);
    Outcome {
        status,
        record,
        answer_position: position,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ledger::{
        Answer, Closing, Command, Ids, LedgerRules, LedgerSettings, LedgerSetup, LedgerState, Precondition, Request,
        Snapshot, decide,
    };
    use crate::money::Currency;
    use crate::value::{Name, Timestamp};

    fn first_key(secret: &str) -> Request {
        let name = Name::parse("first").unwrap();
        let key = CreateKey::new(name, Role::Operator, None, &secret.to_owned().into());
        Request {
            command: Command::CreateFirstKey(key),
            precondition: Precondition::Any,
            idempotency: None,
            dry_run: false,
            actor: "system".to_owned(),
            acting_user: None,
            request_id: "system".to_owned(),
        }
    }

    #[test]
    fn the_first_key_is_made_once_and_then_answered() {
        let now = Timestamp::from_micros(1_770_000_000_000_000);
        let mut ids = Ids::new(now, 7);
        let mut snapshot = Snapshot::new(LedgerState {
            closing: Closing::default(),
            id: 1,
            setup: LedgerSetup {
                uuid: Uuid::nil(),
                name: "main".to_owned(),
                settings: LedgerSettings {
                    default_currency: Currency::parse("USD").unwrap(),
                    default_minimum_balance: None,
                    rules: LedgerRules::default(),
                },
                version: 1,
                created_at: now,
                updated_at: now,
                position: None,
            },
            head: 0,
        });
        let mut ask = |request: &Request| -> Answer {
            let decision = decide(&snapshot, request, now, &mut ids, &mut HashSet::new()).unwrap();
            snapshot.apply(decision.changes.unwrap());
            decision.answer
        };
        let (first, second) = (ask(&first_key("one")), ask(&first_key("another")));
        assert_eq!((first.status, second.status), (AnswerStatus::Created, AnswerStatus::Ok));
        assert_eq!(first.record, second.record);
        assert_eq!((snapshot.keys.iter().count(), snapshot.events.len()), (1, 1));
    }
}
