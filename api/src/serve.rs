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
    let answer = async move { preflight.ok_or_else(|| Problem::method_not_allowed(&allowed)) };
    finish(&incoming, path, answer).await
}

/// Answers a request for a path that no route has.
pub(crate) async fn wrong_path(state: Arc<State>, request: HttpRequest) -> HttpResponse {
    let incoming = Incoming::new(request, state);
    finish(&incoming, UNMATCHED, async { Err(Problem::no_such_path()) }).await
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
