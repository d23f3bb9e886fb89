//! Section 12: lists of transactions.

use serde_json::{Value, json};
use service::AnswerStatus;
use service::ledger::Precondition;
use service::value::Timestamp;

use super::{Asked, Items, Model, Refusal};
use crate::steps::Item;

impl Asked {
    /// What an item is by itself.
    pub(super) fn of_item(item: &Item) -> Self {
        Self {
            action: item.action.clone(),
            precondition: Precondition::Any,
            key: item.key,
            dry_run: false,
        }
    }
}

impl Model {
    /// Each item is asked for like any other request, over what those before it left. Where the list is atomic, the first
    /// that is refused has all of it refused.
    pub(super) fn record_list(
        &mut self,
        items: &[Item],
        is_atomic: bool,
        now: Timestamp,
    ) -> Result<(AnswerStatus, Value, Items), Refusal> {
        let mut answers = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match self.ask(&Asked::of_item(item), now) {
                Err(mut refusal) if is_atomic => {
                    refusal.members["index"] = index.into();
                    return Err(refusal);
                }
                answer => answers.push(answer),
            }
        }
        let made = answers.iter().flatten().map(|answer| &answer.document);
        let document = json!({"data": made.collect::<Vec<_>>()});
        let status = if is_atomic {
            AnswerStatus::Created
        } else {
            AnswerStatus::Ok
        };
        Ok((status, document, answers))
    }
}
