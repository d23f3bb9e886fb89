//! DELETE `/transactions/{id}`.

use serde_json::json;
use tests::body::{credit, debit, with};
use tests::{Book, on_both};

on_both!(
    deleting_voids_and_moves_the_money_back,
    deleting_again_is_refused,
    a_voided_transaction_keeps_its_reference,
    what_was_spent_cannot_be_voided,
    the_reason_is_bounded_text,
);

async fn deleting_voids_and_moves_the_money_back(book: &Book) {
    let kept = book.create(&credit("ada", "5.00")).await;
    let made = book
        .create(&with(
            credit("ada", "20.00"),
            json!({"description": "d", "reference": "r"}),
        ))
        .await;
    let path = format!("/transactions/{}", made.id());
    let voided = book.delete(&format!("{path}?reason=a%20mistake")).await.expect(200);
    assert_eq!(voided.body["status"], "voided");
    assert_eq!(voided.version(), 2);
    assert!(voided.position() > made.position());
    for member in [
        "id",
        "type",
        "amount",
        "currency",
        "description",
        "reference",
        "transaction_date",
        "created_at",
    ] {
        assert_eq!(voided.body[member], made.body[member], "{member}");
    }
    assert_eq!(book.get(&path).await.expect(200).body, voided.body);
    assert_eq!(book.balance_of("ada").await, "5.00");
    assert_eq!(
        book.get("/transactions?user_id=ada").await.expect(200).column("id"),
        [kept.id()]
    );
}

async fn deleting_again_is_refused(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let _ = book.delete(&path).await.expect(200);
    let refused = book.refuses(book.delete(&path), "transaction_not_editable", 409).await;
    assert_eq!(refused.body["current_status"], "voided");
}

async fn a_voided_transaction_keeps_its_reference(book: &Book) {
    let body = with(credit("ada", "20.00"), json!({"reference": "r-1"}));
    let made = book.create(&body).await;
    let _ = book.delete(&format!("/transactions/{}", made.id())).await.expect(200);
    let refused = book
        .refuses(book.post("/transactions", &body), "reference_taken", 409)
        .await;
    assert_eq!(refused.text("resource_id"), made.id());
}

async fn what_was_spent_cannot_be_voided(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let account = made.text("destination_account_id");
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
        .await
        .expect(200);
    let spent = book.create(&debit("ada", "0.01")).await;
    let path = format!("/transactions/{}", made.id());
    let refused = book.refuses(book.delete(&path), "insufficient_funds", 422).await;
    assert_eq!(refused.text("available"), "19.99");
    let _ = book.delete(&format!("/transactions/{}", spent.id())).await.expect(200);
    let _ = book.delete(&path).await.expect(200);
    assert_eq!(book.balance_of("ada").await, "0.00");
}

async fn the_reason_is_bounded_text(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let long = "a".repeat(501);
    for reason in [long.as_str(), "%00", "%0A", "%E2%80%AE", "%FF"] {
        let refused = book
            .refuses(
                book.delete(&format!("{path}?reason={reason}")),
                "malformed_request",
                400,
            )
            .await;
        let _ = refused.malformed("reason");
    }
    let longest = "%C3%A9".repeat(500);
    let _ = book.delete(&format!("{path}?reason={longest}")).await.expect(200);
}
