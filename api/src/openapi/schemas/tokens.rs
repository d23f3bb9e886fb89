//! Users' tokens.

use utoipa::openapi::{RefOr, Schema};

use service::access::{TOKEN_TIME_MAX_S, TOKEN_TIME_MIN_S};
use service::record::TokenScope;

use super::values::{any_text, date_time, integer_in, names, server_id};
use super::{Named, Shape, nullable};
use crate::openapi::examples;

pub(super) fn all() -> Vec<Named> {
    vec![("CreateToken", create_token()), ("NewToken", new_token())]
}

fn create_token() -> RefOr<Schema> {
    Shape::new("A user's token to make.")
        .must(
            "expires_in",
            "For how many seconds it works: 60 to 86400.",
            integer_in(TOKEN_TIME_MIN_S, TOKEN_TIME_MAX_S),
        )
        .must(
            "scope",
            "What its bearer may do; `write` includes `read`.",
            names(TokenScope::ALL, TokenScope::as_str),
        )
        .closed()
        .build()
}

fn new_token() -> RefOr<Schema> {
    Shape::new("A user's token.")
        .must("id", "UUIDv7, made by the server; the token's `jti`.", server_id())
        .must("user_id", "Whom its bearer acts as.", any_text())
        .must(
            "scope",
            "What its bearer may do.",
            names(TokenScope::ALL, TokenScope::as_str),
        )
        .must("expires_at", "When it stops working.", date_time())
        .must("created_at", "When it was made.", date_time())
        .must(
            "token",
            "The token itself, shown this once; null in a replay.",
            nullable(any_text()),
        )
        .example(examples::new_token())
        .build()
}
