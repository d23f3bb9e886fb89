//! POST `/transactions/{id}/restore`.

use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, on_both};

on_both!(
    restoring_posts_again,
    a_posted_transaction_cannot_be_restored,
    restoring_is_checked_like_a_new_posting,
    restoring_refuses_a_balance_beyond_the_largest,
    void_and_restore_can_alternate,
);

async fn restoring_posts_again(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", made.id());
    let voided = book.delete(&path).await.expect(200);
    let restored = book
        .post(&format!("{path}/restore"), &json!({"reason": "was right"}))
        .await
        .expect(200);
    assert_eq!(restored.version(), 3);
    assert_eq!(restored.body["status"], "posted");
    assert!(restored.position() > voided.position());
    for member in ["id", "type", "amount", "transaction_date", "created_at"] {
        assert_eq!(restored.body[member], made.body[member], "{member}");
    }
    assert_eq!(book.balance_of("ada").await, "20.00");
    assert_eq!(
        book.get("/transactions?user_id=ada").await.expect(200).rows(),
        [restored.body]
    );
}

async fn a_posted_transaction_cannot_be_restored(book: &Book) {
    let path = format!(
        "/transactions/{}/restore",
        book.create(&credit("ada", "20.00")).await.id()
    );
    let refused = book
        .refuses(book.post(&path, &json!({})), "transaction_not_editable", 409)
        .await;
    assert_eq!(refused.body["current_status"], "posted");
}

async fn restoring_is_checked_like_a_new_posting(book: &Book) {
    let account = book
        .create(&credit("ada", "20.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let spent = format!("/transactions/{}", book.create(&debit("ada", "15.00")).await.id());
    let _ = book.delete(&spent).await.expect(200);
    let _ = book.create(&debit("ada", "10.00")).await;
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
        .await
        .expect(200);
    let restore = book.post(&format!("{spent}/restore"), &json!({}));
    let refused = book.refuses(restore, "insufficient_funds", 422).await;
    assert_eq!(refused.text("available"), "10.00");

    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": null}))
        .await
        .expect(200);
    let _ = book.post(&format!("{spent}/restore"), &json!({})).await.expect(200);
    assert_eq!(book.balance_of("ada").await, "-5.00");
}

async fn restoring_refuses_a_balance_beyond_the_largest(book: &Book) {
    let largest = book.create(&credit("ada", "92233720368547758.07")).await.id();
    let path = format!("/transactions/{largest}");
    let _ = book.delete(&path).await.expect(200);
    let small = book.create(&credit("ada", "0.01")).await.id();
    let restore = || book.post(&format!("{path}/restore"), &json!({}));
    let _ = book.refuses(restore(), "amount_overflow", 422).await;
    let _ = book.delete(&format!("/transactions/{small}")).await.expect(200);
    let _ = restore().await.expect(200);
    assert_eq!(book.balance_of("ada").await, "92233720368547758.07");
}

async fn void_and_restore_can_alternate(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    for round in 1..=5_u64 {
        assert_eq!(book.delete(&path).await.expect(200).version(), 2 * round);
        assert_eq!(book.balance_of("ada").await, "0.00");
        let restored = book.post(&format!("{path}/restore"), &json!({})).await.expect(200);
        assert_eq!(restored.version(), 2 * round + 1);
        assert_eq!(book.balance_of("ada").await, "20.00");
    }
}
