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
use super::steps::{Action, Step};

/// A service, and what it must hold.
pub(crate) struct Played {
    pub(crate) service: Service,
    pub(crate) model: Model,
    pub(crate) binding: Binding,
    /// Nothing is recorded before.
    now: Timestamp,
}

impl Played {
    /// Opens a fresh database with changed options; `None` where there is no such engine, which was said.
    pub(crate) async fn open(engine: Engine, change: impl FnOnce(&mut Options)) -> Option<Self> {
        Some(Self {
            service: Service::open(engine, change).await?,
            model: Model::default(),
            binding: Binding::default(),
            now: Timestamp::from_micros(0),
        })
    }

    /// The same, served by another service.
    pub(crate) async fn reopened(self, change: impl FnOnce(&mut Options)) -> Self {
        Self {
            service: self.service.reopened(change).await,
            ..self
        }
    }

    /// Does something from `now` on: a ledger goes on from whatever it recorded last, so it is told that this was just
    /// before.
    pub(crate) async fn at(&mut self, now: Timestamp, work: impl AsyncFnOnce(&mut Self)) {
        self.now = now;
        let last = now.micros() - 1;
        self.record_last(&last.to_string()).await;
        work(self).await;
        // Where nothing was recorded, that would be a lie.
        self.record_last("(SELECT COALESCE(MAX(recorded_at), 0) FROM blocks)")
            .await;
    }

    async fn record_last(&self, at: &str) {
        let told = format!("UPDATE ledgers SET last_recorded_at = {at}");
        assert_eq!(self.service.database.execute(&told).await, 1);
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
            key,
            ..Step::of(action)
        };
        self.model.resolve(&step, &[])
    }

    fn request(&self, asked: &Asked) -> Request {
        request(asked, &self.binding)
    }

    /// Holds one answer against the model's.
    pub(crate) fn check(&mut self, asked: &Asked, answer: &Result<Answer, LedgerError>) {
        // Each commit is a microsecond later than the one before, or more: when it was, its answer alone tells.
        let now = match answer.as_ref().map(|answer| &answer.record) {
            Ok(Record::Transaction(record)) => record.updated_at.max(self.now),
            Ok(Record::Batch(batch)) => batch
                .data
                .iter()
                .map(|record| record.updated_at)
                .fold(self.now, Ord::max),
            _ => self.now,
        };
        self.binding.check(&self.model.ask(asked, now), answer);
    }
}
