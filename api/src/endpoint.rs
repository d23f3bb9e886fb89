//! One method of one path: what it demands, and the handler that answers it.

use std::future::Future;
use std::rc::Rc;
use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::Method;
use futures_util::future::{FutureExt, LocalBoxFuture};

use service::record::Role;

use crate::answer::Respond;
use crate::body::{BODY_BYTES_MAX, Media};
use crate::call::{Call, Conditions, Demand, Incoming, UserAccess};
use crate::problem::Problem;

/// What a handler comes to.
pub(crate) type Outcome = Result<HttpResponse, Problem>;

/// An async function from an `I` to something that can be answered.
pub(crate) trait Handler<I>: 'static {
    /// Calls it.
    fn handle(&self, input: I) -> impl Future<Output = Result<impl Respond, Problem>> + 'static;
}

impl<I, A, F, R> Handler<I> for A
where
    A: Fn(I) -> F + 'static,
    F: Future<Output = Result<R, Problem>> + 'static,
    R: Respond,
{
    fn handle(&self, input: I) -> impl Future<Output = Result<impl Respond, Problem>> + 'static {
        self(input)
    }
}

type Answerer = Rc<dyn Fn(Incoming, Payload, Demand) -> LocalBoxFuture<'static, Outcome>>;

/// One method of one path.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) path: &'static str,
    pub(crate) demand: Demand,
    answerer: Answerer,
}

impl Endpoint {
    /// A probe: it asks for no credential, and is answered however often it comes.
    pub(crate) fn probe(path: &'static str, handler: impl Handler<Incoming>) -> Self {
        let mut probe = Self::open(path, handler);
        probe.demand.is_counted = false;
        probe
    }

    /// A page that asks for no credential.
    pub(crate) fn open(path: &'static str, handler: impl Handler<Incoming>) -> Self {
        let handler = Rc::new(handler);
        let answerer: Answerer = Rc::new(move |incoming, _, demand| {
            let handler = Rc::clone(&handler);
            async move {
                if demand.is_counted {
                    incoming.count_by_address()?;
                }
                handler.handle(incoming.clone()).await?.respond(&incoming)
            }
            .boxed_local()
        });
        let demand = Demand {
            method: Method::GET,
            role: None,
            users: UserAccess::None,
            media: Media::None,
            is_counted: true,
            body_bytes_max: BODY_BYTES_MAX,
            dry_run: false,
            writes: false,
            conditions: Conditions::Ignored,
        };
        Self { path, demand, answerer }
    }

    /// A read, for `role` and above.
    pub(crate) fn get(path: &'static str, role: Role, handler: impl Handler<Call>) -> Self {
        Self::admitted(path, role, Method::GET, Media::None, handler)
    }

    /// A write with a body of `media`, for `role` and above; it understands `dry_run`.
    pub(crate) fn post(path: &'static str, role: Role, media: Media, handler: impl Handler<Call>) -> Self {
        Self::admitted(path, role, Method::POST, media, handler)
    }

    /// A write of a whole resource in JSON.
    pub(crate) fn put(path: &'static str, role: Role, handler: impl Handler<Call>) -> Self {
        Self::admitted(path, role, Method::PUT, Media::Json, handler)
    }

    /// A merge patch.
    pub(crate) fn patch(path: &'static str, role: Role, handler: impl Handler<Call>) -> Self {
        Self::admitted(path, role, Method::PATCH, Media::MergePatch, handler)
    }

    /// A write without a body.
    pub(crate) fn delete(path: &'static str, role: Role, handler: impl Handler<Call>) -> Self {
        Self::admitted(path, role, Method::DELETE, Media::None, handler)
    }

    /// The same, also for users' tokens.
    pub(crate) fn for_users(mut self, users: UserAccess) -> Self {
        self.demand.users = users;
        self
    }

    /// The same write, with a body of at most so many bytes.
    pub(crate) fn with_body_bytes_max(mut self, bytes_max: usize) -> Self {
        self.demand.body_bytes_max = bytes_max;
        self
    }

    /// The same write, always kept.
    pub(crate) fn without_dry_run(mut self) -> Self {
        self.demand.dry_run = false;
        self
    }

    /// What is asked for by POST since it is much work, and changes nothing.
    pub(crate) fn without_writing(mut self) -> Self {
        self.demand.writes = false;
        self.demand.dry_run = false;
        self
    }

    /// The same write, to something that has no version.
    pub(crate) fn without_conditions(mut self) -> Self {
        self.demand.conditions = Conditions::Refused;
        self
    }

    /// Answers a request.
    pub(crate) fn answer(&self, incoming: Incoming, payload: Payload) -> LocalBoxFuture<'static, Outcome> {
        (self.answerer)(incoming, payload, self.demand.clone())
    }

    fn admitted(path: &'static str, role: Role, method: Method, media: Media, handler: impl Handler<Call>) -> Self {
        let handler = Rc::new(handler);
        let answerer: Answerer = Rc::new(move |incoming, payload, demand| {
            let handler = Rc::clone(&handler);
            async move {
                let deadline = incoming.deadline();
                let is_read = demand.method == Method::GET;
                let call = Call::admit(incoming.clone(), payload, role, demand).await?;
                let handled = handler.handle(call);
                // A write bounds itself: what becomes of it must be known before it can be given up.
                let answer = if is_read {
                    within(deadline, handled).await?
                } else {
                    handled.await
                };
                answer?.respond(&incoming)
            }
            .boxed_local()
        });
        let demand = Demand {
            dry_run: method != Method::GET,
            writes: method != Method::GET,
            conditions: if method == Method::PUT || (method != Method::GET && path.contains("{id}")) {
                Conditions::Kept
            } else {
                Conditions::Ignored
            },
            role: Some(role),
            users: UserAccess::None,
            method,
            media,
            is_counted: true,
            body_bytes_max: BODY_BYTES_MAX,
        };
        Self { path, demand, answerer }
    }
}

/// What `work` comes to, if it does before `deadline`.
///
/// # Errors
/// `unavailable`.
pub(crate) async fn within<T>(deadline: Instant, work: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout_at(deadline.into(), work)
        .await
        .map_err(|_| Problem::unavailable("the service did not answer in time"))
}
