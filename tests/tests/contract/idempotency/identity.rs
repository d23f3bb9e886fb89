//! What makes two requests one: the key, and what is asked for under it.

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::{Book, on_both};

use super::assert_replays;

on_both!(
    json_is_compared_not_bytes,
    a_key_belongs_to_one_request,
    quotes_around_a_key_do_not_count,
    a_malformed_key_is_refused,
    every_key_of_the_ledger_shares_one_scope,
    one_resource_has_one_path_however_it_is_spelled,
);

async fn json_is_compared_not_bytes(book: &Book) {
    let body = r#"{"type":"credit","user_id":"ada","amount":"20.5"}"#;
    let first = book
        .post("/transactions", &Value::Null)
        .body(body, "application/json")
        .key("k")
        .await
        .expect(201);
    for same in [
        r#"{ "amount": "20.5", "user_id": "ada",
             "type": "credit" }"#,
        r#"{"type":"credit","user_id":"\u0061d\u0061","amount":"20.5"}"#,
    ] {
        let again = book
            .post("/transactions", &Value::Null)
            .body(same, "application/json; charset=utf-8")
            .key("k");
        assert_replays(&again.await, &first);
    }
    let other = book.post("/transactions", &credit("ada", "20.50")).key("k");
    let refused = book.refuses(other, "idempotency_key_reused", 422).await;
    assert_eq!(refused.text("resource_id"), first.id());
}

async fn a_key_belongs_to_one_request(book: &Book) {
    let first = book
        .post("/transactions", &credit("ada", "20.00"))
        .key("k")
        .await
        .expect(201);
    let path = format!("/transactions/{}", first.id());
    let _ = book.put_user("bob", &json!({"full_name": "Bob"})).await;
    for request in [
        book.post("/transactions", &credit("ada", "20.01")),
        book.post(
            "/transactions",
            &with(credit("ada", "20.00"), json!({"description": "d"})),
        ),
        book.post("/accounts", &json!({"name": "fees", "currency": "USD"})),
        book.put("/users/bob", &json!({"full_name": "Robert"})),
        book.patch(&path, &json!({"amount": "1.00"})),
        book.delete(&path),
        book.post(&format!("{path}/restore"), &json!({})),
    ] {
        let refused = book.refuses(request.key("k"), "idempotency_key_reused", 422).await;
        assert_eq!(refused.text("resource_id"), first.id(), "{}", refused.request);
    }
    let _ = book.delete(&format!("{path}?reason=one")).key("d").await.expect(200);
    let other_reason = book.delete(&format!("{path}?reason=two")).key("d");
    let _ = book.refuses(other_reason, "idempotency_key_reused", 422).await;
    let other_method = book
        .patch("/users/bob", &json!({"full_name": "R"}))
        .key("m")
        .await
        .expect(200);
    let put = book.put("/users/bob", &json!({"full_name": "R"})).key("m");
    let refused = book.refuses(put, "idempotency_key_reused", 422).await;
    assert_eq!(refused.text("resource_id"), other_method.id());
}

async fn quotes_around_a_key_do_not_count(book: &Book) {
    let first = book
        .post("/transactions", &credit("ada", "20.00"))
        .key("a key")
        .await
        .expect(201);
    assert_replays(
        &book
            .post("/transactions", &credit("ada", "20.00"))
            .key("\"a key\"")
            .await,
        &first,
    );
}

async fn a_malformed_key_is_refused(book: &Book) {
    for key in [
        "".as_bytes(),
        b"\"\"",
        "a".repeat(256).as_bytes(),
        "ключ".as_bytes(),
        b"\xff",
        b"a\tb",
    ] {
        let request = book
            .post("/transactions", &credit("ada", "20.00"))
            .header("Idempotency-Key", key);
        let _ = book.refuses(request, "malformed_request", 400).await;
    }
    let _ = book
        .post("/transactions", &credit("ada", "20.00"))
        .key(&"~".repeat(255))
        .await
        .expect(201);
}

async fn every_key_of_the_ledger_shares_one_scope(book: &Book) {
    let (one, two) = (book.key("writer").await, book.key("admin").await);
    let first = one
        .post("/transactions", &credit("ada", "20.00"))
        .key("k")
        .await
        .expect(201);
    assert_replays(
        &two.post("/transactions", &credit("ada", "20.00")).key("k").await,
        &first,
    );
    assert_replays(
        &book.post("/transactions", &credit("ada", "20.00")).key("k").await,
        &first,
    );
}

async fn one_resource_has_one_path_however_it_is_spelled(book: &Book) {
    let body = json!({"full_name": "Ada"});
    let first = book.put("/users/a%40b", &body).key("k").await.expect(201);
    for path in ["/users/a@b", "/users/a%40b", "/users/%61@%62", "/%75sers/a@b"] {
        let again = book.put(path, &body).key("k").await;
        assert_replays(&again, &first);
    }
    let other = book.put("/users/a%40c", &body).key("k");
    let _ = book.refuses(other, "idempotency_key_reused", 422).await;
}
