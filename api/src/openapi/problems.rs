//! Which problems a route can answer: what follows from its demand, and what only it can meet.

use std::collections::BTreeMap;

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::{Response, ResponseBuilder};

use super::answered::RATE_LIMIT;
use super::{examples, parameters, schemas};
use crate::body::Media;
use crate::call::{Conditions, Demand};
use crate::problem::{Code, MEDIA_TYPE};

/// Every code that a route of this `demand` can answer; `own` are those that only it can meet.
pub(super) fn codes(path: &str, demand: &Demand, has_cursor: bool, own: &[Code]) -> Vec<Code> {
    let mut codes = vec![Code::Internal];
    if demand.role.is_some() {
        codes.extend([
            Code::MalformedRequest,
            Code::Unauthenticated,
            Code::Forbidden,
            Code::Unavailable,
            Code::Overloaded,
        ]);
    }
    if demand.is_counted {
        codes.push(Code::RateLimited);
    }
    if is_about_a_ledger(path, demand) {
        codes.push(Code::LedgerNotFound);
    }
    if demand.media != Media::None {
        codes.extend([Code::RequestTimeout, Code::UnsupportedMediaType]);
    }
    if demand.writes {
        codes.push(Code::OutcomeUnknown);
    }
    // What is wrong with a row is told in the report.
    if demand.media != Media::None && demand.media != Media::Rows {
        codes.extend([Code::PayloadTooLarge, Code::ValidationFailed]);
    }
    if takes_key(demand) {
        codes.extend([Code::IdempotencyKeyReused, Code::IdempotencyKeyRequired]);
    }
    if has_cursor {
        codes.push(Code::InvalidCursor);
    }
    if path.contains("{id}") {
        codes.extend(absence(path));
    }
    if demand.conditions == Conditions::Kept {
        codes.extend([Code::VersionMismatch, Code::IfMatchRequired]);
    }
    codes.extend_from_slice(own);
    codes
}

/// Whether it is about one ledger: that of the credential, or the one that an operator picks.
pub(super) fn is_about_a_ledger(path: &str, demand: &Demand) -> bool {
    demand.role.is_some() && path.starts_with("/api/") && !path.starts_with("/api/v1/ledgers")
}

/// Whether an `Idempotency-Key` makes a request safe to send again.
pub(super) fn takes_key(demand: &Demand) -> bool {
    demand.role.is_some() && demand.writes && demand.media != Media::Rows
}

/// What is told where the resource in the path is not there.
fn absence(path: &str) -> Option<Code> {
    let resource = path.strip_prefix("/api/v1/")?.split('/').next()?;
    match resource {
        // Of one that was erased none is made anew.
        "users" => Some(Code::UserNotFound),
        "accounts" => Some(Code::AccountNotFound),
        "transactions" => Some(Code::TransactionNotFound),
        "keys" => Some(Code::KeyNotFound),
        "limits" => Some(Code::LimitNotFound),
        "ledgers" => Some(Code::LedgerNotFound),
        _ => None,
    }
}

/// The answers of `codes`, by status.
pub(super) fn responses(codes: &[Code]) -> BTreeMap<String, Response> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in Code::ALL.iter().filter(|code| codes.contains(code)) {
        by_status.entry(code.status().as_u16()).or_default().push(*code);
    }
    by_status
        .into_iter()
        .map(|(status, codes)| (status.to_string(), response(&codes)))
        .collect()
}

fn response(codes: &[Code]) -> Response {
    let told: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`: {}.", code.as_str(), code.title()))
        .collect();
    let examples = codes.iter().map(|code| {
        let example = ExampleBuilder::new()
            .summary(code.title())
            .value(Some(examples::problem(*code)));
        (code.as_str(), example.build())
    });
    let content = ContentBuilder::new()
        .schema(Some(schemas::reference("Problem")))
        .examples_from_iter(examples)
        .build();
    let mut response = ResponseBuilder::new()
        .description(told.join(" "))
        .content(MEDIA_TYPE, content)
        .header("X-Request-Id", request_id());
    if codes.contains(&Code::Unauthenticated) {
        let scheme = parameters::answered(schemas::enumeration(&["Bearer"]), "How to authenticate.");
        response = response.header("WWW-Authenticate", scheme);
    }
    if codes.contains(&Code::Unavailable) || codes.contains(&Code::RateLimited) {
        let seconds = parameters::answered(schemas::integer(1), "Seconds after which to try again.");
        response = response.header("Retry-After", seconds);
    }
    if codes.contains(&Code::RateLimited) {
        for (name, description) in RATE_LIMIT {
            let header = parameters::answered(schemas::any_text(), description);
            response = response.header(*name, header);
        }
    }
    response.build()
}

/// The header that every answer has.
pub(super) fn request_id() -> utoipa::openapi::Header {
    parameters::answered(
        schemas::any_text(),
        "The request's id: the caller's if it sent a readable one.",
    )
}
