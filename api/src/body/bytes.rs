//! The bytes of a body: bounded in number and in time, of a media type that the route reads.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::Tree;
use crate::problem::Problem;

/// Most bytes of a body, where its route does not say otherwise.
pub(crate) const BODY_BYTES_MAX: usize = 1_048_576;
/// The longest that a body may take to arrive.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// What is said of a body whose chunks cannot be told apart.
pub(crate) const MALFORMED_CHUNK: &str = "The chunked coding of the body is malformed.";

/// What a route reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// Nothing: a body is left alone, unless it is known to be broken by then.
    None,
    /// JSON.
    Json,
    /// JSON, or no body at all.
    OptionalJson,
    /// JSON, also as `application/merge-patch+json`.
    MergePatch,
    /// CSV or newline-delimited JSON, row by row and of any size: the handler reads it, as [`super::Rows`].
    Rows,
}

impl Media {
    /// The media types that it stands for.
    pub(crate) fn types(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Json | Self::OptionalJson => &["application/json"],
            Self::MergePatch => &["application/json", "application/merge-patch+json"],
            Self::Rows => &["text/csv", "application/x-ndjson"],
        }
    }
}

/// Reads the body that `media` asks for, of at most `bytes_max`; no body is an empty object, and so is one that the handler reads.
///
/// # Errors
/// `payload_too_large` before `unsupported_media_type` before `malformed_request`; `request_timeout` when the bytes do
/// not arrive in time.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    media: Media,
    bytes_max: usize,
    deadline: Instant,
) -> Result<Tree, Problem> {
    if media == Media::None {
        skip(payload)?;
        return Ok(Tree::Object(std::collections::BTreeMap::new()));
    }
    let headers = request.headers();
    if media == Media::Rows {
        accepted_type(headers, media).ok_or_else(|| Problem::unsupported_media_type(media))?;
        return Ok(Tree::Object(std::collections::BTreeMap::new()));
    }
    if announced_bytes(headers).is_some_and(|bytes| bytes > bytes_max) {
        return Err(Problem::payload_too_large(bytes_max));
    }
    let body_deadline = Instant::now().checked_add(BODY_TIME_MAX).unwrap_or(deadline);
    let deadline = deadline.min(body_deadline);
    let bytes = timeout_at(deadline, collect(payload, bytes_max))
        .await
        .map_err(|_| Problem::request_timeout())??;
    let typed = headers.contains_key(header::CONTENT_TYPE);
    if bytes.is_empty() && media == Media::OptionalJson {
        return Ok(Tree::Object(std::collections::BTreeMap::new()));
    }
    if (typed || !bytes.is_empty()) && accepted_type(headers, media).is_none() {
        return Err(Problem::unsupported_media_type(media));
    }
    Tree::parse(&bytes).map_err(|fault| Problem::malformed(format!("The body {fault}")))
}

async fn collect(payload: &mut Payload, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(unreadable)?;
        if bytes.len().saturating_add(chunk.len()) > bytes_max {
            return Err(Problem::payload_too_large(bytes_max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// Leaves out what has come of a body that nobody reads.
fn skip(payload: &mut Payload) -> Result<(), Problem> {
    while let Some(Some(chunk)) = payload.next().now_or_never() {
        chunk.map_err(unreadable)?;
    }
    Ok(())
}

pub(super) fn unreadable(error: PayloadError) -> Problem {
    match error {
        PayloadError::Overflow => too_large(),
        PayloadError::EncodingCorrupted => Problem::malformed(MALFORMED_CHUNK),
        _ => Problem::malformed("The body broke off before its end."),
    }
}

fn announced_bytes(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?;
    // A length beyond a usize is beyond the limit too.
    Some(length.trim().parse().unwrap_or(usize::MAX))
}

/// Which of the media types that `media` stands for the headers announce, as uncompressed UTF-8.
pub(super) fn accepted_type(headers: &HeaderMap, media: Media) -> Option<&'static str> {
    let plain = headers
        .get(header::CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let mut parts = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .split(';')
        .map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let is_plain_text = plain && parts.all(is_harmless_parameter);
    let named = media.types().iter().find(|name| essence.eq_ignore_ascii_case(name));
    named.copied().filter(|_| is_plain_text)
}

/// What is read is UTF-8 whatever a parameter says; one that says otherwise announces another text.
fn is_harmless_parameter(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let charset = value.trim().trim_matches('"');
            charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    }
}

fn too_large() -> Problem {
    Problem::payload_too_large(BODY_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn accepted(content_type: &'static str, media: Media) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        accepted_type(&headers, media).is_some()
    }

    #[test]
    fn media_types_are_told_apart() {
        assert!(accepted("application/json", Media::Json));
        assert!(accepted("Application/JSON; charset=\"UTF-8\"", Media::Json));
        assert!(accepted("application/merge-patch+json", Media::MergePatch));
        assert!(accepted("application/json", Media::MergePatch));
        assert!(!accepted("application/merge-patch+json", Media::Json));
        assert!(!accepted("application/json; charset=latin1", Media::Json));
        assert!(!accepted("text/plain", Media::Json));
        assert!(accepted("text/csv; header=present", Media::Rows));
        assert!(accepted("application/x-ndjson", Media::Rows));
        assert!(!accepted("application/json", Media::Rows));
        assert!(!accepted("text/csv; charset=utf-16", Media::Rows));
        assert_eq!(accepted_type(&HeaderMap::new(), Media::Json), None);
    }

    #[test]
    fn a_compressed_body_is_not_read() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(accepted_type(&headers, Media::Json), None);
    }
}
