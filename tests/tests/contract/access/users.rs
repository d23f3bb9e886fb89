//! Every route by every kind of user's token.

use serde_json::{Value, json};
use tests::{Answer, Book, on_both};

use super::matrix::guarded;
use super::{Users, ask, body_of, row};
use crate::openapi::{document, prepare};
use crate::tokens::acting_as;

on_both!(
    every_route_lets_a_users_token_do_what_it_should_and_no_more,
    a_users_token_edits_nothing_where_the_ledger_does_not_say_so,
);

/// What is user `42`'s is not there for the tokens of user `43`.
fn is_missing(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 404, "{what}: {}", answer.text);
    let code = answer.text("code");
    assert!(code.ends_with("_not_found"), "{what}: {code}");
}

async fn every_route_lets_a_users_token_do_what_it_should_and_no_more(book: &Book) {
    let document = document(book).await;
    let _ = prepare(book, "/api/v1/users/{id}", Value::Null).await;
    let allowed = json!({"users_may_edit": true});
    let _ = book.patch("/ledgers/main", &allowed).await.expect(200);
    let reader = acting_as(book, "42", "read").await;
    let writer = acting_as(book, "42", "write").await;
    let others = [
        acting_as(book, "43", "read").await,
        acting_as(book, "43", "write").await,
    ];
    for (method, path, operation) in guarded(&document) {
        let (_, users) = row(&method, &path);
        let (media_type, body) = body_of(&document, &operation);
        let (path, body) = prepare(book, &path, body).await;
        let send = async |client| ask(client, &method, &path, &media_type, &body).await;
        let what = format!("{method} {path}");
        let refused = async || {
            let [other_reader, other_writer] = &others;
            if users == Users::Read {
                is_missing(&send(other_reader).await, &what);
            } else {
                let _ = send(&reader).await.problem("forbidden", 403);
                let _ = send(other_reader).await.problem("forbidden", 403);
            }
            if users == Users::None {
                let _ = send(&writer).await.problem("forbidden", 403);
                let _ = send(other_writer).await.problem("forbidden", 403);
            } else {
                is_missing(&send(other_writer).await, &what);
            }
        };
        book.leaves_no_trace(refused).await;
        if users == Users::Read {
            let _ = send(&reader).await.expect(200);
        }
        if users != Users::None {
            let answer = send(&writer).await;
            assert!((200..300).contains(&answer.status), "{what}: {}", answer.text);
        }
    }
}

async fn a_users_token_edits_nothing_where_the_ledger_does_not_say_so(book: &Book) {
    let document = document(book).await;
    let mut asked = 0;
    for (method, path, operation) in guarded(&document) {
        if row(&method, &path).1 != Users::Edit {
            continue;
        }
        let (media_type, body) = body_of(&document, &operation);
        let (path, body) = prepare(book, &path, body).await;
        let writer = acting_as(book, "42", "write").await;
        let _ = book
            .refuses(ask(&writer, &method, &path, &media_type, &body), "forbidden", 403)
            .await;
        asked += 1;
    }
    assert_eq!(asked, 2);
}
