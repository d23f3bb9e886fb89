//! What is to be said about ledgers, and about the rules of one: its period close, and its spending limits.

use actix_web::http::Method;

use super::{LEDGERS, RULES};
use crate::openapi::describe::Description;
use crate::openapi::parameters;
use crate::problem::Code;

/// Everything there is to say of them.
pub(super) fn all() -> Vec<Description> {
    let mut all = closing();
    all.extend(limits());
    all.extend(ledgers());
    all
}

fn ledgers() -> Vec<Description> {
    let new = |method, path, id| Description::new(LEDGERS, method, path, id);
    vec![
        new(Method::GET, "/api/v1/ledgers", "list_ledgers")
            .says("List ledgers", "By name. `Daybook-Ledger` means nothing here.")
            .query(parameters::page())
            .lists("Ledger"),
        new(Method::POST, "/api/v1/ledgers", "create_ledger")
            .says(
                "Make a ledger",
                "A tenant of its own: its users, accounts, references, idempotency keys, journal and hash chain are its \
                 alone, and no key but an operator's reaches two. That it was made is an event of the ledger `main`.",
            )
            .body("CreateLedger")
            .creates("Ledger")
            .problems(&[Code::LedgerExists]),
        new(Method::GET, "/api/v1/ledgers/{id}", "find_ledger")
            .says("Read a ledger's settings", "")
            .finds("Ledger"),
        new(Method::PATCH, "/api/v1/ledgers/{id}", "update_ledger")
            .says(
                "Change a ledger's settings",
                "A merge patch. What is required of writes holds at once on this server, and within 5 s on every other; \
                 an import needs no `Idempotency-Key`, since its rows are known by themselves.",
            )
            .body("UpdateLedger")
            .changes("Ledger", "The new version."),
    ]
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
