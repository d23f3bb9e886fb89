//! POST `/transactions`: transfers between accounts.

use serde_json::json;
use tests::body::{credit, transfer, with};
use tests::{Book, on_both};

on_both!(
    a_transfer_moves_money_between_two_users,
    a_transfer_may_touch_system_accounts,
    a_transfer_has_the_currency_of_its_source,
    accounts_and_amount_must_share_one_currency,
    source_and_destination_must_differ,
    the_source_must_hold_the_money,
    account_ids_must_be_ids,
);

async fn main_account(book: &Book, user_id: &str, funds: &str) -> String {
    book.create(&credit(user_id, funds))
        .await
        .text("destination_account_id")
        .to_owned()
}

async fn a_transfer_moves_money_between_two_users(book: &Book) {
    let ada = main_account(book, "ada", "20.00").await;
    let bob = main_account(book, "bob", "5.00").await;
    let moved = book.create(&transfer(&ada, &bob, "7.5")).await;
    let expected = json!({
        "type": "transfer", "status": "posted", "user_id": null, "source_user_id": "ada", "destination_user_id": "bob",
        "source_account_id": ada, "destination_account_id": bob, "amount": "7.50", "currency": "USD",
    });
    for (member, value) in expected.as_object().expect("an object") {
        assert_eq!(moved.body.get(member), Some(value), "{member}");
    }
    assert_eq!(book.balance_of("ada").await, "12.50");
    assert_eq!(book.balance_of("bob").await, "12.50");
    for user in ["ada", "bob"] {
        let listed = book
            .get(&format!("/users/{user}/transactions?type=transfer"))
            .await
            .expect(200);
        assert_eq!(listed.rows(), std::slice::from_ref(&moved.body), "{user}");
    }
}

async fn a_transfer_may_touch_system_accounts(book: &Book) {
    let ada = main_account(book, "ada", "20.00").await;
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let moved = book.create(&transfer(&ada, &fees, "0.30")).await;
    assert_eq!(moved.body["source_user_id"], "ada");
    assert_eq!(moved.body.get("destination_user_id"), Some(&json!(null)));
    assert_eq!(
        book.get(&format!("/accounts/{fees}")).await.expect(200).body["balance"],
        "0.30"
    );
    assert_eq!(book.balance_of("ada").await, "19.70");
}

async fn a_transfer_has_the_currency_of_its_source(book: &Book) {
    let one = book.open_account(&json!({"name": "one", "currency": "JPY"})).await;
    let two = book.open_account(&json!({"name": "two", "currency": "JPY"})).await;
    let moved = book.create(&transfer(&one, &two, "300")).await;
    assert_eq!(moved.body["currency"], "JPY");
    assert_eq!(moved.body["amount"], "300");
    let refused = book
        .refuses(
            book.post("/transactions", &transfer(&one, &two, "1.0")),
            "validation_failed",
            422,
        )
        .await;
    let _ = refused.invalid(&[("amount", "too_many_decimals")]);
}

async fn accounts_and_amount_must_share_one_currency(book: &Book) {
    let dollars = book.open_account(&json!({"name": "one", "currency": "USD"})).await;
    let euros = book.open_account(&json!({"name": "two", "currency": "EUR"})).await;
    let more = book.open_account(&json!({"name": "three", "currency": "USD"})).await;
    for body in [
        transfer(&dollars, &euros, "1.00"),
        transfer(&euros, &dollars, "1.00"),
        with(transfer(&dollars, &more, "1.00"), json!({"currency": "EUR"})),
    ] {
        let _ = book
            .refuses(book.post("/transactions", &body), "currency_mismatch", 422)
            .await;
    }
    let _ = book
        .create(&with(transfer(&dollars, &more, "1.00"), json!({"currency": "USD"})))
        .await;
}

async fn source_and_destination_must_differ(book: &Book) {
    let ada = main_account(book, "ada", "20.00").await;
    let _ = book
        .refuses(
            book.post("/transactions", &transfer(&ada, &ada, "1.00")),
            "same_account",
            422,
        )
        .await;
}

async fn the_source_must_hold_the_money(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let source = json!({"user_id": "ada", "name": "main", "currency": "USD", "minimum_balance": "-5"});
    let source = book.open_account(&source).await;
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let refused = book
        .refuses(
            book.post("/transactions", &transfer(&source, &fees, "5.01")),
            "insufficient_funds",
            422,
        )
        .await;
    assert_eq!(refused.text("available"), "0.00");
    assert_eq!(refused.text("minimum_balance"), "-5.00");
    assert_eq!(refused.text("account_id"), source);
    let _ = book.create(&transfer(&source, &fees, "5.00")).await;
    assert_eq!(book.balance_of("ada").await, "-5.00");
}

async fn account_ids_must_be_ids(book: &Book) {
    let refused = book
        .refuses(
            book.post("/transactions", &transfer("7", "", "1.00")),
            "validation_failed",
            422,
        )
        .await;
    let _ = refused.invalid_fields(&["source_account_id", "destination_account_id"]);
    let missing = json!({"type": "transfer", "amount": "1.00"});
    let refused = book
        .refuses(book.post("/transactions", &missing), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[
        ("source_account_id", "required"),
        ("destination_account_id", "required"),
    ]);
}
