//! The name of a request, in its answer, in the log and in the journal.

use actix_web::http::header::HeaderMap;
use uuid::Uuid;

/// The header's name.
pub(crate) const REQUEST_ID: &str = "x-request-id";
/// Most characters of an id that a caller chooses.
const CHARS_MAX: usize = 128;

/// The caller's id if it is 1–128 printable ASCII characters, else one made here.
pub(crate) fn request_id(headers: &HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|text| (1..=CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn an_id_that_cannot_be_answered_is_replaced() {
        let answered = |given: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(
                HeaderName::from_static(REQUEST_ID),
                HeaderValue::from_bytes(given.as_bytes()).unwrap(),
            );
            request_id(&headers)
        };
        assert_eq!(answered("order-17"), "order-17");
        for given in ["", "é", "a\tb", &"x".repeat(129)] {
            assert!(Uuid::parse_str(&answered(given)).is_ok(), "{given:?}");
        }
    }
}
