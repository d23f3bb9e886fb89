//! The parameters of what is read from the journal, past versions among it.

use utoipa::openapi::path::Parameter;

use super::{page, query};
use crate::openapi::schemas::{date_time, integer};

/// A list of blocks.
pub(in crate::openapi) fn blocks() -> Vec<Parameter> {
    let mut parameters = vec![query("from_height", integer(1), "Those of this height and above.")];
    parameters.extend(page());
    parameters
}

/// The journal.
pub(in crate::openapi) fn events() -> Vec<Parameter> {
    let after = "Those after this position: the `resume_after` of the answer before, 0 for all.";
    let mut parameters = vec![query("after", integer(0), after)];
    parameters.extend(page());
    parameters
}

/// The version that is proved.
pub(in crate::openapi) fn proved_version() -> Vec<Parameter> {
    vec![query("version", integer(1), "A past version; the newest where absent.")]
}

/// One transaction.
pub(in crate::openapi) fn version() -> Vec<Parameter> {
    let as_of = "The version that was the newest then; not together with `version`.";
    vec![
        query("version", integer(1), "A past version; the newest where absent."),
        query("as_of", date_time(), as_of),
    ]
}
