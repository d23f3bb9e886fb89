//! What POST `/transactions` refuses.

use serde_json::json;
use tests::body::{credit, debit, transfer, with};
use tests::{Book, on_both};

on_both!(
    a_debit_below_the_minimum_is_refused,
    a_reference_is_taken_once,
    a_balance_beyond_the_largest_amount_is_refused,
    a_credit_takes_no_account_ids_and_a_transfer_no_user,
    every_bad_field_is_named_at_once,
);

async fn a_debit_below_the_minimum_is_refused(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let account = made.text("destination_account_id");
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
        .await
        .expect(200);
    let refused = book
        .refuses(
            book.post("/transactions", &debit("ada", "20.01")),
            "insufficient_funds",
            422,
        )
        .await;
    assert_eq!(refused.text("available"), "20.00");
    assert_eq!(refused.text("minimum_balance"), "0.00");
    assert_eq!(refused.text("account_id"), account);
    let _ = book.create(&debit("ada", "20.00")).await;
    assert_eq!(book.balance_of("ada").await, "0.00");
}

async fn a_reference_is_taken_once(book: &Book) {
    let holder = book
        .create(&with(credit("ada", "20.00"), json!({"reference": "r-1"})))
        .await;
    let other = with(debit("bob", "1.00"), json!({"reference": "r-1"}));
    let refused = book
        .refuses(book.post("/transactions", &other), "reference_taken", 409)
        .await;
    assert_eq!(refused.text("resource_id"), holder.id());
    let _ = book
        .create(&with(debit("bob", "1.00"), json!({"reference": "R-1"})))
        .await;
    let _ = book
        .create(&with(debit("bob", "1.00"), json!({"reference": null})))
        .await;
}

async fn a_balance_beyond_the_largest_amount_is_refused(book: &Book) {
    let _ = book.create(&credit("ada", "92233720368547758.07")).await;
    let _ = book
        .refuses(
            book.post("/transactions", &credit("ada", "0.01")),
            "amount_overflow",
            422,
        )
        .await;
    // The other end: the world's balance would fall below the smallest.
    let _ = book
        .refuses(
            book.post("/transactions", &credit("bob", "0.02")),
            "amount_overflow",
            422,
        )
        .await;
    let _ = book.create(&debit("ada", "0.01")).await;
}

async fn a_credit_takes_no_account_ids_and_a_transfer_no_user(book: &Book) {
    let id = book.open_account(&json!({"name": "a", "currency": "USD"})).await;
    let other = book.open_account(&json!({"name": "b", "currency": "USD"})).await;
    let body = with(credit("ada", "1.00"), json!({"source_account_id": id}));
    let refused = book
        .refuses(book.post("/transactions", &body), "validation_failed", 422)
        .await;
    let _ = refused.invalid_fields(&["source_account_id"]);
    let body = with(transfer(&id, &other, "1.00"), json!({"user_id": "ada"}));
    let refused = book
        .refuses(book.post("/transactions", &body), "validation_failed", 422)
        .await;
    let _ = refused.invalid_fields(&["user_id"]);
}

async fn every_bad_field_is_named_at_once(book: &Book) {
    let body = json!({
        "type": "credit", "user_id": "no spaces", "amount": 20, "currency": "XYZ", "transaction_date": "yesterday",
        "category": "", "metadata": {"colour": 7}, "colour": "blue",
    });
    let refused = book
        .refuses(book.post("/transactions", &body), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[
        ("amount", "invalid_type"),
        ("category", "too_short"),
        ("colour", "unknown_field"),
        ("currency", "unknown_currency"),
        ("metadata.colour", "invalid_type"),
        ("transaction_date", "invalid_format"),
        ("user_id", "invalid_format"),
    ]);
    let refused = book
        .refuses(
            book.post("/transactions", &json!({"colour": 1})),
            "validation_failed",
            422,
        )
        .await;
    assert!(
        refused.errors().len() >= 3,
        "missing and unknown members together: {}",
        refused.text
    );
}
