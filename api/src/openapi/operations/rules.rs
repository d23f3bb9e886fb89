//! What is to be said about the rules of a ledger: its period close.

use actix_web::http::Method;

use super::RULES;
use crate::openapi::describe::Description;

/// Everything there is to say of them.
pub(super) fn all() -> Vec<Description> {
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
