//! A request on its way to a handler, checked in the order of the contract.
//!
//! Routing comes first (404, 405). [`Call::admit`] then asks for the credential (401), counts the request by it (429) and
//! looks at its role (403) before it touches the body (413, 415) and reads it (400). The handler takes ids and parameters
//! (still 400), then the values of the body (422), and only then is the ledger looked up and the service called. One
//! function after the other instead of extractors: actix runs those of one handler side by side, so that a later one can
//! answer first.

mod accept;
mod admission;
mod books;
pub(crate) mod conditions;
mod counting;
mod demand;
pub(crate) mod idempotency;
pub(crate) mod query;
pub(crate) mod request_id;
mod write;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::Method;
use uuid::Uuid;

use service::query::Currencies;
use service::record::{Role, TransactionKind};
use service::value::{UserId, ValueError};
use service::{Credential, Daybook, Ledger};

use crate::body::{self, Media, Rows, Tree};
use crate::problem::{FORBIDDEN_TO_USERS, Problem};
use crate::rate_limit::Standing;
use crate::state::State;

pub(crate) use accept::preferred;
pub(crate) use admission::LEDGER_DEFAULT;
pub(crate) use demand::{Conditions, Demand, UserAccess};
pub(crate) use idempotency::read_key;
pub(crate) use query::Query;
pub(crate) use write::ListItem;

/// What stands in a path for the user whose token is shown.
const ME: &str = "me";

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) request: HttpRequest,
    pub(crate) state: Arc<State>,
    pub(crate) request_id: Rc<str>,
    pub(crate) arrived_at: Instant,
    /// How the caller stands, once the request was counted.
    pub(crate) standing: Rc<Cell<Option<Standing>>>,
}

impl Incoming {
    pub(crate) fn new(request: HttpRequest, state: Arc<State>) -> Self {
        let request_id = request_id::request_id(request.headers()).into();
        Self {
            request,
            state,
            request_id,
            arrived_at: Instant::now(),
            standing: Rc::default(),
        }
    }

    /// When the request must have been answered.
    pub(crate) fn deadline(&self) -> Instant {
        self.later(self.state.request_timeout)
    }

    /// `time` after the request came in.
    pub(crate) fn later(&self, time: Duration) -> Instant {
        self.arrived_at.checked_add(time).unwrap_or(self.arrived_at)
    }
}

/// A request whose bearer is known, may do it, and has sent a readable body.
#[derive(Debug)]
pub(crate) struct Call {
    incoming: Incoming,
    credential: Credential,
    ledger_name: String,
    /// The ledger, where a write has looked for what it must have there, and found it.
    ledger: Option<Arc<Ledger>>,
    demand: Demand,
    body: Tree,
    /// The body that the handler reads by itself, where it does.
    rows: Option<Rows>,
}

impl Call {
    /// Lets a request in, or says why not.
    ///
    /// # Errors
    /// 401 or 429, 403, 413, 415, 400 in this order; 408 for a slow body; 503.
    pub(crate) async fn admit(
        incoming: Incoming,
        mut payload: Payload,
        role: Role,
        demand: Demand,
    ) -> Result<Self, Problem> {
        let deadline = incoming.deadline();
        let headers = incoming.request.headers();
        let credential = incoming.authenticate(deadline).await?;
        admission::check_access(&credential, role, demand.users)?;
        admission::check_ledger(&credential, headers)?;
        if let (Some(_), Some(own), UserAccess::Edit) = (credential.user(), &credential.ledger, demand.users)
            && !books::written(&incoming, own, &demand)
                .await?
                .is_some_and(|ledger| ledger.rules.users_may_edit)
        {
            return Err(Problem::forbidden(FORBIDDEN_TO_USERS));
        }
        let body = body::read(
            &incoming.request,
            &mut payload,
            demand.media,
            demand.body_bytes_max,
            deadline.into(),
        )
        .await?;
        let ledger_name = admission::ledger_name(&credential, headers)?;
        if demand.method == Method::GET {
            conditions::if_none_match(headers)?;
        }
        let ledger = books::written(&incoming, &ledger_name, &demand).await?;
        let rows = match demand.media {
            Media::Rows => Rows::of(&incoming.request, payload),
            _ => None,
        };
        Ok(Self {
            rows,
            credential,
            ledger_name,
            ledger,
            demand,
            body,
            incoming,
        })
    }

    /// The request as it came in, for what needs no more than to know that somebody was let in.
    pub(crate) fn into_incoming(self) -> Incoming {
        self.incoming
    }

    /// A text in the body, before the body is checked as a whole.
    pub(crate) fn text_member(&self, name: &str) -> Option<&str> {
        match &self.body {
            Tree::Object(members) => match members.get(name) {
                Some(Tree::Text(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// The body of an import, which is there once.
    ///
    /// # Errors
    /// Those of a route that has none.
    pub(crate) fn take_rows(&mut self) -> Result<Rows, Problem> {
        let rows = self.rows.take();
        rows.ok_or_else(|| Problem::internal("a handler reads rows that its route has not kept"))
    }

    /// The name of the request in the journal.
    pub(crate) fn request_id(&self) -> &str {
        &self.incoming.request_id
    }

    /// Waits until the server has begun to stop, and `time` more.
    pub(crate) async fn stopped_for(&self, time: Duration) {
        self.incoming.state.stopping().await;
        tokio::time::sleep(time).await;
    }

    /// The service.
    pub(crate) fn daybook(&self) -> &Daybook {
        &self.incoming.state.daybook
    }

    /// Whoever asks.
    pub(crate) fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The role of whoever asks.
    ///
    /// # Errors
    /// `forbidden` for a user's token, which has none.
    pub(crate) fn role(&self) -> Result<Role, Problem> {
        let role = self.credential.role();
        role.ok_or_else(|| Problem::forbidden(FORBIDDEN_TO_USERS))
    }

    /// Refuses a credit that a user's token may not record: as soon as the body can be read, since 403 comes before all
    /// that is wrong with it.
    ///
    /// # Errors
    /// `forbidden`.
    pub(crate) fn check_credit(&self) -> Result<(), Problem> {
        let is_refused = self.credential.user().is_some()
            && !self.rules().users_may_edit
            && self.text_member("type") == Some(TransactionKind::Credit.as_str());
        if is_refused {
            return Err(Problem::forbidden(FORBIDDEN_TO_USERS));
        }
        Ok(())
    }

    /// Whoever asks, as the journal names it.
    pub(crate) fn actor(&self) -> String {
        self.credential.actor()
    }

    /// The one of `offered` media types that the caller would rather have.
    pub(crate) fn preferred<T: Copy>(&self, offered: &[(&str, T)], default: T) -> T {
        preferred(&self.incoming.request, offered, default)
    }

    /// What `reader` makes of the query.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn query<T>(&self, reader: impl FnOnce(&mut Query) -> Result<T, Problem>) -> Result<T, Problem> {
        Query::read(self.incoming.request.query_string(), reader)
    }

    /// The same, of a query in which `currency` may name one of the ledger's own.
    ///
    /// # Errors
    /// `malformed_request`; 503.
    pub(crate) async fn query_in_currencies<T>(
        &self,
        reader: impl FnOnce(&mut Query, &Currencies) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let query = Query::parse(self.incoming.request.query_string())?;
        let currencies = self.currencies(query.given("currency")).await?;
        query.read_all(|query| reader(query, &currencies))
    }

    /// Refuses any parameter.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn no_query(&self) -> Result<(), Problem> {
        self.query(|_| Ok(()))
    }

    /// The id in the path, one that the server made.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn id(&self) -> Result<Uuid, Problem> {
        self.path_parameter(body::server_id)
    }

    /// The id in the path, one that the caller chose; of a user's token, `me` is the user's own.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn user_id(&self) -> Result<UserId, Problem> {
        match self.credential.user() {
            Some(own) if self.path_id() == ME => Ok(own.clone()),
            _ => self.path_parameter(UserId::parse),
        }
    }

    /// What `parse` makes of the id in the path.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn path_parameter<T>(&self, parse: impl FnOnce(&str) -> Result<T, ValueError>) -> Result<T, Problem> {
        parse(self.path_id()).map_err(|error| Problem::parameter("id", error.detail))
    }

    fn path_id(&self) -> &str {
        self.incoming.request.match_info().get("id").unwrap_or_default()
    }
}
