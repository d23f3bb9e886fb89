//! A client's connection: how long the head of a request may take, and what is said where no request is answered.
//!
//! Every request that can be read is answered by `serve`. Of one that cannot (a bad request line or header), the
//! framework's dispatcher never makes a request: it writes a bare `400` or `431` and closes. A [`Connection`] puts the
//! problem document in its place, with an id of its own. Of a body with a malformed chunk the dispatcher says nothing:
//! it ends the connection, and a `Connection` that ends so has the last word.
//!
//! The dispatcher times the first head of a connection only, so that heads are timed here. What it does time is how
//! long a connection is idle between an answer and the next byte, and how long it reads on after its last answer. Of a
//! head that came in part with the request before it nothing is known here until its next byte: so long the connection
//! is idle.

mod bare_head;
mod exchange;
mod last_answer;
mod request_body;
mod turn;

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use actix_web::dev::Extensions;
use actix_web::http::header::HttpDate;
use futures_util::future::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::task::unconstrained;
use tokio::time::{Sleep, sleep};

use bare_head::BareHead;
use last_answer::last_answer;
use turn::Turn;

use crate::body::MALFORMED_CHUNK;
use crate::problem::{Code, Problem};

pub(crate) use exchange::take_turn;

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Connection<I: AsyncWrite + Unpin> {
    io: I,
    turn: Rc<Turn>,
    head_time_max: Duration,
    /// Runs out when the head that is coming must have come.
    head_timer: Option<Pin<Box<Sleep>>>,
    /// Whether a part of an answer is still to be written.
    is_writing: bool,
    /// What is still to be written instead of a bare head.
    instead: Option<Vec<u8>>,
}

impl<I: AsyncWrite + Unpin> Connection<I> {
    /// A connection just accepted, whose first head may take `head_time_max` from now, and every other as long from its
    /// first byte.
    pub(crate) fn new(io: I, head_time_max: Duration) -> Self {
        Self {
            io,
            turn: Rc::default(),
            head_time_max,
            head_timer: Some(Box::pin(sleep(head_time_max))),
            is_writing: false,
            instead: None,
        }
    }

    /// Lets [`take_turn`] find the connection of a request.
    pub(crate) fn introduce(&self, extensions: &mut Extensions) {
        extensions.insert(Rc::clone(&self.turn));
    }

    fn is_head_late(&mut self, context: &mut Context<'_>) -> bool {
        self.head_timer
            .as_mut()
            .is_some_and(|timer| timer.as_mut().poll(context).is_ready())
    }

    /// Tells a client whose head is late, and reads no more of it.
    fn give_up_head(&mut self) -> io::Result<()> {
        self.turn.end();
        if self.is_writing {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.tell(&Problem::new(Code::RequestTimeout, "The headers came too slowly."));
        Ok(())
    }

    /// Says the last word, as far as the client takes it at once.
    fn tell(&mut self, problem: &Problem) {
        let date = HttpDate::from(SystemTime::now()).to_string();
        let answer = last_answer(problem, Some(&date));
        drop(unconstrained(self.io.write(&answer)).now_or_never());
    }

    fn poll_write_or_replace(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
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
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncRead for Connection<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let is_head = self.turn.is_the_clients();
        if is_head && self.is_head_late(context) {
            return Poll::Ready(self.give_up_head());
        }
        let bytes_before = buffer.filled().len();
        let read = Pin::new(&mut self.io).poll_read(context, buffer);
        if is_head && self.head_timer.is_none() && buffer.filled().len() > bytes_before {
            self.head_timer = Some(Box::pin(sleep(self.head_time_max)));
        }
        read
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Connection<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // The head has been answered.
        self.head_timer = None;
        let written = self.poll_write_or_replace(context, bytes);
        self.is_writing = !matches!(written, Poll::Ready(Ok(count)) if count == bytes.len());
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

impl<I: AsyncWrite + Unpin> Drop for Connection<I> {
    fn drop(&mut self) {
        if self.turn.is_broken() && !self.is_writing {
            self.tell(&Problem::malformed(MALFORMED_CHUNK));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tokio::io::AsyncReadExt;
    use tokio::time::timeout;

    use super::turn::TurnTaken;
    use super::*;

    const BARE: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: Sat, 31 Jan 2026 09:30:00 GMT\r\n\r\n";
    const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-request-id: 1\r\n\r\n{}";

    const TIME_MAX: Duration = Duration::from_millis(200);

    /// The one problem that `text` is.
    fn problem(text: &str) -> (&str, Value) {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let id = body["request_id"].as_str().unwrap();
        assert!(head.contains(&format!("\r\nx-request-id: {id}\r\n")), "{head}");
        (head, body)
    }

    #[tokio::test]
    async fn the_problem_takes_the_place_of_the_bare_head_however_little_is_written_at_once() {
        // A pipe of ten bytes: every write is cut short.
        let (near, mut far) = tokio::io::duplex(10);
        let send = async move {
            let mut connection = Connection::new(near, TIME_MAX);
            connection.write_all(format!("{OK}{BARE}").as_bytes()).await.unwrap();
            connection.shutdown().await.unwrap();
        };
        let mut received = String::new();
        let ((), read) = tokio::join!(send, far.read_to_string(&mut received));
        read.unwrap();
        let (head, body) = problem(received.strip_prefix(OK).unwrap());
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
        assert!(head.contains("\r\ndate: Sat, 31 Jan 2026 09:30:00 GMT"), "{head}");
        assert_eq!(body["code"], "malformed_request");
    }

    #[tokio::test]
    async fn a_request_that_breaks_off_is_answered_by_its_connection() {
        let (near, mut far) = tokio::io::duplex(1024);
        let connection = Connection::new(near, TIME_MAX);
        let taken = TurnTaken::new(&connection.turn);
        connection.turn.break_off();
        drop((taken, connection));
        let mut received = String::new();
        far.read_to_string(&mut received).await.unwrap();
        let (head, body) = problem(&received);
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
        assert_eq!(body["detail"], MALFORMED_CHUNK);
    }

    #[tokio::test]
    async fn a_request_that_was_answered_does_not_break_off() {
        let (near, mut far) = tokio::io::duplex(1024);
        let connection = Connection::new(near, TIME_MAX);
        let taken = TurnTaken::new(&connection.turn);
        connection.turn.break_off();
        connection.turn.end();
        drop((taken, connection));
        let mut received = String::new();
        far.read_to_string(&mut received).await.unwrap();
        assert_eq!(received, "");
    }

    #[tokio::test]
    async fn every_head_is_timed_and_nothing_else() {
        let (near, mut far) = tokio::io::duplex(1024);
        let mut connection = Connection::new(near, TIME_MAX);
        let mut buffer = [0; 64];
        for _ in 0..2 {
            far.write_all(b"GET").await.unwrap();
            assert_eq!(connection.read(&mut buffer).await.unwrap(), 3);
            let turn = TurnTaken::new(&connection.turn);
            let body = timeout(TIME_MAX * 2, connection.read(&mut buffer)).await;
            assert!(body.is_err(), "a body is not timed here");
            connection.write_all(OK.as_bytes()).await.unwrap();
            drop(turn);
            let idle = timeout(TIME_MAX * 2, connection.read(&mut buffer)).await;
            assert!(idle.is_err(), "an idle connection is not timed here");
        }
        far.write_all(b"GET").await.unwrap();
        assert_eq!(connection.read(&mut buffer).await.unwrap(), 3);
        assert_eq!(connection.read(&mut buffer).await.unwrap(), 0, "the head ends here");
        drop(connection);
        let mut received = String::new();
        far.read_to_string(&mut received).await.unwrap();
        let (head, body) = problem(received.strip_prefix(&OK.repeat(2)).unwrap());
        assert!(head.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{head}");
        assert!(head.contains("\r\nconnection: close\r\n"), "{head}");
        assert_eq!(body["code"], "request_timeout");
    }

    #[tokio::test]
    async fn a_late_head_is_not_told_so_in_the_middle_of_an_answer() {
        let (near, mut far) = tokio::io::duplex(10);
        let mut connection = Connection::new(near, TIME_MAX);
        let mut buffer = [0; 64];
        let write = timeout(TIME_MAX / 5, connection.write_all(OK.as_bytes())).await;
        assert!(write.is_err(), "nobody reads it");
        far.write_all(b"GET").await.unwrap();
        assert_eq!(connection.read(&mut buffer).await.unwrap(), 3);
        let late = connection.read(&mut buffer).await.unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
    }
}
