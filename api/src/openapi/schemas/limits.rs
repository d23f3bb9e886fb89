//! The documents of spending limits, and the bodies that make and change them.

use utoipa::openapi::schema::Object;
use utoipa::openapi::{Ref, RefOr, Schema};

use service::record::{Direction, LimitStatus, LimitWindow};

use super::records::{CREATED_AT, UPDATED_AT};
use super::requests::NAME_CHARS_MAX;
use super::values::{
    any_text, category, currency, date, date_time, integer, names, server_id, text, unsigned_amount, user_id,
};
use super::{Named, Shape, nullable};
use crate::limits::{MAX_COUNT_MAX, STATUSES};
use crate::openapi::examples;

const MAX_AMOUNT: &str = "The most that the amounts of a window may add up to.";
const MAX_COUNT: &str = "The most transactions of a window.";
const WINDOW: &str = "What is counted together; each transaction by itself, or calendar days, weeks or months.";
const SCOPE: &str = "For a user, for an account of one, or, with neither, for every user by itself.";

pub(super) fn all() -> Vec<Named> {
    vec![
        ("LimitScope", scope()),
        ("Limit", shown("A spending limit.").example(examples::limit()).build()),
        ("LimitUsage", usage()),
        ("CreateLimit", create()),
        ("UpdateLimit", update()),
    ]
}

fn scope() -> RefOr<Schema> {
    Shape::new(SCOPE)
        .may("user_id", "All accounts of this user together.", nullable(user_id()))
        .may("account_id", "This account of a user.", nullable(server_id()))
        .closed()
        .build()
}

fn windows() -> Object {
    names(LimitWindow::ALL, LimitWindow::as_str)
}

fn directions() -> Object {
    names(Direction::ALL, Direction::as_str)
}

fn statuses() -> Object {
    names(STATUSES, LimitStatus::as_str)
}

fn count() -> Object {
    let mut count = integer(0);
    count.maximum = Some(utoipa::Number::UInt(
        usize::try_from(MAX_COUNT_MAX).unwrap_or(usize::MAX),
    ));
    count
}

fn shown(description: &str) -> Shape {
    Shape::new(description)
        .must("id", "UUIDv7, made by the server.", server_id())
        .must("name", "What people call it.", any_text())
        .must("scope", SCOPE, Ref::from_schema_name("LimitScope"))
        .must("currency", "Of what it counts.", currency())
        .must("direction", "In or out, seen from the user.", directions())
        .must("window", WINDOW, windows())
        .must("max_amount", MAX_AMOUNT, nullable(unsigned_amount()))
        .must("max_count", MAX_COUNT, nullable(count()))
        .must(
            "category",
            "Only this category is counted; null for all.",
            nullable(category()),
        )
        .must("status", "Whether it holds.", statuses())
        .must("version", "1 when created, one more with each change.", integer(1))
        .must("created_at", CREATED_AT, date_time())
        .must("updated_at", UPDATED_AT, date_time())
}

fn usage() -> RefOr<Schema> {
    shown("A limit that holds for a user, and what is used of it now.")
        .must(
            "window_start",
            "First day of the window; null where each transaction is one.",
            nullable(date()),
        )
        .must("window_end", "Last day of the window.", nullable(date()))
        .must("used", "What the amounts of the window add up to.", unsigned_amount())
        .must(
            "remaining",
            "What is left of `max_amount`; null without one.",
            nullable(unsigned_amount()),
        )
        .must("used_count", "How many transactions there are.", integer(0))
        .must(
            "remaining_count",
            "How many are left of `max_count`; null without one.",
            nullable(integer(0)),
        )
        .example(examples::limit_usage())
        .build()
}

fn create() -> RefOr<Schema> {
    Shape::new("A spending limit to make: with `max_amount` or `max_count`, or both.")
        .must("name", "What people call it.", text(1, NAME_CHARS_MAX))
        .may("scope", SCOPE, Ref::from_schema_name("LimitScope"))
        .may(
            "currency",
            "Of what it counts; where absent the account's, else the ledger's default.",
            nullable(currency()),
        )
        .must("direction", "In or out, seen from the user.", directions())
        .must("window", WINDOW, windows())
        .may("max_amount", MAX_AMOUNT, nullable(unsigned_amount()))
        .may("max_count", MAX_COUNT, nullable(count()))
        .may("category", "Only this category is counted.", nullable(category()))
        .may("status", "Active where absent.", nullable(statuses()))
        .closed()
        .build()
}

fn update() -> RefOr<Schema> {
    Shape::new("Changes to a spending limit (merge patch): what is absent stays.")
        .may("name", "What people call it.", text(1, NAME_CHARS_MAX))
        .may(
            "max_amount",
            "Null lifts it, where there is another.",
            nullable(unsigned_amount()),
        )
        .may("max_count", "Null lifts it, where there is another.", nullable(count()))
        .may("status", "Whether it holds.", statuses())
        .closed()
        .build()
}
