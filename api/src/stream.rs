//! Answers of any length: written part by part, the next when the client has taken the last.
//!
//! The first part is there before the answer begins, so that what is wrong with the request is told as a problem. What
//! goes wrong later cannot be told any more: the connection is broken off, so that nobody takes the answer for whole, and
//! the log has the cause. Each part is a read of its own: while a client is slow, nothing waits in the database.

use std::fmt;
use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{self, DispositionParam, DispositionType};
use actix_web::web::Bytes;
use futures_util::stream::{self, Stream};

use crate::answer::Respond;
use crate::call::Incoming;
use crate::endpoint::within;
use crate::problem::Problem;

/// What an answer is made of.
pub(crate) trait Parts: 'static {
    /// The next part; `None` after the last.
    ///
    /// # Errors
    /// The problem that ends the answer.
    fn next_part(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Problem>>;
}

/// The answer that `parts` make, a file of this media type and name.
#[derive(Debug)]
pub(crate) struct Streamed<P> {
    media_type: &'static str,
    file_name: String,
    first: Option<Vec<u8>>,
    parts: P,
}

impl<P: Parts> Streamed<P> {
    /// Reads the first part.
    ///
    /// # Errors
    /// Those of the first part.
    pub(crate) async fn begin(media_type: &'static str, file_name: String, mut parts: P) -> Result<Self, Problem> {
        Ok(Self {
            media_type,
            file_name,
            first: parts.next_part().await?,
            parts,
        })
    }
}

impl<P: Parts> Respond for Streamed<P> {
    fn respond(self, incoming: &Incoming) -> Result<HttpResponse, Problem> {
        let disposition = header::ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename(self.file_name)],
        };
        let mut response = HttpResponse::Ok();
        response
            .content_type(self.media_type)
            .insert_header(disposition)
            .append_header((header::VARY, "Accept"));
        // A body would be made for HEAD as well, and then left out.
        if incoming.request.method() == Method::HEAD {
            return Ok(response.streaming(stream::empty::<Result<Bytes, Broken>>()));
        }
        Ok(response.streaming(body(self.first, self.parts, incoming.clone())))
    }
}

fn body<P: Parts>(first: Option<Vec<u8>>, parts: P, incoming: Incoming) -> impl Stream<Item = Result<Bytes, Broken>> {
    stream::try_unfold((first, parts), move |(ready, mut parts)| {
        let incoming = incoming.clone();
        async move {
            let part = match ready {
                Some(part) => Some(part),
                None => next(&mut parts, &incoming).await?,
            };
            Ok(part.map(|part| (Bytes::from(part), (None, parts))))
        }
    })
}

/// Each part may take as long as a request.
async fn next(parts: &mut impl Parts, incoming: &Incoming) -> Result<Option<Vec<u8>>, Broken> {
    let now = Instant::now();
    let deadline = now.checked_add(incoming.state.request_timeout).unwrap_or(now);
    let read = within(deadline, parts.next_part()).await.and_then(|part| part);
    read.map_err(|problem| {
        log::warn!(
            request_id = &*incoming.request_id,
            code = problem.code().as_str();
            "an answer was broken off: {}",
            problem.cause().unwrap_or("no further cause")
        );
        Broken
    })
}

/// Ends a connection in the middle of an answer.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the answer could not be written to its end")
    }
}

impl std::error::Error for Broken {}
