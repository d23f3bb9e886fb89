//! A call that changes something: how it is asked for, and its way to the service.

use std::time::Duration;

use service::ledger::{Command, Idempotency, Precondition, Request};
use service::{Credential, LedgerError};

use super::{Call, Query, conditions, idempotency};
use crate::answer::Written;
use crate::body::{Fields, Tree};
use crate::problem::Problem;

/// How long after its deadline a write may still settle whether it was kept.
const SETTLE_TIME_MAX: Duration = Duration::from_secs(10);

/// A write whose headers and query have been read.
#[derive(Debug)]
pub(crate) struct Write {
    call: Call,
    precondition: Precondition,
    /// The caller's key, and the canonical text of the request.
    idempotency: Option<(String, String)>,
    dry_run: bool,
}

impl Call {
    /// Reads what every write understands, and ends the query: all 400s are behind it.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn write(self, mut query: Query) -> Result<Write, Problem> {
        let request = &self.incoming.request;
        let dry_run = self.demand.dry_run && query.flag("dry_run")?;
        query.finish()?;
        // A collection has no version: only a request on one resource can be conditional.
        let precondition = if request.match_info().is_empty() {
            Precondition::Any
        } else {
            conditions::precondition(request.headers())?
        };
        let key = idempotency::key(request.headers())?;
        let idempotency = key.map(|key| (key, idempotency::canonical(request, &self.body)));
        Ok(Write {
            precondition,
            idempotency,
            dry_run,
            call: self,
        })
    }
}

impl Write {
    /// The members of the body; they are there once.
    ///
    /// # Errors
    /// `validation_failed` for a body that is no object.
    pub(crate) fn fields(&mut self) -> Result<Fields, Problem> {
        Fields::of(std::mem::replace(&mut self.call.body, Tree::Null))
    }

    /// Whoever asks.
    pub(crate) fn credential(&self) -> &Credential {
        self.call.credential()
    }

    /// Hands the command to the service and waits for its commit.
    ///
    /// # Errors
    /// Why the ledger refused.
    pub(crate) async fn submit<T>(self, command: Command) -> Result<Written<T>, Problem> {
        let ledger = self.call.ledger().await?;
        let incoming = &self.call.incoming;
        let idempotency = self.idempotency.map(|(key, canonical)| Idempotency {
            scope: String::new(),
            fingerprint: ledger.fingerprint(canonical.as_bytes()),
            key,
        });
        let request = Request {
            command,
            precondition: self.precondition,
            idempotency,
            dry_run: self.dry_run,
            actor: format!("key:{}", self.call.credential.key_id),
            request_id: incoming.request_id.clone(),
        };
        let deadline = incoming.deadline();
        let limit = incoming.later(incoming.state.request_timeout.saturating_add(SETTLE_TIME_MAX));
        let submit = self.call.daybook().submit(&ledger, request, deadline);
        let answer = tokio::time::timeout_at(limit.into(), submit)
            .await
            .map_err(|_| LedgerError::OutcomeUnknown("the service did not settle it in time".to_owned()))??;
        Ok(Written::new(answer))
    }
}
