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
        ledger: draft.ledger().name.clone(),
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

pub(super) fn revoke_key(draft: &mut Draft<'_>, id: Uuid, by: Role) -> Result<Outcome, LedgerError> {
    let known = draft.key(id).filter(|key| key.is_visible_to(by, &draft.ledger().name));
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
