//! Every error of the API in one shape: `application/problem+json` (RFC 9457).
//!
//! Which error type when: the service answers with [`service::LedgerError`], which `problem::ledger` turns into a
//! [`Problem`] by one match; what this crate refuses by itself is made by the constructors here. Nothing else makes an
//! error response. What is the caller's business is in `detail` and the members; what is not goes to the log alone.

mod code;
mod ledger;

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::{Method, header};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use service::value::FieldError;

use crate::body::Media;

pub(crate) use code::Code;
pub(crate) use ledger::FORBIDDEN_TO_USERS;

/// The media type of every error.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";
/// Seconds after which a request that met a busy or absent database may be sent again.
const RETRY_AFTER_S: &str = "1";
/// The member that names a parameter.
const PARAMETER: &str = "parameter";

/// Why a request was refused.
#[derive(Debug)]
pub(crate) struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: Code,
    detail: Cow<'static, str>,
    members: Vec<(&'static str, Value)>,
    errors: Vec<FieldError>,
    allowed: Vec<Method>,
    /// When it is worth trying again, where that is known.
    retry_after_s: Option<u64>,
    /// For the log, and for nobody else.
    cause: Option<String>,
}

impl Problem {
    /// A problem of kind `code`, told to a person as `detail`.
    pub(crate) fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            code,
            detail: detail.into(),
            members: Vec::new(),
            errors: Vec::new(),
            allowed: Vec::new(),
            retry_after_s: None,
            cause: None,
        }))
    }

    /// The same problem with a further member.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.members.push((name, value.into()));
        self
    }

    /// The same problem with what the log is to say of it.
    pub(crate) fn because(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// 400: what was sent cannot be read.
    pub(crate) fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::MalformedRequest, detail)
    }

    /// 400: one parameter of the query or the path cannot be read.
    pub(crate) fn parameter(name: &str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::malformed(detail).with(PARAMETER, name)
    }

    /// 401.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            Code::Unauthenticated,
            "Send a valid key or token as Authorization: Bearer <key>.",
        )
    }

    /// 403.
    pub(crate) fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Forbidden, detail)
    }

    /// 400 in a ledger that wants a key with every write.
    pub(crate) fn idempotency_key_required() -> Self {
        let detail = "This ledger takes no write without an Idempotency-Key.";
        Self::new(Code::IdempotencyKeyRequired, detail)
    }

    /// 428 in a ledger that wants to know which version a write expects.
    pub(crate) fn if_match_required() -> Self {
        let detail =
            "This ledger takes no write to what has a version without If-Match, or If-None-Match: * to make it.";
        Self::new(Code::IfMatchRequired, detail)
    }

    /// 404 for a path that no route has.
    pub(crate) fn no_such_path() -> Self {
        Self::new(Code::NotFound, "There is no such path; /docs lists those there are.")
    }

    /// 405, with the methods that the path has.
    pub(crate) fn method_not_allowed(allowed: &[Method]) -> Self {
        let names = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let mut problem = Self::new(
            Code::MethodNotAllowed,
            format!("The path has only the methods {names}."),
        );
        problem.0.allowed = allowed.to_vec();
        problem
    }

    /// 408.
    pub(crate) fn request_timeout() -> Self {
        Self::new(Code::RequestTimeout, "The body came too slowly.")
    }

    /// 413.
    pub(crate) fn payload_too_large(bytes_max: usize) -> Self {
        Self::new(
            Code::PayloadTooLarge,
            format!("The body has more than {bytes_max} bytes."),
        )
    }

    /// 415.
    pub(crate) fn unsupported_media_type(media: Media) -> Self {
        let detail = match media {
            Media::MergePatch => "Send the body as application/json or application/merge-patch+json, in UTF-8.",
            Media::Rows => "Send the body as text/csv with a header row or as application/x-ndjson, in UTF-8.",
            Media::None | Media::Json | Media::OptionalJson => "Send the body as application/json, in UTF-8.",
        };
        Self::new(Code::UnsupportedMediaType, detail)
    }

    /// 422 with every bad field.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(
            Code::ValidationFailed,
            "The request has invalid values; errors names each.",
        );
        problem.0.errors = errors;
        problem
    }

    /// 429: the caller has used up what it may ask.
    pub(crate) fn rate_limited(retry_after_s: u64) -> Self {
        let mut problem = Self::new(
            Code::RateLimited,
            "The caller makes more requests than it may; Retry-After says when the next one is let in.",
        );
        problem.0.retry_after_s = Some(retry_after_s);
        problem
    }

    /// 500: a fault of ours.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        Self::new(Code::Internal, "The server met a fault of its own.").because(cause)
    }

    /// 503: nothing was kept.
    pub(crate) fn unavailable(cause: impl Into<String>) -> Self {
        Self::new(
            Code::Unavailable,
            "The server cannot answer at the moment; nothing was kept.",
        )
        .because(cause)
    }

    /// 503: a write may or may not have been kept.
    pub(crate) fn outcome_unknown(cause: impl Into<String>) -> Self {
        Self::new(
            Code::OutcomeUnknown,
            "Whether the request was kept is not known; send it again with the same Idempotency-Key to settle it.",
        )
        .because(cause)
    }

    /// What kind of problem it is.
    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// What a person is told.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The parameter that cannot be read, where it is about one.
    pub(crate) fn named_parameter(&self) -> Option<&str> {
        let found = self.0.members.iter().find(|(name, _)| *name == PARAMETER);
        found.and_then(|(_, value)| value.as_str())
    }

    /// Every bad field, where it is about such.
    pub(crate) fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// What the log is to say of it.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The answer to the request called `request_id`.
    pub(crate) fn respond(&self, request_id: &str) -> HttpResponse {
        let code = self.0.code;
        let mut response = HttpResponse::build(code.status());
        response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
        match code {
            Code::Unauthenticated => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            Code::MethodNotAllowed => {
                response.insert_header(header::Allow(self.0.allowed.clone()));
            }
            Code::Unavailable | Code::Overloaded | Code::OutcomeUnknown => {
                response.insert_header((header::RETRY_AFTER, RETRY_AFTER_S));
            }
            Code::RateLimited => {
                response.insert_header((header::RETRY_AFTER, self.0.retry_after_s.unwrap_or(1)));
            }
            _ => {}
        }
        response.body(self.document(request_id))
    }

    /// The body of that answer.
    pub(crate) fn document(&self, request_id: &str) -> Vec<u8> {
        let document = Document {
            problem: &self.0,
            request_id,
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

/// The problem as a JSON document.
struct Document<'a> {
    problem: &'a Inner,
    request_id: &'a str,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = self.problem.code;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &format_args!("urn:daybook:problem:{}", code.as_str()))?;
        map.serialize_entry("title", code.title())?;
        map.serialize_entry("status", &code.status().as_u16())?;
        map.serialize_entry("code", code.as_str())?;
        map.serialize_entry("detail", &self.problem.detail)?;
        map.serialize_entry("request_id", self.request_id)?;
        for (name, value) in &self.problem.members {
            map.serialize_entry(name, value)?;
        }
        if code == Code::ValidationFailed {
            let errors: Vec<FieldDocument> = self.problem.errors.iter().map(FieldDocument::of).collect();
            map.serialize_entry("errors", &errors)?;
        }
        map.end()
    }
}

/// One bad field.
#[derive(serde::Serialize)]
struct FieldDocument<'a> {
    field: &'a str,
    code: &'static str,
    detail: &'a str,
}

impl<'a> FieldDocument<'a> {
    fn of(error: &'a FieldError) -> Self {
        Self {
            field: &error.field,
            code: error.error.code.as_str(),
            detail: &error.error.detail,
        }
    }
}
