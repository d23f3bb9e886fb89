//! Who may ask what, of everything that is served: the matrix of routes and credentials, and objects of others.

mod matrix;
mod objects;

use reqwest::Method;
use serde_json::Value;
use tests::{Client, Request};

use crate::openapi::{examples_of, resolve};

/// Every route that asks for a credential, and the least role that it asks for.
pub(super) const ROUTES: &[(&str, &str, Role)] = &[
    ("GET", "/api/v1/transactions", Role::Reader),
    ("POST", "/api/v1/transactions", Role::Writer),
    ("POST", "/api/v1/transactions/batch", Role::Writer),
    ("GET", "/api/v1/transactions/export", Role::Reader),
    ("POST", "/api/v1/transactions/import", Role::Writer),
    ("GET", "/api/v1/transactions/{id}", Role::Reader),
    ("PATCH", "/api/v1/transactions/{id}", Role::Writer),
    ("DELETE", "/api/v1/transactions/{id}", Role::Writer),
    ("POST", "/api/v1/transactions/{id}/restore", Role::Writer),
    ("POST", "/api/v1/transactions/{id}/capture", Role::Writer),
    ("POST", "/api/v1/transactions/{id}/void", Role::Writer),
    ("POST", "/api/v1/transactions/{id}/extend", Role::Writer),
    ("POST", "/api/v1/transactions/{id}/refund", Role::Writer),
    ("GET", "/api/v1/transactions/{id}/revisions", Role::Reader),
    ("GET", "/api/v1/users", Role::Reader),
    ("GET", "/api/v1/users/{id}", Role::Reader),
    ("PUT", "/api/v1/users/{id}", Role::Writer),
    ("PATCH", "/api/v1/users/{id}", Role::Writer),
    ("GET", "/api/v1/users/{id}/balances", Role::Reader),
    ("GET", "/api/v1/users/{id}/transactions", Role::Reader),
    ("GET", "/api/v1/users/{id}/stats", Role::Reader),
    ("GET", "/api/v1/users/{id}/limits", Role::Reader),
    ("GET", "/api/v1/stats", Role::Reader),
    ("GET", "/api/v1/accounts", Role::Reader),
    ("POST", "/api/v1/accounts", Role::Writer),
    ("GET", "/api/v1/accounts/{id}", Role::Reader),
    ("PATCH", "/api/v1/accounts/{id}", Role::Writer),
    ("GET", "/api/v1/accounts/{id}/entries", Role::Reader),
    ("GET", "/api/v1/accounts/{id}/balance", Role::Reader),
    ("GET", "/api/v1/accounts/{id}/statement", Role::Reader),
    ("GET", "/api/v1/currencies", Role::Reader),
    ("POST", "/api/v1/currencies", Role::Admin),
    ("GET", "/api/v1/closing", Role::Reader),
    ("PUT", "/api/v1/closing", Role::Admin),
    ("GET", "/api/v1/limits", Role::Admin),
    ("POST", "/api/v1/limits", Role::Admin),
    ("GET", "/api/v1/limits/{id}", Role::Admin),
    ("PATCH", "/api/v1/limits/{id}", Role::Admin),
    ("DELETE", "/api/v1/limits/{id}", Role::Admin),
    ("GET", "/api/v1/ledgers", Role::Operator),
    ("POST", "/api/v1/ledgers", Role::Operator),
    ("GET", "/api/v1/ledgers/{id}", Role::Operator),
    ("PATCH", "/api/v1/ledgers/{id}", Role::Operator),
    ("GET", "/api/v1/keys", Role::Admin),
    ("POST", "/api/v1/keys", Role::Admin),
    ("DELETE", "/api/v1/keys/{id}", Role::Admin),
    ("GET", "/metrics", Role::Reader),
];

/// What the bearer of a key may do; each may do what the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Reader,
    Writer,
    Admin,
    Operator,
}

impl Role {
    pub(super) const ALL: [Self; 4] = [Self::Reader, Self::Writer, Self::Admin, Self::Operator];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Admin => "admin",
            Self::Operator => "operator",
        }
    }
}

/// A body that the operation takes, and its media type.
pub(super) fn body_of(document: &Value, operation: &Value) -> (String, Value) {
    let content = &resolve(document, &operation["requestBody"])["content"];
    if content["text/csv"].is_object() {
        return ("text/csv".to_owned(), "type,user_id,amount\ncredit,42,1.00\n".into());
    }
    let first = examples_of(content).into_iter().next();
    first.map_or((String::new(), Value::Null), |(media_type, _, mut examples)| {
        (media_type, examples.swap_remove(0))
    })
}

/// The request, of a path from the root.
pub(super) fn ask(client: &Client, method: &str, path: &str, media_type: &str, body: &Value) -> Request {
    let method = Method::from_bytes(method.as_bytes()).expect("a method is a token");
    let request = client.request(method, path);
    match body {
        Value::Null => request,
        Value::String(text) => request.body(text.clone(), media_type),
        body => request.body(body.to_string(), media_type),
    }
}
