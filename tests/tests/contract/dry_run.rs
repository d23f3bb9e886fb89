//! `?dry_run=true`: section 1 of the contract.

use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, Request, on_both};

on_both!(
    a_dry_run_answers_and_keeps_nothing,
    a_dry_run_is_refused_like_the_real_request,
    a_dry_run_keeps_no_idempotency_key,
    a_known_key_is_answered_as_usual,
    only_writes_to_the_books_can_be_tried,
);

/// One of each write, on the paths that `query` is appended to.
async fn writes(book: &Book, query: &str) -> Vec<Request> {
    let posted = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let voided = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let _ = book.delete(&voided).await.expect(200);
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    vec![
        book.post(&format!("/transactions{query}"), &credit("new-user", "20.00")),
        book.post(&format!("/transactions{query}"), &debit("ada", "5.00")),
        book.patch(&format!("{posted}{query}"), &json!({"amount": "1.00"})),
        book.delete(&format!("{posted}{query}")),
        book.post(&format!("{voided}/restore{query}"), &json!({})),
        book.put(&format!("/users/bob{query}"), &json!({"full_name": "Bob"})),
        book.put(&format!("/users/ada{query}"), &json!({"full_name": "Ada"})),
        book.patch(&format!("/users/ada{query}"), &json!({"time_zone": "Asia/Tokyo"})),
        book.post(
            &format!("/accounts{query}"),
            &json!({"user_id": "ada", "name": "savings", "currency": "USD"}),
        ),
        book.patch(&format!("/accounts/{fees}{query}"), &json!({"status": "frozen"})),
    ]
}

async fn a_dry_run_answers_and_keeps_nothing(book: &Book) {
    for request in writes(book, "?dry_run=true").await {
        let answer = book.leaves_no_trace(async || request.await).await.expect(200);
        assert_eq!(answer.header("Daybook-Dry-Run"), "true", "{}", answer.request);
        assert!(answer.maybe_header("Location").is_none(), "{}", answer.request);
        assert!(answer.maybe_header("Daybook-Position").is_none(), "{}", answer.request);
        assert!(
            answer.body["id"].is_string() && answer.body["version"].is_u64(),
            "{}",
            answer.text
        );
    }
    let tried = book
        .post("/transactions?dry_run=true", &debit("ada", "5"))
        .await
        .expect(200);
    assert_eq!(tried.body["amount"], "5.00");
    assert_eq!(tried.body["status"], "posted");
    let _ = book
        .get(&format!("/transactions/{}", tried.id()))
        .await
        .problem("transaction_not_found", 404);
    assert_eq!(book.balance_of("ada").await, "20.00");
}

async fn a_dry_run_is_refused_like_the_real_request(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let account = made.text("destination_account_id");
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
        .await
        .expect(200);
    let post = book.post("/transactions?dry_run=true", &debit("ada", "20.01"));
    assert_eq!(
        book.refuses(post, "insufficient_funds", 422).await.text("available"),
        "20.00"
    );
    let path = format!("/transactions/{}?dry_run=true", made.id());
    let _ = book
        .refuses(book.patch(&path, &json!({"amount": "0"})), "validation_failed", 422)
        .await;
    let _ = book
        .refuses(book.delete(&path).if_match(9), "version_mismatch", 412)
        .await;
    let unknown = "/transactions/01980000-0000-7000-8000-000000000000?dry_run=true";
    let _ = book.refuses(book.delete(unknown), "transaction_not_found", 404).await;
}

async fn a_dry_run_keeps_no_idempotency_key(book: &Book) {
    let tried = book
        .post("/transactions?dry_run=true", &credit("ada", "20.00"))
        .key("k");
    let _ = book.leaves_no_trace(async || tried.await).await.expect(200);
    let made = book
        .post("/transactions", &credit("ada", "30.00"))
        .key("k")
        .await
        .expect(201);
    assert!(!made.is_replay());
    assert_eq!(book.balance_of("ada").await, "30.00");
}

async fn a_known_key_is_answered_as_usual(book: &Book) {
    let made = book
        .post("/transactions", &credit("ada", "20.00"))
        .key("k")
        .await
        .expect(201);
    let again = book
        .post("/transactions?dry_run=true", &credit("ada", "20.00"))
        .key("k")
        .await
        .expect(201);
    assert!(again.is_replay());
    assert_eq!(again.body, made.body);
    let reused = book
        .post("/transactions?dry_run=true", &credit("ada", "30.00"))
        .key("k");
    let _ = book.refuses(reused, "idempotency_key_reused", 422).await;
}

async fn only_writes_to_the_books_can_be_tried(book: &Book) {
    for path in ["/transactions", "/users", "/accounts", "/keys", "/stats"] {
        let _ = book.get(&format!("{path}?dry_run=true")).await.malformed("dry_run");
    }
    let key = book.post("/keys?dry_run=true", &json!({"name": "shop", "role": "reader"}));
    let _ = book.refuses(key, "malformed_request", 400).await.malformed("dry_run");
    for value in ["", "1", "yes", "TRUE"] {
        let post = book.post(&format!("/transactions?dry_run={value}"), &credit("ada", "1.00"));
        let _ = book.refuses(post, "malformed_request", 400).await.malformed("dry_run");
    }
    let _ = book
        .post("/transactions?dry_run=false", &credit("ada", "1.00"))
        .await
        .expect(201);
}
