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
mod head;
mod last_answer;
mod request_body;
#[cfg(test)]
mod tests;
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
use head::{Fault, Head};
use last_answer::last_answer;
use turn::Turn;

use crate::body::MALFORMED_CHUNK;
use crate::problem::{Code, Problem};

pub(crate) use exchange::take_turn;

/// Most bytes of a head, its request line included. Of headers the framework takes 96.
pub(crate) const HEAD_BYTES_MAX: usize = 16 * 1024;
/// What is said of a longer one.
pub(crate) const HEAD_TOO_LONG: &str = "The request has too many headers, or too long ones.";
/// No head has this byte, wherever it stands: the dispatcher refuses what it is part of.
const NOWHERE_IN_A_HEAD: u8 = 0;

/// How much is still read of a client that has its last answer: enough for it to see the answer before the end.
const REST_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a connection may take of the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How long the first head may take from the beginning, and every other from its first byte.
    pub(crate) head_time_max: Duration,
    /// Most bytes of a head.
    pub(crate) head_bytes_max: usize,
    /// How long a client may take nothing of an answer that is there.
    pub(crate) write_time_max: Duration,
}

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Connection<I: AsyncWrite + Unpin> {
    io: I,
    turn: Rc<Turn>,
    bounds: Bounds,
    /// Runs out when the head that is coming must have come.
    head_timer: Option<Pin<Box<Sleep>>>,
    head: Head,
    is_head_too_long: bool,
    /// What came after the last answer was made.
    rest_bytes: usize,
    /// Runs out when the client has taken nothing of an answer for too long.
    write_timer: Option<Pin<Box<Sleep>>>,
    /// Whether a part of an answer is still to be written.
    is_writing: bool,
    /// What is still to be written instead of a bare head.
    instead: Option<Vec<u8>>,
}

impl<I: AsyncWrite + Unpin> Connection<I> {
    /// A connection just accepted.
    pub(crate) fn new(io: I, bounds: Bounds) -> Self {
        Self {
            io,
            turn: Rc::default(),
            bounds,
            head_timer: Some(Box::pin(sleep(bounds.head_time_max))),
            head: Head::default(),
            is_head_too_long: false,
            rest_bytes: 0,
            write_timer: None,
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

    /// Ends the wait for a client that takes nothing.
    fn bound_write<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write_timer = None;
            return written;
        }
        let time_max = self.bounds.write_time_max;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(sleep(time_max)));
        timer
            .as_mut()
            .poll(context)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_write_or_replace(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Some(bare) = BareHead::at_the_end_of(bytes) else {
            return Pin::new(&mut self.io).poll_write(context, bytes);
        };
        // Answers to the requests before it go first; the head comes again with the next write.
        if let Some(before) = bytes.get(..bare.start).filter(|before| !before.is_empty()) {
            return Pin::new(&mut self.io).poll_write(context, before);
        }
        let is_too_long = self.is_head_too_long;
        let mut left = self.instead.take().unwrap_or_else(|| bare.problem(is_too_long));
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
            self.head_timer = Some(Box::pin(sleep(self.bounds.head_time_max)));
        }
        if self.turn.is_over() {
            let come = buffer.filled().len().saturating_sub(bytes_before);
            self.rest_bytes = self.rest_bytes.saturating_add(come);
            if self.rest_bytes > REST_BYTES_MAX {
                buffer.set_filled(bytes_before);
            }
        }
        if is_head {
            let bytes_max = self.bounds.head_bytes_max;
            let come = buffer.filled().get(bytes_before..).unwrap_or_default();
            if let Some(fault) = self.head.add(come, bytes_max) {
                self.is_head_too_long = fault == Fault::TooLong;
                buffer.set_filled(bytes_before);
                buffer.put_slice(&[NOWHERE_IN_A_HEAD]);
            }
        }
        read
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Connection<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // The head has been answered.
        self.head_timer = None;
        self.head = Head::default();
        let written = self.poll_write_or_replace(context, bytes);
        self.is_writing = !matches!(written, Poll::Ready(Ok(count)) if count == bytes.len());
        self.bound_write(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(context);
        self.bound_write(context, flushed)
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
