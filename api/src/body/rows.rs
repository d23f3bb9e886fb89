//! The body of an import: any number of bytes, read only as fast as they are used.

use std::fmt;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web::Bytes;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::Media;
use super::bytes::{accepted_type, unreadable};
use crate::problem::Problem;

/// The longest that nothing may come of a body that has not ended. In all it may take as long as it does.
const PAUSE_TIME_MAX: Duration = Duration::from_secs(30);

/// A body that its handler reads piece by piece.
pub(crate) struct Rows {
    payload: Payload,
    media_type: &'static str,
}

impl Rows {
    /// The body of `request`, where it announces one of the types of [`Media::Rows`].
    pub(crate) fn of(request: &HttpRequest, payload: Payload) -> Option<Self> {
        let media_type = accepted_type(request.headers(), Media::Rows)?;
        Some(Self { payload, media_type })
    }

    /// What it is announced as.
    pub(crate) fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// `request_timeout` where none comes in time; `malformed_request` where the body breaks off.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let piece = timeout(PAUSE_TIME_MAX, self.payload.next())
            .await
            .map_err(|_| Problem::request_timeout())?;
        piece.transpose().map_err(unreadable)
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Rows")
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}
