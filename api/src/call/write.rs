//! A call that changes something: how it is asked for, and its way to the service.

use std::sync::Arc;
use std::time::Duration;

use service::access::TokenSigner;
use service::ledger::{
    Command, CreateTransaction, CreateTransactions, Idempotency, ListedTransaction, Precondition, Request,
};
use service::query::Currencies;
use service::{Answer, Ledger, LedgerError};

use super::{Call, Conditions, Query, conditions, idempotency};
use crate::answer::Written;
use crate::body::{Fields, Tree};
use crate::endpoint::within;
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

/// One transaction of a list.
#[derive(Debug)]
pub(crate) struct ListItem {
    /// Its number in the list, from 0.
    pub(crate) index: usize,
    pub(crate) command: CreateTransaction,
    /// The caller's key for it.
    pub(crate) key: Option<String>,
    /// The text of its body without the key.
    pub(crate) body: String,
}

/// Where a transaction is recorded by itself: an item of a list is the same request.
const ITEM_PATH: &str = "/api/v1/transactions";

impl Call {
    /// Within what an idempotency key is known again: the ledger, and for a user's token the user in it.
    fn key_scope(&self) -> String {
        self.credential
            .user()
            .map_or_else(String::new, |user| user.as_str().to_owned())
    }

    /// A write without parameters of its own.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn write(self) -> Result<Write, Problem> {
        let (write, ()) = self.write_with(|_| Ok(()))?;
        Ok(write)
    }

    /// A write, and what `reader` makes of the parameters that only this one has. All 400s are behind it.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn write_with<T>(
        self,
        reader: impl FnOnce(&mut Query) -> Result<T, Problem>,
    ) -> Result<(Write, T), Problem> {
        let understands_dry_run = self.demand.dry_run;
        let (dry_run, own) = self.query(|query| {
            let dry_run = understands_dry_run && query.flag("dry_run")?;
            Ok((dry_run, reader(query)?))
        })?;
        let request = &self.incoming.request;
        let precondition = match self.demand.conditions {
            Conditions::Ignored => Precondition::Any,
            Conditions::Kept => conditions::precondition(request.headers())?,
            Conditions::Refused => conditions::refuse(request.headers())?,
        };
        let key = idempotency::key(request.headers())?;
        let rules = self.rules();
        if rules.require_idempotency_key && key.is_none() {
            return Err(Problem::idempotency_key_required());
        }
        let is_versioned = self.demand.conditions == Conditions::Kept;
        if rules.require_if_match && is_versioned && precondition == Precondition::Any {
            return Err(Problem::if_match_required());
        }
        let idempotency = key.map(|key| (key, idempotency::canonical(request, &self.body)));
        let write = Write {
            precondition,
            idempotency,
            dry_run,
            call: self,
        };
        Ok((write, own))
    }
}

impl Write {
    /// What `reader` makes of the body, which is there once.
    ///
    /// # Errors
    /// `validation_failed` with every bad field.
    pub(crate) fn body<T>(&mut self, reader: impl FnOnce(&mut Fields) -> Option<T>) -> Result<T, Problem> {
        Fields::read(std::mem::replace(&mut self.call.body, Tree::Null), reader)
    }

    /// The same, of a body whose member `currency` may name one of the ledger's own.
    ///
    /// # Errors
    /// As [`Self::body`]; 503.
    pub(crate) async fn body_in_currencies<T>(
        &mut self,
        reader: impl FnOnce(&mut Fields, &Currencies) -> Option<T>,
    ) -> Result<T, Problem> {
        let currencies = self.call.currencies(self.call.text_member("currency")).await?;
        self.body(|fields| reader(fields, &currencies))
    }

    /// Those of `codes` that are currencies of the ledger's own.
    ///
    /// # Errors
    /// 503.
    pub(crate) async fn currencies<'a>(&self, codes: impl IntoIterator<Item = &'a str>) -> Result<Currencies, Problem> {
        self.call.currencies(codes).await
    }

    /// The ledger, and what signs a token of one of its users.
    ///
    /// # Errors
    /// `ledger_not_found`; 503.
    pub(crate) async fn signer(&self) -> Result<(Arc<Ledger>, TokenSigner), Problem> {
        let ledger = self.call.ledger().await?;
        let signer = within(self.call.incoming.deadline(), self.call.daybook().token_signer()).await??;
        Ok((ledger, signer))
    }

    /// Hands the command to the service and waits for its commit.
    ///
    /// # Errors
    /// Why the ledger refused.
    pub(crate) async fn submit<T>(self, command: Command) -> Result<Written<T>, Problem> {
        let ledger = self.call.ledger().await?;
        self.commit(&ledger, command).await.map(Written::new)
    }

    /// The same for a list. Of one that is not atomic, each item is a request by itself: the list's own key stands for
    /// those of items that have none.
    ///
    /// # Errors
    /// Why the ledger refused, where the list is atomic.
    pub(crate) async fn submit_list(mut self, items: Vec<ListItem>, is_atomic: bool) -> Result<Answer, Problem> {
        let ledger = self.call.ledger().await?;
        let scope = self.call.key_scope();
        let own_key = if is_atomic { None } else { self.idempotency.take() };
        let listed = |item: ListItem| {
            let stands_in = || own_key.as_ref().map(|(key, _)| format!("{key}#{}", item.index));
            let key = item.key.or_else(stands_in);
            let canonical = idempotency::canonical_of("POST", ITEM_PATH, Vec::new(), &item.body);
            ListedTransaction {
                index: item.index,
                command: item.command,
                idempotency: key.map(|key| idempotency_of(&ledger, &scope, &key, &canonical)),
            }
        };
        let items = items.into_iter().map(listed).collect();
        let list = CreateTransactions { items, is_atomic };
        self.commit(&ledger, Command::CreateTransactions(list)).await
    }

    async fn commit(self, ledger: &Ledger, command: Command) -> Result<Answer, Problem> {
        let incoming = &self.call.incoming;
        let idempotency = self
            .idempotency
            .map(|(key, canonical)| idempotency_of(ledger, &self.call.key_scope(), &key, &canonical));
        let request = Request {
            command,
            precondition: self.precondition,
            idempotency,
            dry_run: self.dry_run,
            actor: self.call.actor(),
            acting_user: self.call.credential().user().cloned(),
            request_id: incoming.request_id.to_string(),
        };
        let deadline = incoming.deadline();
        let limit = incoming.later(incoming.state.request_timeout.saturating_add(SETTLE_TIME_MAX));
        let submit = self.call.daybook().submit(ledger, request, deadline);
        let answer = tokio::time::timeout_at(limit.into(), submit)
            .await
            .map_err(|_| LedgerError::OutcomeUnknown("the service did not settle it in time".to_owned()))??;
        Ok(answer)
    }
}

fn idempotency_of(ledger: &Ledger, scope: &str, key: &str, canonical: &str) -> Idempotency {
    Idempotency {
        key: Idempotency::key_of(scope, key),
        fingerprint: ledger.fingerprint(canonical.as_bytes()),
    }
}
