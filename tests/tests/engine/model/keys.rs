//! Section 3: who may call.

use serde_json::{Value, json};
use service::AnswerStatus;
use service::record::Role;

use super::{Key, Model, Outcome, Refusal};

impl Model {
    pub(super) fn create_key(&mut self, name: &'static str, role: Role) -> (AnswerStatus, Value) {
        self.keys.push(Key {
            name,
            role,
            is_revoked: false,
        });
        (AnswerStatus::Created, self.key_document(self.keys.len() - 1))
    }

    /// Of an operator's key, nobody but an operator knows.
    pub(super) fn revoke_key(&mut self, number: usize, by: Role) -> Outcome {
        let is_known = |key: &&mut Key| key.role != Role::Operator || by == Role::Operator;
        let Some(key) = self.keys.get_mut(number).filter(is_known) else {
            return Err(Refusal::of("key_not_found"));
        };
        key.is_revoked = true;
        Ok((AnswerStatus::NoContent, self.key_document(number)))
    }

    pub(crate) fn key_document(&self, number: usize) -> Value {
        let key = &self.keys[number];
        json!({
            "id": format!("key {number}"), "name": key.name, "role": key.role, "ledger": "main", "expires_at": null,
            "revoked_at": key.is_revoked,
        })
    }
}
