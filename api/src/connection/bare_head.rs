//! What the framework's dispatcher writes by itself of a request that cannot be read.
//!
//! What is looked at is the end of a write alone, and nothing is copied.

use actix_web::http::StatusCode;

use super::HEAD_TOO_LONG;
use super::last_answer::last_answer;
use crate::problem::Problem;

/// The end of a head.
const HEAD_END: &[u8] = b"\r\n\r\n";
/// The dispatcher's own heads are shorter: a status line, an empty body's length, the date.
const BARE_HEAD_BYTES_MAX: usize = 192;

/// A head that no answer of `serve` has: an error without a body and without a request's id.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BareHead<'a> {
    /// Where it begins.
    pub(super) start: usize,
    status: StatusCode,
    date: Option<&'a str>,
}

impl<'a> BareHead<'a> {
    /// Bodies are JSON, pages and compressed text: few writes have such an end, and none but a bare head is one whole.
    pub(super) fn at_the_end_of(bytes: &'a [u8]) -> Option<Self> {
        let before_end = bytes.strip_suffix(HEAD_END)?;
        let earliest = before_end.len().saturating_sub(BARE_HEAD_BYTES_MAX);
        let tail = before_end.get(earliest..)?;
        let offset = tail.windows(7).rposition(|window| window == b"HTTP/1.")?;
        let head = std::str::from_utf8(tail.get(offset..)?).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let mut bare = Self {
            start: earliest.saturating_add(offset),
            status,
            date: None,
        };
        let mut is_empty = false;
        for line in lines {
            let (name, value) = line.split_once(": ")?;
            match (name, value) {
                ("content-length", "0") => is_empty = true,
                ("connection", _) => {}
                ("date", date) => bare.date = Some(date),
                _ => return None,
            }
        }
        (is_empty && (status.is_client_error() || status.is_server_error())).then_some(bare)
    }

    /// The whole answer that is sent in its place.
    pub(super) fn problem(&self, is_too_long: bool) -> Vec<u8> {
        let problem = match self.status {
            _ if is_too_long => Problem::malformed(HEAD_TOO_LONG),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Problem::malformed(HEAD_TOO_LONG),
            status if status.is_server_error() => Problem::internal("the framework met a fault of its own"),
            _ => Problem::malformed("This is no HTTP/1.1 request: its first line or a header cannot be read."),
        };
        last_answer(&problem, self.date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: Sat, 31 Jan 2026 09:30:00 GMT\r\n\r\n";
    const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-request-id: 1\r\n\r\n{}";

    fn finds(text: &str) -> Option<(usize, u16)> {
        BareHead::at_the_end_of(text.as_bytes()).map(|head| (head.start, head.status.as_u16()))
    }

    #[test]
    fn only_an_error_without_body_and_request_id_is_bare() {
        assert_eq!(finds(BARE), Some((0, 400)));
        assert_eq!(finds(&format!("{OK}{BARE}")), Some((OK.len(), 400)));
        assert_eq!(
            finds("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
            Some((0, 408))
        );
        for text in [
            OK,
            "",
            "\r\n\r\n",
            "0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 0\r\nx-request-id: 1\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nx-request-id: 1\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 90\r\ndate: now\r\n\r\n",
            "{\"x\":\"HTTP/1.1 400 Bad Request\"}\r\n0\r\n\r\n",
        ] {
            assert_eq!(finds(text), None, "{text:?}");
        }
    }
}
