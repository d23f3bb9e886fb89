//! Every route by every kind of key.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{Book, Client, OPERATOR_KEY, on_both};

use super::{ROUTES, Role, ask, body_of, row};
use crate::openapi::{document, operations, pattern, prepare};

on_both!(
    every_route_that_asks_for_a_credential_is_in_the_matrix,
    every_route_lets_in_whom_it_should_and_nobody_else,
);

/// Every described operation that asks for a credential.
pub(super) fn guarded(document: &Value) -> Vec<(String, String, Value)> {
    let asks = |operation: &Value| operation["security"].as_array().is_some_and(|all| !all.is_empty());
    let all = operations(document)
        .into_iter()
        .filter(|(.., operation)| asks(operation));
    all.map(|(method, path, operation)| (method, pattern(&path), operation))
        .collect()
}

async fn every_route_that_asks_for_a_credential_is_in_the_matrix(book: &Book) {
    let document = document(book).await;
    let described: BTreeSet<_> = guarded(&document)
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    let known: BTreeSet<_> = ROUTES
        .iter()
        .map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(described, known);
    assert_eq!(known.len(), ROUTES.len(), "no route is there twice");
}

/// Clients that nothing answers, with what is wrong with each.
async fn strangers(book: &Book) -> Vec<(&'static str, Client)> {
    let expired = json!({"name": "old", "role": "operator", "expires_at": "2020-01-01T00:00:00Z"});
    let expired = book.post("/keys", &expired).await.expect(201);
    let revoked = book
        .post("/keys", &json!({"name": "ended", "role": "operator"}))
        .await
        .expect(201);
    let _ = book.delete(&format!("/keys/{}", revoked.id())).await.expect(204);
    vec![
        ("none", book.anonymous()),
        ("unknown", book.with_key(&format!("{OPERATOR_KEY}x"))),
        ("expired", book.with_key(expired.text("secret"))),
        ("revoked", book.with_key(revoked.text("secret"))),
    ]
}

/// Whoever asks one server.
struct Cast {
    strangers: Vec<(&'static str, Client)>,
    /// An administrator of another ledger.
    other: Client,
    clients: Vec<(Role, Client)>,
}

impl Cast {
    async fn of(book: &Book) -> Self {
        let shop = book.post("/ledgers", &json!({"name": "shop"})).await.expect(201);
        let other = book.post("/keys", &json!({"name": "other", "role": "admin"}));
        let other = other.header("Daybook-Ledger", shop.text("name")).await.expect(201);
        let mut clients = Vec::new();
        for role in Role::ALL {
            clients.push((role, book.key(role.name()).await));
        }
        Self {
            strangers: strangers(book).await,
            other: book.with_key(other.text("secret")),
            clients,
        }
    }
}

async fn every_route_lets_in_whom_it_should_and_nobody_else(book: &Book) {
    let document = document(book).await;
    let shared = Cast::of(book).await;
    for (method, path, operation) in guarded(&document) {
        let (needed, _) = row(&method, &path);
        let (media_type, body) = body_of(&document, &operation);
        // What writes has a server of its own: it may take from the others what they need.
        let own = match method.as_str() {
            "GET" => None,
            _ => Some(book.with_settings(|_| ()).await),
        };
        let own_cast = match &own {
            Some(own) => Some(Cast::of(own).await),
            None => None,
        };
        let (fresh, cast) = (own.as_ref().unwrap_or(book), own_cast.as_ref().unwrap_or(&shared));
        let (path, body) = prepare(fresh, &path, body).await;
        let refused = async || {
            for (what, client) in &cast.strangers {
                let answer = ask(client, &method, &path, &media_type, &body).await;
                assert_eq!(answer.status, 401, "{what}: {method} {path}");
                let _ = answer.problem("unauthenticated", 401);
            }
            let of_other = ask(&cast.other, &method, &path, &media_type, &body);
            let _ = of_other
                .header("Daybook-Ledger", "main")
                .await
                .problem("forbidden", 403);
            for (role, client) in cast.clients.iter().filter(|(role, _)| *role < needed) {
                let answer = ask(client, &method, &path, &media_type, &body).await;
                assert_eq!(answer.status, 403, "{role:?}: {method} {path}");
                let _ = answer.problem("forbidden", 403);
            }
        };
        fresh.leaves_no_trace(refused).await;
        for (role, client) in cast.clients.iter().filter(|(role, _)| *role >= needed) {
            let request = ask(client, &method, &path, &media_type, &body);
            // The same request of each, which so is done once; an import knows its rows by themselves.
            let is_keyed = method != "GET" && !path.ends_with("/import");
            let answer = if is_keyed {
                request.key("matrix").await
            } else {
                request.await
            };
            let what = format!("{role:?}: {method} {path}: {}", answer.text);
            assert!((200..300).contains(&answer.status), "{what}");
        }
    }
}
