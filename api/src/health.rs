//! Probes and metrics.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;

use crate::answer::Json;
use crate::call::{Call, Incoming};
use crate::endpoint::within;
use crate::problem::Problem;

/// The longest that a readiness probe waits for the database.
const READY_TIME_MAX: Duration = Duration::from_secs(2);
/// The media type of the text format of Prometheus.
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What a probe is told.
#[derive(Debug, Serialize)]
pub(crate) struct Health {
    status: &'static str,
}

/// `GET /livez`: the process lives.
pub(crate) async fn live(_: Incoming) -> Result<Json<Health>, Problem> {
    Ok(Json(Health { status: "ok" }))
}

/// `GET /readyz`: the database answers, its schema is current, and the server is not about to stop.
pub(crate) async fn ready(incoming: Incoming) -> Result<Json<Health>, Problem> {
    if incoming.state.is_stopping() {
        return Err(Problem::unavailable("the server is stopping"));
    }
    let deadline = Instant::now()
        .checked_add(READY_TIME_MAX)
        .unwrap_or(incoming.arrived_at);
    within(deadline, incoming.state.daybook.check_ready()).await??;
    Ok(Json(Health { status: "ok" }))
}

/// `GET /metrics`, open to everybody.
pub(crate) async fn metrics(incoming: Incoming) -> Result<HttpResponse, Problem> {
    incoming.state.daybook.measure();
    let text = incoming
        .state
        .metrics
        .encode()
        .map_err(|error| Problem::internal(format!("the metrics cannot be written: {error}")))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, PROMETHEUS_TEXT))
        .body(text))
}

/// `GET /metrics`, for whoever has a credential.
pub(crate) async fn metrics_for_key(call: Call) -> Result<HttpResponse, Problem> {
    metrics(call.into_incoming()).await
}
