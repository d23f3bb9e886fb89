//! What a ledger can require of writes: a key, and the version that they expect.

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::credit;
use tests::{Book, Client, Request, on_both};

on_both!(
    a_ledger_that_requires_keys_takes_no_write_without_one,
    an_import_needs_no_key,
    a_ledger_that_requires_versions_takes_no_blind_write,
    what_is_required_comes_after_bad_syntax_and_before_bad_values,
    another_ledger_requires_nothing,
);

async fn require(book: &Book, settings: Value) {
    let _ = book.patch("/ledgers/main", &settings).await.expect(200);
}

/// One write of each kind, with the key of an idempotent request or without.
fn writes(client: &Client, transaction: &str, account: &str) -> Vec<Request> {
    vec![
        client.post("/transactions", &credit("ada", "1.00")),
        client.post(
            "/transactions/batch",
            &json!({"atomic": true, "transactions": [credit("ada", "1.00")]}),
        ),
        client.patch(&format!("/transactions/{transaction}"), &json!({"description": "tea"})),
        client.delete(&format!("/transactions/{transaction}")),
        client.put("/users/bob", &json!({"full_name": "Bob"})),
        client.patch("/users/ada", &json!({"full_name": "Ada"})),
        client.post("/accounts", &json!({"name": "fees", "currency": "USD"})),
        client.patch(&format!("/accounts/{account}"), &json!({"status": "frozen"})),
        client.put("/closing", &json!({"closed_through": "2020-01-31"})),
        client.post(
            "/currencies",
            &json!({"code": "GOLD_PT", "exponent": 0, "name": "Gold"}),
        ),
        client.post("/keys", &json!({"name": "till", "role": "reader"})),
        client.patch("/ledgers/main", &json!({"users_may_edit": true})),
    ]
}

async fn a_ledger_that_requires_keys_takes_no_write_without_one(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    require(book, json!({"require_idempotency_key": true})).await;
    let (id, account) = (made.id(), made.text("destination_account_id").to_owned());
    for request in writes(book, &id, &account) {
        let _ = book.refuses(request, "idempotency_key_required", 400).await;
    }
    let dry = book.post("/transactions?dry_run=true", &credit("ada", "1.00"));
    let _ = book.refuses(dry, "idempotency_key_required", 400).await;
    for (number, request) in writes(book, &id, &account).into_iter().enumerate() {
        let answer = request.key(&format!("key-{number}")).await;
        assert!((200..300).contains(&answer.status), "{number}: {}", answer.text);
    }
    let _ = book.get("/transactions").await.expect(200);
}

async fn an_import_needs_no_key(book: &Book) {
    require(book, json!({"require_idempotency_key": true, "require_if_match": true})).await;
    let row = credit("ada", "20.00").to_string();
    let report = book
        .request(Method::POST, "/api/v1/transactions/import")
        .body(row, "application/x-ndjson")
        .await
        .expect(200);
    assert_eq!(report.body["accepted"], 1);
}

async fn a_ledger_that_requires_versions_takes_no_blind_write(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    require(book, json!({"require_if_match": true})).await;
    let path = format!("/transactions/{}", made.id());
    let account = format!("/accounts/{}", made.text("destination_account_id"));
    let blind = || {
        vec![
            book.patch(&path, &json!({"description": "tea"})),
            book.delete(&path),
            book.post(&format!("{path}/refund"), &json!({})),
            book.put("/users/ada", &json!({"full_name": "Ada"})),
            book.put("/users/bob", &json!({"full_name": "Bob"})),
            book.patch(&account, &json!({"metadata": {"a": "b"}})),
            book.patch("/ledgers/main", &json!({"users_may_edit": true})),
        ]
    };
    for request in blind() {
        let _ = book.refuses(request, "if_match_required", 428).await;
    }
    let bob = book
        .put("/users/bob", &json!({"full_name": "Bob"}))
        .header("If-None-Match", "*");
    let _ = bob.await.expect(201);
    let _ = book
        .patch(&path, &json!({"description": "tea"}))
        .header("If-Match", "\"1\"")
        .await
        .expect(200);
    let _ = book.delete(&path).header("If-Match", "*").await.expect(200);
    // What makes something new overwrites nothing.
    let _ = book.create(&credit("ada", "1.00")).await;
}

async fn what_is_required_comes_after_bad_syntax_and_before_bad_values(book: &Book) {
    require(book, json!({"require_idempotency_key": true, "require_if_match": true})).await;
    let unknown = book.post("/transactions?colour=red", &credit("ada", "1.00"));
    let _ = unknown.await.problem("malformed_request", 400);
    let bad = book.post("/transactions", &json!({"type": "credit"}));
    let _ = bad.await.problem("idempotency_key_required", 400);
    let bad = book.patch("/users/none", &json!({"colour": 1}));
    let _ = bad.await.problem("idempotency_key_required", 400);
    let bad = book.patch("/users/none", &json!({"colour": 1})).key("k");
    let _ = bad.await.problem("if_match_required", 428);
}

async fn another_ledger_requires_nothing(book: &Book) {
    require(book, json!({"require_idempotency_key": true})).await;
    let made = book.post("/ledgers", &json!({"name": "shop"})).key("k");
    let _ = made.await.expect(201);
    let posted = book
        .post("/transactions", &credit("ada", "1.00"))
        .header("Daybook-Ledger", "shop");
    let _ = posted.await.expect(201);
}
