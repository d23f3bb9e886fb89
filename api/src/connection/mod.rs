//! A client's connection: how long the head of a request may take, and what is said where no request is answered.
//!
//! Every request that can be read is answered by `serve`. Of one that cannot (a bad request line or header), the
//! framework's dispatcher never makes a request: it writes a bare `400` or `431` and closes. A [`Connection`] puts the
//! problem document in its place, with an id of its own. Of a body with a malformed chunk the dispatcher says nothing:
//! it ends the connection, and a `Connection` that ends so has the last word.
//!
//! The dispatcher times the first head of a connection only, and measures none before it has 128 KiB. So heads are timed
//! and measured here, where every byte is seen first. The dispatcher is given one request at a time: what comes with the
//! request before it is kept until that is answered, and no more is read meanwhile. What the dispatcher does time is how
//! long a connection is idle between an answer and the next byte, and how long it reads on after its last answer.

mod announced;
mod bare_head;
mod chunks;
mod exchange;
mod head;
mod last_answer;
mod request_body;
mod requests;
#[cfg(test)]
mod tests;
mod timer;
mod turn;

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use actix_web::dev::Extensions;
use actix_web::http::header::HttpDate;
use futures_util::future::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::task::unconstrained;

use bare_head::BareHead;
use head::Fault;
use last_answer::last_answer;
use requests::Requests;
use timer::Timer;
use turn::Turn;

use crate::body::MALFORMED_CHUNK;
use crate::problem::{Code, Problem};

pub(crate) use exchange::take_turn;

/// Most bytes of a head, its request line included. Of headers the framework takes 96.
pub(crate) const HEAD_BYTES_MAX: usize = 16 * 1024;
/// What is said of a longer one.
const HEAD_TOO_LONG: &str = "The request has too many headers, or too long ones.";
/// No head has this byte, wherever it stands: the dispatcher refuses what it is part of.
const NOWHERE_IN_A_HEAD: u8 = 0;

/// How much is still read of a client that has its last answer: enough for it to see the answer before the end.
const REST_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a connection may take of the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How long the first head may take from the beginning, and every other from its first byte or, where that came
    /// before the request before it was answered, from then.
    pub(crate) head_time_max: Duration,
    /// Most bytes of a head.
    pub(crate) head_bytes_max: usize,
    /// How long a client may take nothing of an answer that is there, or of the end of the connection.
    pub(crate) write_time_max: Duration,
}

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Connection<I: AsyncWrite + Unpin> {
    io: I,
    turn: Rc<Turn>,
    bounds: Bounds,
    /// Runs out when the head that is coming must have come.
    head_timer: Timer,
    requests: Requests,
    /// What has come after the request that is being answered: one piece at most.
    ahead: Vec<u8>,
    is_head_too_long: bool,
    /// What came after the last answer was made.
    rest_bytes: usize,
    /// Runs out when the client has taken nothing of an answer for too long.
    write_timer: Timer,
    /// Runs out when the client has not taken the end of the connection.
    end_timer: Timer,
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
            head_timer: Timer::running(bounds.head_time_max),
            requests: Requests::default(),
            ahead: Vec::new(),
            is_head_too_long: false,
            rest_bytes: 0,
            write_timer: Timer::default(),
            end_timer: Timer::default(),
            is_writing: false,
            instead: None,
        }
    }

    /// Lets [`take_turn`] find the connection of a request.
    pub(crate) fn introduce(&self, extensions: &mut Extensions) {
        extensions.insert(Rc::clone(&self.turn));
    }

    /// Whether a request has come that is not the application's yet.
    fn has_request_waiting(&self) -> bool {
        self.requests.heads_whole() > self.turn.taken() || self.requests.are_over()
    }

    /// Whether the client has taken too long for the head that is coming.
    fn is_head_late(&mut self, context: &mut Context<'_>) -> bool {
        let is_first = self.requests.heads_whole() == 0;
        let is_coming = is_first || self.requests.is_in_head() || self.has_request_waiting();
        if !is_coming || !self.turn.is_the_clients() {
            self.head_timer.stop();
            return false;
        }
        let time_max = self.bounds.head_time_max;
        self.head_timer.has_run_out(context, time_max)
    }

    /// Whether no more is read before it is another's turn: it would only have to be kept.
    fn has_enough(&self) -> bool {
        self.has_request_waiting() || (!self.ahead.is_empty() && !self.turn.is_the_clients())
    }

    /// Measures what has come, and keeps what is for later. A byte that cannot be read takes the place of what is wrong
    /// with a head and of what follows.
    fn measure(&mut self, buffer: &mut ReadBuf<'_>, bytes_before: usize) {
        let come = buffer.filled().get(bytes_before..).unwrap_or_default();
        let is_answered_first = self.requests.is_between() && !self.turn.is_the_clients();
        let heads_before = self.requests.heads_whole();
        let added = match is_answered_first {
            true => Ok(0),
            false => self.requests.add(come, self.bounds.head_bytes_max),
        };
        let (Ok(passed) | Err((passed, _))) = added;
        if added.is_ok() {
            let later = come.get(passed..).unwrap_or_default();
            self.ahead.splice(..0, later.iter().copied());
        }
        buffer.set_filled(bytes_before.saturating_add(passed));
        if let Err((_, fault)) = added {
            self.is_head_too_long = fault == Fault::TooLong;
            self.ahead = Vec::new();
            buffer.put_slice(&[NOWHERE_IN_A_HEAD]);
        }
        // Another head has a time of its own.
        if self.requests.heads_whole() > heads_before {
            self.head_timer.stop();
        }
    }

    /// Gives what came ahead, as much as there is room for.
    fn take_ahead(&mut self, buffer: &mut ReadBuf<'_>) {
        let count = self.ahead.len().min(buffer.remaining());
        let rest = self.ahead.split_off(count);
        buffer.put_slice(&self.ahead);
        self.ahead = rest;
    }

    /// Counts what has come after the last answer was made, and ends it where it is too much.
    fn count_rest(&mut self, buffer: &mut ReadBuf<'_>, bytes_before: usize) {
        let come = buffer.filled().len().saturating_sub(bytes_before);
        self.rest_bytes = self.rest_bytes.saturating_add(come);
        if self.rest_bytes > REST_BYTES_MAX {
            buffer.set_filled(bytes_before);
        }
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
        let bytes_before = buffer.filled().len();
        if self.turn.is_over() {
            let read = Pin::new(&mut self.io).poll_read(context, buffer);
            self.count_rest(buffer, bytes_before);
            return read;
        }
        if self.is_head_late(context) {
            return Poll::Ready(self.give_up_head());
        }
        if self.has_enough() {
            self.turn.wait(context);
            return Poll::Pending;
        }
        if self.ahead.is_empty() {
            ready!(Pin::new(&mut self.io).poll_read(context, buffer))?;
        } else {
            self.take_ahead(buffer);
        }
        let is_end = buffer.filled().len() == bytes_before;
        self.measure(buffer, bytes_before);
        if buffer.filled().len() > bytes_before || is_end {
            return Poll::Ready(Ok(()));
        }
        // All of it is for later.
        self.turn.wait(context);
        Poll::Pending
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Connection<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = self.poll_write_or_replace(context, bytes);
        self.is_writing = !matches!(written, Poll::Ready(Ok(count)) if count == bytes.len());
        let time_max = self.bounds.write_time_max;
        self.write_timer.bound(context, written, time_max)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(context);
        let time_max = self.bounds.write_time_max;
        self.write_timer.bound(context, flushed, time_max)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.io).poll_shutdown(context);
        // The dispatcher flushes before each try, and what is flushed begins its time anew: the end has one of its own.
        let time_max = self.bounds.write_time_max;
        self.end_timer.bound(context, ended, time_max)
    }
}

impl<I: AsyncWrite + Unpin> Drop for Connection<I> {
    fn drop(&mut self) {
        if self.turn.is_broken() && !self.is_writing {
            self.tell(&Problem::malformed(MALFORMED_CHUNK));
        }
    }
}
