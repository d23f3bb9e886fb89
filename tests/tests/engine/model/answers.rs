//! Section 1: what is answered, and answered again under the same key.

use serde_json::{Value, json};
use service::AnswerStatus;
use service::value::Timestamp;

use super::{Asked, Model, Refusal, Success};
use crate::steps::Action;

impl Model {
    /// What the contract answers to a request that is recorded at `now`.
    pub(crate) fn ask(&mut self, asked: &Asked, now: Timestamp) -> Result<Success, Refusal> {
        if let Some(answer) = self.find_replay(asked)? {
            return Ok(answer);
        }
        let mut copy = self.clone();
        copy.touched.clear();
        let (status, document, items) = match &asked.action {
            Action::List(items, is_atomic) => copy.record_list(items, *is_atomic, now)?,
            action => {
                let (status, document) = copy.carry_out(action, &asked.precondition, now)?;
                (status, document, Vec::new())
            }
        };
        let answer = Success {
            status: if asked.dry_run { AnswerStatus::Ok } else { status },
            document,
            replayed: false,
            dry_run: asked.dry_run,
            items,
        };
        if !asked.dry_run {
            if let Some(key) = asked.key {
                let remembered = Success {
                    items: Vec::new(),
                    ..answer.clone()
                };
                copy.answers.insert(key, (text_of(asked), remembered));
            }
            *self = copy;
        }
        Ok(answer)
    }

    /// What was answered under the key, if it is the same request.
    fn find_replay(&self, asked: &Asked) -> Result<Option<Success>, Refusal> {
        let Some((known, answer)) = asked.key.and_then(|key| self.answers.get(&key)) else {
            return Ok(None);
        };
        if *known != text_of(asked) {
            return Err(Refusal {
                code: "idempotency_key_reused",
                members: json!({"resource_id": resource_id(&answer.document)}),
            });
        }
        Ok(Some(Success {
            replayed: true,
            ..answer.clone()
        }))
    }
}

/// What makes two requests one.
fn text_of(asked: &Asked) -> String {
    format!("{:?}", asked.action)
}

/// What a document is of, for whoever asks for something else under its key: of a list, the first.
fn resource_id(document: &Value) -> Value {
    let list = document.get("data").map(|transactions| &transactions[0]);
    let document = list.unwrap_or(document);
    if document.get("closed_through").is_some() {
        return "closing".into();
    }
    let id = document.get("id").or(document.get("code"));
    id.expect("what is recorded has a name").clone()
}
