//! What becomes of a refund when it is changed, and of what it refunds.

use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, on_both};

use super::{path, read, refund};

on_both!(
    what_was_refunded_can_neither_be_voided_nor_lowered,
    a_refund_that_is_deleted_gives_its_amount_back,
    a_refund_that_is_edited_is_counted_anew,
    a_refund_of_what_was_deleted_since_stays_deleted,
);

async fn what_was_refunded_can_neither_be_voided_nor_lowered(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let paid = book.create(&debit("ada", "30.00")).await;
    let _ = refund(book, &paid, &json!({"amount": "10"})).await.expect(201);
    for request in [
        book.delete(&path(&paid)),
        book.patch(&path(&paid), &json!({"amount": "9.99"})),
        book.patch(&path(&paid), &json!({"type": "credit"})),
    ] {
        let refused = book.refuses(request, "transaction_not_editable", 409).await;
        assert_eq!(refused.text("current_status"), "posted");
    }
    let lowered = book
        .patch(&path(&paid), &json!({"amount": "10", "description": "shoes"}))
        .await
        .expect(200);
    assert_eq!(
        (lowered.text("amount"), lowered.text("refunded_amount")),
        ("10.00", "10.00")
    );
    assert_eq!(book.balance_of("ada").await, "50.00");
}

async fn a_refund_that_is_deleted_gives_its_amount_back(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let paid = book.create(&debit("ada", "30.00")).await;
    let given = refund(book, &paid, &json!({})).await.expect(201);
    let _ = book.delete(&path(&given)).await.expect(200);
    assert_eq!(read(book, &paid).await["refunded_amount"], "0.00");
    assert_eq!(book.balance_of("ada").await, "20.00");
    let restored = book
        .post(&format!("{}/restore", path(&given)), &json!({}))
        .await
        .expect(200);
    assert_eq!(restored.text("status"), "posted");
    assert_eq!(read(book, &paid).await["refunded_amount"], "30.00");

    // A deleted refund may come back: the original still goes its way.
    let _ = book.delete(&path(&given)).await.expect(200);
    let request = book.patch(&path(&paid), &json!({"type": "credit"}));
    let _ = book.refuses(request, "transaction_not_editable", 409).await;
    let _ = book
        .post(&format!("{}/restore", path(&given)), &json!({}))
        .await
        .expect(200);

    // What is given back since cannot be given back again by a restored refund.
    let _ = book.delete(&path(&given)).await.expect(200);
    let _ = refund(book, &paid, &json!({"amount": "1"})).await.expect(201);
    let request = book.post(&format!("{}/restore", path(&given)), &json!({}));
    let refused = book.refuses(request, "amount_exceeds_remaining", 422).await;
    assert_eq!(refused.text("remaining_amount"), "29.00");
    book.database().verify().await;
}

async fn a_refund_that_is_edited_is_counted_anew(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let paid = book.create(&debit("ada", "30.00")).await;
    let given = refund(book, &paid, &json!({"amount": "10"})).await.expect(201);
    let _ = book.patch(&path(&given), &json!({"amount": "25"})).await.expect(200);
    assert_eq!(read(book, &paid).await["refunded_amount"], "25.00");
    let request = book.patch(&path(&given), &json!({"amount": "30.01"}));
    let refused = book.refuses(request, "amount_exceeds_remaining", 422).await;
    assert_eq!(refused.text("remaining_amount"), "5.00");
    let request = book.patch(&path(&given), &json!({"type": "debit"}));
    let _ = book
        .refuses(request, "validation_failed", 422)
        .await
        .invalid(&[("type", "not_allowed")]);
    // Nothing but a text: the original stays as it is.
    let version = read(book, &paid).await["version"].clone();
    let _ = book
        .patch(&path(&given), &json!({"description": "shoes"}))
        .await
        .expect(200);
    assert_eq!(read(book, &paid).await["version"], version);
    assert_eq!(book.balance_of("ada").await, "45.00");
    book.database().verify().await;
}

async fn a_refund_of_what_was_deleted_since_stays_deleted(book: &Book) {
    let paid_in = book.create(&credit("ada", "50.00")).await;
    let given = refund(book, &paid_in, &json!({"amount": "5"})).await.expect(201);
    for transaction in [&given, &paid_in] {
        let _ = book.delete(&path(transaction)).await.expect(200);
    }
    let account = format!("/accounts/{}", paid_in.text("destination_account_id"));
    for status in ["open", "closed"] {
        let _ = book.patch(&account, &json!({"status": status})).await.expect(200);
        let request = book.post(&format!("{}/restore", path(&given)), &json!({}));
        let refused = book.refuses(request, "transaction_not_editable", 409).await;
        assert_eq!(refused.text("current_status"), "voided");
    }
    book.database().verify().await;
}
