//! One command after the other to the service and to the model, each answer held against the model's.

use service::ledger::Request;
use service::record::Record;
use service::value::Timestamp;
use service::{Answer, LedgerError, Options};
use tests::Engine;

use super::binding::Binding;
use super::model::{Asked, Model};
use super::request::request;
use super::service_under_test::Service;
use super::steps::{Action, Expectation, Step};

/// A service, and what it must hold.
pub(crate) struct Played {
    pub(crate) service: Service,
    pub(crate) model: Model,
    pub(crate) binding: Binding,
}

impl Played {
    /// Opens a fresh database with changed options; `None` where there is no such engine, which was said.
    pub(crate) async fn open(engine: Engine, change: impl FnOnce(&mut Options)) -> Option<Self> {
        Some(Self {
            service: Service::open(engine, change).await?,
            model: Model::default(),
            binding: Binding::default(),
        })
    }

    /// The same, served by another service.
    pub(crate) async fn reopened(self, change: impl FnOnce(&mut Options)) -> Self {
        Self {
            service: self.service.reopened(change).await,
            ..self
        }
    }

    /// Asks for something, and says whether it was done.
    pub(crate) async fn ask(&mut self, action: Action) -> bool {
        self.ask_under_key(action, None).await
    }

    /// The same, under an idempotency key.
    pub(crate) async fn ask_under_key(&mut self, action: Action, key: Option<u8>) -> bool {
        let asked = self.resolve(action, key);
        let answer = self.service.submit(self.request(&asked)).await;
        self.check(&asked, &answer);
        answer.is_ok()
    }

    /// Asks for everything in one burst, each under its idempotency key.
    pub(crate) async fn ask_together(&mut self, actions: Vec<(Action, Option<u8>)>) {
        let asked: Vec<Asked> = actions
            .into_iter()
            .map(|(action, key)| self.resolve(action, key))
            .collect();
        let requests = asked.iter().map(|asked| self.request(asked)).collect();
        let answers = self.service.submit_together(requests).await;
        assert_eq!(answers.len(), asked.len());
        for (asked, answer) in asked.iter().zip(&answers) {
            self.check(asked, answer);
        }
    }

    fn resolve(&self, action: Action, key: Option<u8>) -> Asked {
        let step = Step {
            action,
            expectation: Expectation::Any,
            key,
            dry_run: false,
            again: None,
        };
        self.model.resolve(&step, &[])
    }

    fn request(&self, asked: &Asked) -> Request {
        request(asked, &self.binding)
    }

    /// Holds one answer against the model's.
    pub(crate) fn check(&mut self, asked: &Asked, answer: &Result<Answer, LedgerError>) {
        // A transaction without a date has that of its recording, which its answer alone tells.
        let now = match answer.as_ref().map(|answer| &answer.record) {
            Ok(Record::Transaction(record)) => record.created_at,
            _ => Timestamp::from_micros(0),
        };
        self.binding.check(&self.model.ask(asked, now), answer);
    }
}
