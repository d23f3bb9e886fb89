//! What is to be said about the rules of a ledger: its period close, and its spending limits.

use actix_web::http::Method;

use super::RULES;
use crate::openapi::describe::Description;
use crate::openapi::parameters;
use crate::problem::Code;

/// Everything there is to say of them.
pub(super) fn all() -> Vec<Description> {
    let mut all = closing();
    all.extend(limits());
    all
}

fn limits() -> Vec<Description> {
    let new = |method, path, id| Description::new(RULES, method, path, id);
    vec![
        new(Method::GET, "/api/v1/limits", "list_limits")
            .says("List spending limits", "Newest first.")
            .query(parameters::limits())
            .lists("Limit"),
        new(Method::POST, "/api/v1/limits", "create_limit")
            .says(
                "Make a spending limit",
                "It is tested in the commit of every posting, so that no two requests pass it together. Posted \
                 transactions are counted by their dates, on days of the user's time zone; a week begins on Monday. Only \
                 what adds to a window is refused, and a hold counts once it is captured. Without a `scope` it is for \
                 every user, each by itself.",
            )
            .body("CreateLimit")
            .creates("Limit")
            .problems(&[Code::UserNotFound, Code::AccountNotFound, Code::CurrencyMismatch]),
        new(Method::GET, "/api/v1/limits/{id}", "find_limit")
            .says("Read a spending limit", "")
            .finds("Limit"),
        new(Method::PATCH, "/api/v1/limits/{id}", "update_limit")
            .says(
                "Change a spending limit",
                "A merge patch. What it counts stays; one of the maxima must stay.",
            )
            .body("UpdateLimit")
            .changes("Limit", "The new version."),
        new(Method::DELETE, "/api/v1/limits/{id}", "delete_limit")
            .says("Delete a spending limit", "It holds no more; the journal keeps it.")
            .ends(),
        new(Method::GET, "/api/v1/users/{id}/limits", "list_limits_of_user")
            .says(
                "List the limits that hold for a user",
                "The active ones, newest first, each with what is used and what remains in the window of now.",
            )
            .query(parameters::page())
            .lists("LimitUsage"),
    ]
}

fn closing() -> Vec<Description> {
    let new = |method, path, id| Description::new(RULES, method, path, id);
    vec![
        new(Method::GET, "/api/v1/closing", "find_closing")
            .says("Read the period close", "Through which day the ledger is closed.")
            .finds("Closing"),
        new(Method::PUT, "/api/v1/closing", "put_closing")
            .says(
                "Close a period",
                "From then on nothing is posted, changed, deleted or restored that is dated on that day (in UTC) or before \
                 it. An earlier day, or null, reopens what is after it; the journal keeps the reason.",
            )
            .body("PutClosing")
            .changes("Closing", "How far the ledger is closed now."),
    ]
}
