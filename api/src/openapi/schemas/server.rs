//! The documents of the server itself: its health, and its errors.

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

use service::record::TransactionStatus;

use super::values::{any_text, enumeration, integer, names, server_id, signed_amount};
use super::{Named, Shape, list_of, nullable};
use crate::body::ERRORS_MAX;
use crate::openapi::examples;
use crate::problem::Code;

pub(super) fn all() -> Vec<Named> {
    vec![
        ("Health", health()),
        ("About", about()),
        ("OpenApi", open_api()),
        ("FieldError", field_error()),
        ("Problem", problem()),
    ]
}

fn health() -> RefOr<Schema> {
    Shape::new("What a probe is told.")
        .must("status", "It is well.", enumeration(&["ok"]))
        .build()
}

fn about() -> RefOr<Schema> {
    Shape::new("What answers here.")
        .must("name", "The service.", enumeration(&["daybook"]))
        .must("version", "Its version.", any_text())
        .must("message", "That it answers.", any_text())
        .must("docs", "Where its documentation is.", any_text())
        .build()
}

fn open_api() -> RefOr<Schema> {
    let object = || ObjectBuilder::new().schema_type(Type::Object).build();
    Shape::new("This document: OpenAPI 3.1.")
        .must("openapi", "The version of its format.", any_text())
        .must("info", "What it describes.", object())
        .must("paths", "Every path, and its operations.", object())
        .build()
}

fn field_error() -> RefOr<Schema> {
    const CODES: &[&str] = &[
        "required",
        "unknown_field",
        "invalid_type",
        "invalid_format",
        "too_short",
        "too_long",
        "too_many",
        "out_of_range",
        "too_many_decimals",
        "unknown_currency",
        "unknown_time_zone",
        "not_allowed",
    ];
    Shape::new("One bad field.")
        .must(
            "field",
            "Path of the field, such as `amount` or `metadata.colour`; empty for the body itself.",
            any_text(),
        )
        .must("code", "Which rule was broken.", enumeration(CODES))
        .must("detail", "One sentence for a person.", any_text())
        .build()
}

fn problem() -> RefOr<Schema> {
    let status = names(TransactionStatus::ALL, TransactionStatus::as_str);
    let mut errors = list_of("FieldError");
    errors.max_items = Some(ERRORS_MAX);
    let first = format!("With `validation_failed`: every bad field, but no more than the first {ERRORS_MAX}.");
    Shape::new("An error (RFC 9457). `code` is what a program decides by; the members after `request_id` come with some codes.")
        .must("type", "`urn:daybook:problem:` and the code.", any_text())
        .must("title", "The same few words for every problem of the code.", any_text())
        .must("status", "The HTTP status.", integer(400))
        .must("code", "What kind of problem it is.", names(Code::ALL, Code::as_str))
        .must("detail", "One sentence for a person.", any_text())
        .must("request_id", "The request, as in the header and in the log.", any_text())
        .may("errors", &first, errors)
        .may("parameter", "With `malformed_request`: the parameter that cannot be read.", any_text())
        .may("resource_id", "The resource that stands in the way.", nullable(any_text()))
        .may("account_id", "With `insufficient_funds`: the account that would fall below its minimum.", server_id())
        .may("current_version", "With `version_mismatch`: the version that stands.", nullable(integer(1)))
        .may("current_status", "With `transaction_not_editable`: the status that stands.", status)
        .may("available", "With `insufficient_funds`: what is available now.", signed_amount())
        .may("report", "Of an import that ended before its file did: what became of the rows so far.", Ref::from_schema_name("ImportReport"))
        .may("minimum_balance", "With `insufficient_funds`: the least that must remain.", signed_amount())
        .example(examples::problem(Code::InsufficientFunds))
        .build()
}
