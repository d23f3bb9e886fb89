//! POST `/accounts`: for a user, for the ledger, and what is refused.

use serde_json::json;
use tests::{Book, is_server_id, on_both};

on_both!(
    an_account_is_made_for_a_user,
    a_system_account_has_no_user,
    the_same_triple_twice_is_refused_with_the_holder,
    an_account_of_an_unknown_user_is_refused,
    a_new_minimum_is_not_above_zero,
);

async fn an_account_is_made_for_a_user(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let body = json!({"user_id": "ada", "name": "savings", "currency": "USD", "minimum_balance": "-10.5", "metadata": {"k": "v"}});
    let made = book.post("/accounts", &body).await.expect(201);
    assert!(is_server_id(&made.body["id"]));
    assert_eq!(made.version(), 1);
    let expected = json!({
        "user_id": "ada", "name": "savings", "currency": "USD", "kind": "user", "balance": "0.00", "held_out": "0.00",
        "held_in": "0.00", "available": "0.00", "minimum_balance": "-10.50", "status": "open", "metadata": {"k": "v"},
    });
    for (member, value) in expected.as_object().expect("an object") {
        assert_eq!(&made.body[member], value, "{member}");
    }
    assert_eq!(
        book.get(&format!("/accounts/{}", made.id())).await.expect(200).body,
        made.body
    );
}

async fn a_system_account_has_no_user(book: &Book) {
    let made = book
        .post("/accounts", &json!({"name": "fees", "currency": "JPY"}))
        .await
        .expect(201);
    assert_eq!(made.body["kind"], "system");
    assert!(made.body["user_id"].is_null());
    assert!(made.body["minimum_balance"].is_null());
    assert_eq!(made.body["balance"], "0");
    let bounded = json!({"name": "bounded", "currency": "JPY", "minimum_balance": "0"});
    assert_eq!(
        book.post("/accounts", &bounded).await.expect(201).body["minimum_balance"],
        "0"
    );
}

async fn the_same_triple_twice_is_refused_with_the_holder(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    for body in [
        json!({"user_id": "ada", "name": "savings", "currency": "USD"}),
        json!({"name": "savings", "currency": "USD"}),
    ] {
        let made = book.post("/accounts", &body).await.expect(201);
        let refused = book.refuses(book.post("/accounts", &body), "account_exists", 409).await;
        assert_eq!(refused.text("resource_id"), made.id());
    }
    let other_currency = json!({"user_id": "ada", "name": "savings", "currency": "EUR"});
    let _ = book.post("/accounts", &other_currency).await.expect(201);
}

async fn an_account_of_an_unknown_user_is_refused(book: &Book) {
    let body = json!({"user_id": "nobody", "name": "savings", "currency": "USD"});
    let _ = book.refuses(book.post("/accounts", &body), "user_not_found", 404).await;
}

async fn a_new_minimum_is_not_above_zero(book: &Book) {
    let body = json!({"name": "fees", "currency": "USD", "minimum_balance": "0.01"});
    let refused = book
        .refuses(book.post("/accounts", &body), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[("minimum_balance", "out_of_range")]);
}
