//! The body of a request, which the handler reads and the connection watches.
//!
//! Of a malformed chunk the framework's dispatcher tells the body alone. In the same breath it writes what it has and
//! ends the connection, with the handler, which may have had no time to hear of it.

use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::future::FutureExt;
use futures_util::stream::{Stream, StreamExt};

use super::turn::Turn;

/// One of the two that hold a request's body.
pub(super) struct RequestBody {
    payload: Rc<RefCell<Payload>>,
    turn: Rc<Turn>,
    /// Whether the request has changed nothing for as long as this is held.
    is_harmless: bool,
}

impl RequestBody {
    /// Takes the body of a request that has one, and gives the handler a way to read it.
    pub(super) fn lend(request: &mut ServiceRequest, turn: &Rc<Turn>) -> Option<Self> {
        let payload = match request.take_payload() {
            Payload::None => return None,
            payload => Rc::new(RefCell::new(payload)),
        };
        // A handler is done with the body before it changes anything. Only an import is not, whose client learns from the
        // file sent again what was recorded of it.
        let lent = Self {
            payload: Rc::clone(&payload),
            turn: Rc::clone(turn),
            is_harmless: true,
        };
        let is_harmless = request.method().is_safe();
        request.set_payload(Payload::Stream {
            payload: Box::pin(lent),
        });
        Some(Self {
            payload,
            turn: Rc::clone(turn),
            is_harmless,
        })
    }

    /// Whether the whole body has come, and well.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.known_end(), Some(Ok(())))
    }

    /// How the body ended, if it did; what has come of it and was not read is skipped.
    fn known_end(&self) -> Option<Result<(), PayloadError>> {
        let mut payload = self.payload.borrow_mut();
        loop {
            match std::future::poll_fn(|context| poll_next(&mut payload, context)).now_or_never()? {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Some(Err(error)),
                None => return Some(Ok(())),
            }
        }
    }
}

/// The next piece. The dispatcher has one error for a body that broke off and for a malformed chunk, but an end after
/// the former alone.
fn poll_next(payload: &mut Payload, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
    match ready!(payload.poll_next_unpin(context)) {
        Some(Err(PayloadError::Incomplete(_))) if payload.poll_next_unpin(context).is_pending() => {
            Poll::Ready(Some(Err(PayloadError::EncodingCorrupted)))
        }
        next => Poll::Ready(next),
    }
}

impl Stream for RequestBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        poll_next(&mut self.payload.borrow_mut(), context)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if self.is_harmless && matches!(self.known_end(), Some(Err(PayloadError::EncodingCorrupted))) {
            self.turn.break_off();
        }
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RequestBody").finish_non_exhaustive()
    }
}
