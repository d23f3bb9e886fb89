//! Who may ask what, of everything that is served: the matrix of routes and credentials, and objects of others.

mod matrix;
mod objects;
mod users;

use reqwest::Method;
use serde_json::Value;
use tests::{Client, Request};

use crate::openapi::{examples_of, resolve};

/// Every route that asks for a credential, the least role that it asks of a key, and what a user's token may do there.
pub(super) const ROUTES: &[(&str, &str, Role, Users)] = &[
    ("GET", "/api/v1/transactions", Role::Reader, Users::None),
    ("POST", "/api/v1/transactions", Role::Writer, Users::Write),
    ("POST", "/api/v1/transactions/batch", Role::Writer, Users::None),
    ("GET", "/api/v1/transactions/export", Role::Reader, Users::None),
    ("POST", "/api/v1/transactions/import", Role::Writer, Users::None),
    ("GET", "/api/v1/transactions/{id}", Role::Reader, Users::Read),
    ("PATCH", "/api/v1/transactions/{id}", Role::Writer, Users::Edit),
    ("DELETE", "/api/v1/transactions/{id}", Role::Writer, Users::Edit),
    ("POST", "/api/v1/transactions/{id}/restore", Role::Writer, Users::None),
    ("POST", "/api/v1/transactions/{id}/capture", Role::Writer, Users::None),
    ("POST", "/api/v1/transactions/{id}/void", Role::Writer, Users::None),
    ("POST", "/api/v1/transactions/{id}/extend", Role::Writer, Users::None),
    ("POST", "/api/v1/transactions/{id}/refund", Role::Writer, Users::None),
    ("GET", "/api/v1/transactions/{id}/revisions", Role::Reader, Users::None),
    ("GET", "/api/v1/transactions/{id}/proof", Role::Reader, Users::None),
    ("GET", "/api/v1/users", Role::Reader, Users::None),
    ("GET", "/api/v1/users/{id}", Role::Reader, Users::Read),
    ("PUT", "/api/v1/users/{id}", Role::Writer, Users::None),
    ("PATCH", "/api/v1/users/{id}", Role::Writer, Users::None),
    ("DELETE", "/api/v1/users/{id}", Role::Admin, Users::None),
    ("GET", "/api/v1/users/{id}/balances", Role::Reader, Users::Read),
    ("GET", "/api/v1/users/{id}/transactions", Role::Reader, Users::Read),
    ("GET", "/api/v1/users/{id}/stats", Role::Reader, Users::Read),
    ("GET", "/api/v1/users/{id}/limits", Role::Reader, Users::Read),
    ("POST", "/api/v1/users/{id}/tokens", Role::Writer, Users::None),
    ("GET", "/api/v1/stats", Role::Reader, Users::None),
    ("GET", "/api/v1/accounts", Role::Reader, Users::None),
    ("POST", "/api/v1/accounts", Role::Writer, Users::None),
    ("GET", "/api/v1/accounts/{id}", Role::Reader, Users::Read),
    ("PATCH", "/api/v1/accounts/{id}", Role::Writer, Users::None),
    ("GET", "/api/v1/accounts/{id}/entries", Role::Reader, Users::Read),
    ("GET", "/api/v1/accounts/{id}/balance", Role::Reader, Users::Read),
    ("GET", "/api/v1/accounts/{id}/statement", Role::Reader, Users::Read),
    ("GET", "/api/v1/currencies", Role::Reader, Users::None),
    ("POST", "/api/v1/currencies", Role::Admin, Users::None),
    ("GET", "/api/v1/closing", Role::Reader, Users::None),
    ("PUT", "/api/v1/closing", Role::Admin, Users::None),
    ("GET", "/api/v1/limits", Role::Admin, Users::None),
    ("POST", "/api/v1/limits", Role::Admin, Users::None),
    ("GET", "/api/v1/limits/{id}", Role::Admin, Users::None),
    ("PATCH", "/api/v1/limits/{id}", Role::Admin, Users::None),
    ("DELETE", "/api/v1/limits/{id}", Role::Admin, Users::None),
    ("GET", "/api/v1/ledgers", Role::Operator, Users::None),
    ("POST", "/api/v1/ledgers", Role::Operator, Users::None),
    ("GET", "/api/v1/ledgers/{id}", Role::Operator, Users::None),
    ("PATCH", "/api/v1/ledgers/{id}", Role::Operator, Users::None),
    ("GET", "/api/v1/audit/head", Role::Reader, Users::None),
    ("GET", "/api/v1/audit/blocks", Role::Reader, Users::None),
    ("POST", "/api/v1/audit/verify", Role::Admin, Users::None),
    ("GET", "/api/v1/events", Role::Reader, Users::None),
    ("GET", "/api/v1/keys", Role::Admin, Users::None),
    ("POST", "/api/v1/keys", Role::Admin, Users::None),
    ("DELETE", "/api/v1/keys/{id}", Role::Admin, Users::None),
    ("GET", "/metrics", Role::Reader, Users::None),
];

/// What the bearer of a key may do; each may do what the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Reader,
    Writer,
    Admin,
    Operator,
}

/// What the bearer of a user's token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Users {
    /// Nothing, with whatever token.
    None,
    /// Read what is the user's own.
    Read,
    /// With the scope `write`: change what is the user's own; some of it only where the ledger's users may edit.
    Write,
    /// The same, and nothing at all where the ledger's users may not edit.
    Edit,
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

/// The row of a route.
pub(super) fn row(method: &str, path: &str) -> (Role, Users) {
    let row = ROUTES.iter().find(|row| (row.0, row.1) == (method, path));
    row.map(|row| (row.2, row.3))
        .unwrap_or_else(|| panic!("{method} {path} is not in the matrix"))
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
