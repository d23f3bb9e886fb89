//! Pages of other origins: which may call the API, and what a browser is told before it does.
//!
//! Off unless origins are named. Credentials are keys in a header, never cookies, so that naming an origin lets its
//! pages send what they know and nothing that the browser holds.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// Methods that a page may use; a path that lacks one says so itself.
const ALLOWED_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
/// Headers of requests that a page may set.
const ALLOWED_HEADERS: &str =
    "authorization, content-type, daybook-ledger, idempotency-key, if-match, if-none-match, x-request-id";
/// Headers of answers that a page may read.
const EXPOSED_HEADERS: &str = "daybook-dry-run, daybook-position, etag, idempotent-replayed, link, location, ratelimit, \
                               ratelimit-policy, retry-after, www-authenticate, x-request-id";
/// Seconds that a browser may remember what it was told.
const MAX_AGE_S: &str = "600";

/// The origins whose pages may call the API.
#[derive(Clone, Debug)]
pub(crate) struct Cors {
    origins: Vec<String>,
}

impl Cors {
    pub(crate) fn new(origins: &[String]) -> Self {
        Self {
            origins: origins.to_vec(),
        }
    }

    /// The answer to a preflight, the same for every path; `None` where it is none, or from an origin that is not
    /// named.
    pub(crate) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<HttpResponse> {
        let asks = headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if *method != Method::OPTIONS || !asks || self.allowed_origin(headers).is_none() {
            return None;
        }
        let response = HttpResponse::NoContent()
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S))
            .finish();
        Some(response)
    }

    /// Tells a browser that the page which sent `request` may read the answer.
    pub(crate) fn mark(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        if self.origins.is_empty() {
            return;
        }
        answer.append(header::VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = self.allowed_origin(request) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(EXPOSED_HEADERS),
            );
        }
    }

    fn allowed_origin<'a>(&self, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let named = |known: &String| known == "*" || known.as_bytes() == origin.as_bytes();
        self.origins.iter().any(named).then_some(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preflight(origin: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST"));
        headers
    }

    #[test]
    fn only_named_origins_are_let_in() {
        let cors = Cors::new(&["https://shop.example".to_owned()]);
        let asked = |headers: &HeaderMap| cors.preflight(&Method::OPTIONS, headers);
        assert!(asked(&preflight("https://shop.example")).is_some());
        assert!(asked(&preflight("https://shop.example.evil")).is_none());
        assert!(asked(&HeaderMap::new()).is_none());
        let mut answer = HeaderMap::new();
        cors.mark(&preflight("https://evil.example"), &mut answer);
        assert!(!answer.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }

    #[test]
    fn off_means_silent() {
        let mut answer = HeaderMap::new();
        Cors::new(&[]).mark(&preflight("https://shop.example"), &mut answer);
        assert!(answer.is_empty());
    }
}
