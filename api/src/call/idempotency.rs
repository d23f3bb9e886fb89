//! The idempotency key, and the canonical text of a request that tells it from another with the same key.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;

use super::Call;
use super::query::pairs_without;
use crate::body::Tree;
use crate::problem::Problem;

/// The header's name.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Most characters of a key.
const KEY_CHARS_MAX: usize = 255;

impl Call {
    /// Refuses an idempotency key, where it would promise what is not kept; `detail` says why.
    ///
    /// # Errors
    /// `malformed_request`.
    pub(crate) fn refuse_key(&self, detail: &'static str) -> Result<(), Problem> {
        match key(self.incoming.request.headers())? {
            None => Ok(()),
            Some(_) => Err(Problem::malformed(detail)),
        }
    }

    /// Takes an idempotency key that has nothing to do, since nothing is written.
    ///
    /// # Errors
    /// `malformed_request` for what is no key.
    pub(crate) fn ignore_key(&self) -> Result<(), Problem> {
        key(self.incoming.request.headers()).map(drop)
    }
}

/// The caller's key, without the quotes that it may stand in.
///
/// # Errors
/// `malformed_request` for a header that comes twice or is not 1–255 printable ASCII characters.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value
        .to_str()
        .ok()
        .filter(|_| values.next().is_none())
        .and_then(unquoted);
    text.map(|text| Some(text.to_owned()))
        .ok_or_else(|| Problem::malformed("Idempotency-Key must be 1 to 255 printable ASCII characters, given once."))
}

fn unquoted(text: &str) -> Option<&str> {
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    read_key(text)
}

/// A caller's key, where it is one.
pub(crate) fn read_key(text: &str) -> Option<&str> {
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    (printable && (1..=KEY_CHARS_MAX).contains(&text.len())).then_some(text)
}

/// The request as one text, the same for every spelling of the same request: method, path as it was routed, query
/// without `dry_run` sorted by name, body with its members sorted. Path and query are decoded.
pub(crate) fn canonical(request: &HttpRequest, body: &Tree) -> String {
    let mut query = pairs_without(request.query_string(), "dry_run");
    query.sort();
    canonical_of(
        request.method().as_str(),
        request.match_info().as_str(),
        query,
        &body.to_string(),
    )
}

/// The canonical text of a request, of its parts: the query is sorted, the body is a [`Tree`]'s text.
pub(super) fn canonical_of(method: &str, path: &str, query: Vec<(String, String)>, body: &str) -> String {
    let query = query
        .into_iter()
        .map(|(name, value)| Tree::List(vec![Tree::Text(name), Tree::Text(value)]));
    format!(
        "[{},{},{},{body}]",
        Tree::Text(method.to_owned()),
        Tree::Text(path.to_owned()),
        Tree::List(query.collect()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};
    use actix_web::test::TestRequest;

    fn read(lines: &[&str]) -> Result<Option<String>, Problem> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                HeaderName::from_static(IDEMPOTENCY_KEY),
                HeaderValue::from_str(line).unwrap(),
            );
        }
        key(&headers)
    }

    #[test]
    fn keys_are_read_with_and_without_quotes() {
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&["a b"]).unwrap().as_deref(), Some("a b"));
        assert_eq!(read(&["\"a b\""]).unwrap().as_deref(), Some("a b"));
        assert_eq!(read(&[&"k".repeat(255)]).unwrap().map(|key| key.len()), Some(255));
        assert!(read(&[""]).is_err());
        assert!(read(&["\"\""]).is_err());
        assert!(read(&[&"k".repeat(256)]).is_err());
        assert!(read(&["tab\there"]).is_err());
        assert!(read(&["a", "a"]).is_err());
        let mut headers = HeaderMap::new();
        headers.append(
            HeaderName::from_static(IDEMPOTENCY_KEY),
            HeaderValue::from_bytes(b"\xe9").unwrap(),
        );
        assert!(key(&headers).is_err());
    }

    fn text_of(uri: &str, body: &str) -> String {
        let request = TestRequest::post().uri(uri).to_http_request();
        canonical(&request, &Tree::parse(body.as_bytes()).unwrap())
    }

    #[test]
    fn one_request_has_one_canonical_text() {
        let text = text_of(
            "/api/v1/transactions?reason=x&dry_run=true",
            "{\"b\":\"20.5\",\"a\":1.0}",
        );
        assert_eq!(
            text,
            "[\"POST\",\"/api/v1/transactions\",[[\"reason\",\"x\"]],{\"a\":1.0,\"b\":\"20.5\"}]"
        );
        assert_eq!(
            text,
            text_of(
                "/api/v1/%74ransactions?reason=%78",
                "{ \"a\": 1.0, \"b\": \"\\u00320.5\" }"
            )
        );
        assert_ne!(
            text,
            text_of("/api/v1/transactions?reason=x", "{\"b\":\"20.50\",\"a\":1.0}")
        );
        assert_ne!(
            text,
            text_of("/api/v1/transactions?reason=x", "{\"b\":\"20.5\",\"a\":1}")
        );
    }
}
