//! What an endpoint answers when all is well: status, bodies and headers.

use utoipa::openapi::content::Content;
use utoipa::openapi::{Response, ResponseBuilder};

use super::{parameters, problems, schemas};

/// A header of an answer, and what it says.
pub(super) type Told = (&'static str, &'static str);

pub(super) const ETAG: Told = ("ETag", "The version, as `\"3\"`.");
pub(super) const LOCATION: Told = ("Location", "Path of what was made.");
pub(super) const LINK: Told = (
    "Link",
    "The next page, as `</api/v1/…>; rel=\"next\"`, while there is more.",
);
pub(super) const DISPOSITION: Told = ("Content-Disposition", "The name of the file, where it is one.");
pub(super) const POSITION: Told = (
    "Daybook-Position",
    "Position of the write's last event; the head where nothing changed.",
);
pub(super) const HEAD: Told = ("Daybook-Position", "Position of the ledger's newest event.");
pub(super) const DRY_RUN: Told = ("Daybook-Dry-Run", "`true` where nothing was kept.");
pub(super) const REPLAYED: Told = ("Idempotent-Replayed", "`true` where an earlier answer is repeated.");
/// How a caller stands, on every answer to a request that was counted.
pub(super) const RATE_LIMIT: &[Told] = &[
    (
        "RateLimit-Policy",
        "Where callers are limited: what this one may ask, as `\"credential\";q=2000;w=2` or `\"address\";…`: at most `q` \
         requests at once, which come again within `w` seconds.",
    ),
    (
        "RateLimit",
        "Where callers are limited: what is left, as `\"credential\";r=1999;t=1`: `r` requests, and one more in `t` seconds.",
    ),
];

/// What an endpoint answers when all is well.
pub(super) struct Answered {
    pub(super) status: &'static str,
    pub(super) description: &'static str,
    /// By media type.
    pub(super) bodies: Vec<(&'static str, Content)>,
    pub(super) headers: Vec<Told>,
}

/// The answer as the document has it; `is_counted`: where callers are limited, it says how the caller stands.
pub(super) fn response(answered: Answered, is_counted: bool) -> Response {
    let mut response = ResponseBuilder::new()
        .description(answered.description)
        .header("X-Request-Id", problems::request_id());
    let counted = if is_counted { RATE_LIMIT } else { &[] };
    for (name, description) in answered.headers.into_iter().chain(counted.iter().copied()) {
        response = response.header(name, parameters::answered(schemas::any_text(), description));
    }
    for (media_type, body) in answered.bodies {
        response = response.content(media_type, body);
    }
    response.build()
}
