//! Section 16: currencies of the ledger's own.

use serde_json::{Value, json};
use service::AnswerStatus;

use super::{Model, Outcome, Refusal};
use crate::steps::{CURRENCIES, GIVEN_CURRENCIES};

impl Model {
    /// One that is there stays as it is; to ask for just that again is no error.
    pub(super) fn create_currency(&mut self, number: usize, name: &'static str, is_other: bool) -> Outcome {
        let status = match self.own_currencies.get(&number) {
            Some(known) if *known == name && !is_other => AnswerStatus::Ok,
            Some(_) => return Err(Refusal::of("validation_failed")),
            None => AnswerStatus::Created,
        };
        self.own_currencies.insert(number, name);
        Ok((status, self.currency_document(number)))
    }

    /// Whether amounts of it can be asked for.
    pub(super) fn has_currency(&self, number: usize) -> bool {
        number < GIVEN_CURRENCIES || self.own_currencies.contains_key(&number)
    }

    fn currency_document(&self, number: usize) -> Value {
        let (code, exponent) = CURRENCIES[number];
        json!({"code": code, "kind": "own", "exponent": exponent, "name": self.own_currencies[&number]})
    }
}
