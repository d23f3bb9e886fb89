//! PATCH `/accounts/{id}`: what changes, and a minimum that is too high.

use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, on_both};

on_both!(
    patching_changes_only_what_is_named,
    a_minimum_above_what_is_available_is_refused,
);

async fn patching_changes_only_what_is_named(book: &Book) {
    let made = book
        .post(
            "/accounts",
            &json!({"name": "fees", "currency": "USD", "metadata": {"a": "1"}}),
        )
        .await
        .expect(201);
    let path = format!("/accounts/{}", made.id());
    let patched = book.patch(&path, &json!({"minimum_balance": "-5"})).await.expect(200);
    assert_eq!(patched.version(), 2);
    assert_eq!(patched.body["minimum_balance"], "-5.00");
    assert_eq!(patched.body["metadata"], json!({"a": "1"}));
    let patched = book
        .patch(
            &path,
            &json!({"metadata": {"a": null, "b": "2"}, "minimum_balance": null}),
        )
        .await
        .expect(200);
    assert_eq!(patched.version(), 3);
    assert_eq!(patched.body["metadata"], json!({"b": "2"}));
    assert!(patched.body["minimum_balance"].is_null());
    let head = book.create(&credit("bob", "1.00")).await.position();
    let same = book
        .leaves_no_trace(async || book.patch(&path, &json!({"status": "open"})).await)
        .await
        .expect(200);
    assert_eq!(same.body, patched.body);
    assert_eq!(same.position(), head);
    let _ = book
        .refuses(book.patch(&path, &json!({"name": "other"})), "validation_failed", 422)
        .await;
}

async fn a_minimum_above_what_is_available_is_refused(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let account = book.account_of("ada", "main", "USD").await;
    let id = account["id"].as_str().expect("an id is text");
    let path = format!("/accounts/{id}");
    let refused = book
        .refuses(
            book.patch(&path, &json!({"minimum_balance": "20.01"})),
            "insufficient_funds",
            422,
        )
        .await;
    assert_eq!(refused.text("available"), "20.00");
    assert_eq!(refused.text("minimum_balance"), "20.01");
    assert_eq!(refused.text("account_id"), id);

    let raised = book.patch(&path, &json!({"minimum_balance": "15"})).await.expect(200);
    assert_eq!(raised.body["minimum_balance"], "15.00");
    let refused = book
        .refuses(
            book.post("/transactions", &debit("ada", "5.01")),
            "insufficient_funds",
            422,
        )
        .await;
    assert_eq!(refused.body["minimum_balance"], "15.00");
    let _ = book.create(&debit("ada", "5.00")).await;
}
