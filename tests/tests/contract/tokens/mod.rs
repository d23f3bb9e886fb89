//! Users' tokens: section 18 of the contract.

mod edits;
mod forge;
mod keys;
mod logs;
mod minting;
mod own;
mod provider;
mod refusals;
mod writes;

use serde_json::json;
use tests::{Book, Client};

/// A client with a token that the server made for the user.
pub(crate) async fn acting_as(book: &Book, user_id: &str, scope: &str) -> Client {
    let body = json!({"expires_in": 3600, "scope": scope});
    let made = book.post(&format!("/users/{user_id}/tokens"), &body).await.expect(201);
    book.with_key(made.text("token"))
}
