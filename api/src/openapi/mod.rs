//! The OpenAPI document.

use actix_web::web::Bytes;

use crate::config::Metrics;

/// The document of everything served, as JSON.
pub(crate) fn document(_: Metrics) -> Bytes {
    Bytes::from_static(b"{}")
}
