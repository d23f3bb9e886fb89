//! What the framework says on a connection by itself, said as a problem.
//!
//! Every request that can be read is answered by `serve`. Of one that cannot (a bad request line or header, headers
//! without an end), the framework's dispatcher never makes a request: it writes a bare `400`, `408` or `431` and closes.
//! A [`Connection`] puts the problem document in its place, with an id of its own. What is looked at is the end of a
//! write alone, and nothing is copied.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use uuid::Uuid;

use crate::call::request_id::REQUEST_ID;
use crate::problem::{Code, MEDIA_TYPE, Problem};

/// The end of a head.
const HEAD_END: &[u8] = b"\r\n\r\n";
/// The dispatcher's own heads are shorter: a status line, an empty body's length, the date.
const BARE_HEAD_BYTES_MAX: usize = 192;

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Connection<I> {
    io: I,
    /// What is still to be written instead of a bare head.
    instead: Option<Vec<u8>>,
}

impl<I> Connection<I> {
    pub(crate) fn new(io: I) -> Self {
        Self { io, instead: None }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Connection<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Connection<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Some(bare) = BareHead::at_the_end_of(bytes) else {
            return Pin::new(&mut self.io).poll_write(context, bytes);
        };
        // Answers to the requests before it go first; the head comes again with the next write.
        if let Some(before) = bytes.get(..bare.start).filter(|before| !before.is_empty()) {
            return Pin::new(&mut self.io).poll_write(context, before);
        }
        let mut left = self.instead.take().unwrap_or_else(|| bare.problem());
        while !left.is_empty() {
            match Pin::new(&mut self.io).poll_write(context, &left) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => drop(left.drain(..written)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    self.instead = Some(left);
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

/// A head that no answer of `serve` has: an error without a body and without a request's id.
#[derive(Debug, PartialEq, Eq)]
struct BareHead<'a> {
    /// Where it begins.
    start: usize,
    status: StatusCode,
    date: Option<&'a str>,
}

impl<'a> BareHead<'a> {
    /// Bodies are JSON, pages and compressed text: few writes have such an end, and none but a bare head is one whole.
    fn at_the_end_of(bytes: &'a [u8]) -> Option<Self> {
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
    fn problem(&self) -> Vec<u8> {
        let request_id = Uuid::now_v7().to_string();
        let problem = match self.status {
            StatusCode::REQUEST_TIMEOUT => Problem::new(Code::RequestTimeout, "The headers came too slowly."),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                Problem::malformed("The request has too many headers, or too long ones.")
            }
            status if status.is_server_error() => Problem::internal("the framework met a fault of its own"),
            _ => Problem::malformed("This is no HTTP/1.1 request: its first line or a header cannot be read."),
        };
        let (code, body) = (problem.code(), problem.document(&request_id));
        log::debug!(
            target: "daybook::requests",
            request_id = &*request_id,
            status = code.status().as_u16();
            "answered what is no request"
        );
        let date = self.date.map(|date| format!("date: {date}\r\n")).unwrap_or_default();
        let mut answer = format!(
            "HTTP/1.1 {}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {}\r\n{REQUEST_ID}: {request_id}\r\n\
             x-content-type-options: nosniff\r\nconnection: close\r\n{date}\r\n",
            code.status(),
            body.len(),
        )
        .into_bytes();
        answer.extend_from_slice(&body);
        answer
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

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

    #[tokio::test]
    async fn the_problem_takes_the_place_of_the_bare_head_however_little_is_written_at_once() {
        // A pipe of ten bytes: every write is cut short.
        let (near, mut far) = tokio::io::duplex(10);
        let sent = tokio::spawn(async move {
            let mut connection = Connection::new(near);
            connection.write_all(format!("{OK}{BARE}").as_bytes()).await.unwrap();
            connection.shutdown().await.unwrap();
        });
        let mut received = String::new();
        far.read_to_string(&mut received).await.unwrap();
        sent.await.unwrap();
        let answer = received.strip_prefix(OK).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
        assert!(head.contains("\r\ndate: Sat, 31 Jan 2026 09:30:00 GMT"), "{head}");
        assert_eq!(body["code"], "malformed_request");
        let id = body["request_id"].as_str().unwrap();
        assert!(head.contains(&format!("\r\nx-request-id: {id}\r\n")), "{head}");
    }
}
