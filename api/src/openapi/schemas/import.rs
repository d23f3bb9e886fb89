//! What an import answers.

use utoipa::openapi::{RefOr, Schema};

use super::values::{any_text, integer};
use super::{Named, Shape, list_of};
use crate::import::ERRORS_MAX;

pub(super) fn all() -> Vec<Named> {
    vec![("ImportReport", report()), ("RowError", row_error())]
}

fn report() -> RefOr<Schema> {
    let mut errors = list_of("RowError");
    errors.max_items = Some(ERRORS_MAX);
    let first = format!("Why: the first {ERRORS_MAX} of them, in the order of the file.");
    Shape::new("What became of the rows of a file.")
        .must(
            "accepted",
            "Rows that were recorded; in a dry run, that would be.",
            integer(0),
        )
        .must(
            "duplicates",
            "Rows that were recorded before, and were left alone.",
            integer(0),
        )
        .must("rejected", "Rows that were not recorded.", integer(0))
        .must("errors", &first, errors)
        .build()
}

fn row_error() -> RefOr<Schema> {
    let code = "`malformed_request` for a row that cannot be taken apart, `payload_too_large` for one of more than 1 MiB, \
                else the code that a request for the row alone would be answered with.";
    Shape::new("Why a row was not recorded.")
        .must(
            "line",
            "The line of the file on which the row begins, from 1.",
            integer(1),
        )
        .must("code", code, any_text())
        .must(
            "detail",
            "One sentence for a person, or one for each bad member.",
            any_text(),
        )
        .build()
}
