//! The way of every request: named, answered whatever happens, counted and logged.
//!
//! Nothing is left to the framework: a path without a route, a method that a path does not have and a handler that
//! panics are answered here as well, each with the problem document and the request's id.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::FutureExt;

use crate::call::Incoming;
use crate::call::request_id::REQUEST_ID;
use crate::endpoint::{Endpoint, Outcome};
use crate::metrics::UNMATCHED;
use crate::problem::{Code, Problem};
use crate::state::State;

/// What somebody owns is for no cache that others share.
const KEPT_BY_READER: &str = "private, no-cache";
/// What cannot be asked for again by its tag is kept nowhere.
const KEPT_BY_NOBODY: &str = "no-store";
/// A browser that was here asks for the next year by TLS alone.
const TLS_ALONE: &str = "max-age=31536000";

/// Answers a request for `endpoint`.
pub(crate) async fn endpoint(
    state: Arc<State>,
    endpoint: Rc<Endpoint>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let incoming = Incoming::new(request, state);
    let answer = endpoint.answer(incoming.clone(), payload);
    finish(&incoming, endpoint.path, answer).await
}

/// Answers a request for `path` with a method that it does not have.
pub(crate) async fn wrong_method(
    state: Arc<State>,
    path: &'static str,
    allowed: Rc<[Method]>,
    request: HttpRequest,
) -> HttpResponse {
    let incoming = Incoming::new(request, state);
    let request = &incoming.request;
    let preflight = incoming.state.cors.preflight(request.method(), request.headers());
    let answer = async {
        // A browser's question costs nothing, and many browsers may share an address.
        if let Some(preflight) = preflight {
            return Ok(preflight);
        }
        incoming.count_by_address()?;
        Err(Problem::method_not_allowed(&allowed))
    };
    finish(&incoming, path, answer).await
}

/// Answers a request for a path that no route has.
pub(crate) async fn wrong_path(state: Arc<State>, request: HttpRequest) -> HttpResponse {
    let incoming = Incoming::new(request, state);
    let answer = async {
        incoming.count_by_address()?;
        Err(Problem::no_such_path())
    };
    finish(&incoming, UNMATCHED, answer).await
}

async fn finish(incoming: &Incoming, route: &'static str, answer: impl Future<Output = Outcome>) -> HttpResponse {
    let _in_flight = incoming.state.metrics.begin();
    let outcome = AssertUnwindSafe(answer)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(Problem::internal("a handler panicked")));
    let mut response = outcome.unwrap_or_else(|problem| {
        incoming.state.metrics.count_rejection(problem.code());
        report(incoming, route, &problem);
        problem.respond(&incoming.request_id)
    });
    mark(incoming, &mut response);
    observe(incoming, route, response.status());
    response
}

/// The headers of every answer.
fn mark(incoming: &Incoming, response: &mut HttpResponse) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&incoming.request_id) {
        headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        // What has a tag may be kept by its reader, who asks whether it is still so.
        let kept = if headers.contains_key(header::ETAG) {
            KEPT_BY_READER
        } else {
            KEPT_BY_NOBODY
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    }
    if incoming.state.has_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TLS_ALONE));
    }
    if let Some(standing) = incoming.standing.get() {
        standing.mark(headers);
    }
    incoming.state.cors.mark(incoming.request.headers(), headers);
    // Whoever keeps a connection to a server that stops would lose the next request on it.
    if incoming.state.is_stopping() {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
}

fn observe(incoming: &Incoming, route: &'static str, status: StatusCode) {
    let duration = incoming.arrived_at.elapsed();
    let method = incoming.request.method();
    let label = if is_known(method) { method.as_str() } else { "other" };
    incoming.state.metrics.observe(label, route, status.as_str(), duration);
    log::debug!(
        target: "daybook::requests",
        request_id = &*incoming.request_id,
        method = label,
        route = route,
        status = status.as_u16(),
        duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        "answered"
    );
}

/// A method that anybody can make up is no label.
fn is_known(method: &Method) -> bool {
    [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ]
    .contains(method)
}

/// Tells the log the cause of what the caller is told nothing about.
fn report(incoming: &Incoming, route: &'static str, problem: &Problem) {
    let code = problem.code();
    if !code.status().is_server_error() {
        return;
    }
    let level = match code {
        Code::Internal => log::Level::Error,
        // The meters tell it: a line for each would make the overload worse.
        Code::Overloaded => log::Level::Debug,
        // Whoever asks is told what was asked for: to stop.
        Code::Unavailable if route == "/readyz" && incoming.state.is_stopping() => log::Level::Info,
        _ => log::Level::Warn,
    };
    log::log!(
        level,
        request_id = &*incoming.request_id,
        route = route,
        code = code.as_str();
        "{}",
        problem.cause().unwrap_or("no further cause")
    );
}
