//! POST `/transactions/{id}/capture`.

use serde_json::json;
use tests::body::{credit, debit, with};
use tests::{Book, on_both};

use super::{act, kept, path, pending, read};

on_both!(
    a_capture_posts_what_the_hold_announced,
    several_captures_together_never_pass_the_hold,
    a_final_capture_releases_the_rest,
    a_capture_needs_no_further_funds,
    a_capture_of_what_is_no_pending_hold_is_refused,
    a_bad_capture_is_refused_with_every_bad_field,
    a_capture_is_refunded_like_anything_posted,
);

async fn a_capture_posts_what_the_hold_announced(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let details = json!({
        "category": "hotel", "description": "two nights", "reference": "stay-7", "metadata": {"room": "12"},
        "transaction_date": "2026-01-31T12:00:00Z",
    });
    let hold = book.create(&with(pending(debit("ada", "30.00")), details)).await;
    let capture = act(book, &hold, "capture", &json!({})).await.expect(201);
    let expected = json!({
        "type": "debit", "status": "posted", "user_id": "ada", "amount": "30.00", "currency": "USD",
        "source_account_id": hold.body["source_account_id"],
        "destination_account_id": hold.body["destination_account_id"],
        "category": "hotel", "description": "two nights", "reference": null, "metadata": {"room": "12"},
        "parent_id": hold.id(), "relation": "capture", "version": 1,
    });
    for (member, value) in expected.as_object().expect("an object") {
        assert_eq!(&capture.body[member], value, "{member}");
    }
    // The money moves when it is captured.
    assert_eq!(capture.body["transaction_date"], capture.body["created_at"]);
    assert_eq!(capture.header("Location"), format!("/api/v1{}", path(&capture)));
    let hold = read(book, &hold).await;
    assert_eq!(hold["status"], "captured");
    assert_eq!(
        (&hold["captured_amount"], &hold["remaining_amount"]),
        (&json!("30.00"), &json!("0.00"))
    );
    assert_eq!(kept(book, "ada").await, ["20.00", "0.00", "0.00", "20.00"]);
    book.database().verify().await;
}

async fn several_captures_together_never_pass_the_hold(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let part = |amount: &str| json!({"amount": amount, "final": false});
    let _ = act(book, &hold, "capture", &part("10")).await.expect(201);
    assert_eq!(kept(book, "ada").await, ["40.00", "20.00", "0.00", "20.00"]);
    let request = book.post(&format!("{}/capture", path(&hold)), &part("20.01"));
    let refused = book.refuses(request, "amount_exceeds_remaining", 422).await;
    assert_eq!(refused.text("remaining_amount"), "20.00");
    let _ = act(book, &hold, "capture", &part("5")).await.expect(201);
    assert_eq!(read(book, &hold).await["status"], "pending");
    // Nothing remains: it is captured, final or not.
    let _ = act(book, &hold, "capture", &part("15")).await.expect(201);
    let hold = read(book, &hold).await;
    assert_eq!((&hold["status"], &hold["version"]), (&json!("captured"), &json!(4)));
    assert_eq!(kept(book, "ada").await, ["20.00", "0.00", "0.00", "20.00"]);
    book.database().verify().await;
}

async fn a_final_capture_releases_the_rest(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    for body in [json!({"amount": "10"}), json!({"amount": "10", "final": true})] {
        let hold = book.create(&pending(debit("ada", "15.00"))).await;
        let _ = act(book, &hold, "capture", &body).await.expect(201);
        let hold = read(book, &hold).await;
        let shown = ["status", "captured_amount", "remaining_amount"].map(|member| hold[member].clone());
        assert_eq!(shown, ["captured", "10.00", "0.00"]);
    }
    assert_eq!(kept(book, "ada").await, ["30.00", "0.00", "0.00", "30.00"]);
    book.database().verify().await;
}

async fn a_capture_needs_no_further_funds(book: &Book) {
    let first = book.create(&credit("ada", "50.00")).await;
    let account = format!("/accounts/{}", first.text("destination_account_id"));
    let _ = book.patch(&account, &json!({"minimum_balance": "0"})).await.expect(200);
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let _ = book.create(&debit("ada", "20.00")).await;
    assert_eq!(kept(book, "ada").await, ["30.00", "30.00", "0.00", "0.00"]);
    let _ = act(book, &hold, "capture", &json!({})).await.expect(201);
    assert_eq!(kept(book, "ada").await, ["0.00", "0.00", "0.00", "0.00"]);
    book.database().verify().await;
}

async fn a_capture_of_what_is_no_pending_hold_is_refused(book: &Book) {
    let posted = book.create(&credit("ada", "50.00")).await;
    for action in ["capture", "void"] {
        let request = book.post(&format!("{}/{action}", path(&posted)), &json!({}));
        let refused = book.refuses(request, "transaction_not_editable", 409).await;
        assert_eq!(refused.text("current_status"), "posted");
    }
    let hold = book.create(&pending(debit("ada", "5.00"))).await;
    for action in ["restore", "refund"] {
        let request = book.post(&format!("{}/{action}", path(&hold)), &json!({}));
        let refused = book.refuses(request, "transaction_not_editable", 409).await;
        assert_eq!(refused.text("current_status"), "pending");
    }
}

async fn a_bad_capture_is_refused_with_every_bad_field(book: &Book) {
    let hold = book.create(&pending(debit("ada", "5.00"))).await;
    let bad = json!({"amount": "0", "final": "no", "reason": "x"});
    let request = book.post(&format!("{}/capture", path(&hold)), &bad);
    let _ = book.refuses(request, "validation_failed", 422).await.invalid(&[
        ("amount", "out_of_range"),
        ("final", "invalid_type"),
        ("reason", "unknown_field"),
    ]);
    let request = book.post(&format!("{}/capture", path(&hold)), &json!({"amount": "1.005"}));
    let refused = book.refuses(request, "validation_failed", 422).await;
    let _ = refused.invalid(&[("amount", "too_many_decimals")]);
}

async fn a_capture_is_refunded_like_anything_posted(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let capture = act(book, &hold, "capture", &json!({})).await.expect(201);
    let refund = act(book, &capture, "refund", &json!({"amount": "5"})).await.expect(201);
    assert_eq!(refund.text("relation"), "refund");
    assert_eq!(read(book, &capture).await["refunded_amount"], "5.00");
    assert_eq!(read(book, &hold).await["captured_amount"], "30.00");
    assert_eq!(kept(book, "ada").await[0], "25.00");
    book.database().verify().await;
}
