//! What becomes of a hold and of its captures when they are changed.

use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, on_both};

use super::{act, in_ms, kept, path, pending, read};

on_both!(
    a_pending_hold_takes_another_amount_and_other_texts,
    a_hold_is_raised_as_far_as_funds_go,
    a_hold_that_is_lowered_to_what_was_captured_is_captured,
    a_hold_keeps_its_type_and_date,
    a_capture_that_is_deleted_gives_its_amount_back_to_the_hold,
    a_capture_of_a_hold_that_has_ended_is_deleted_and_restored,
    a_capture_that_is_edited_is_counted_anew,
    a_hold_is_extended_to_a_time_to_come,
);

async fn a_pending_hold_takes_another_amount_and_other_texts(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let change = json!({
        "amount": "12.5", "description": "one night", "category": "hotel", "reference": "stay-8",
        "metadata": {"room": "12"}, "reason": "shorter",
    });
    let changed = book.patch(&path(&hold), &change).await.expect(200);
    assert_eq!(
        (
            changed.text("amount"),
            changed.text("remaining_amount"),
            changed.version()
        ),
        ("12.50", "12.50", 2)
    );
    assert_eq!(
        (changed.text("description"), changed.text("reference")),
        ("one night", "stay-8")
    );
    assert_eq!(kept(book, "ada").await, ["50.00", "12.50", "0.00", "37.50"]);
    // The same once more is no change.
    let same = book.patch(&path(&hold), &json!({"amount": "12.50"})).await.expect(200);
    assert_eq!(same.version(), 2);
    let account_version = book.account_of("ada", "main", "USD").await["version"].clone();
    let _ = book
        .patch(&path(&hold), &json!({"description": "two"}))
        .await
        .expect(200);
    assert_eq!(book.account_of("ada", "main", "USD").await["version"], account_version);
    book.database().verify().await;
}

async fn a_hold_is_raised_as_far_as_funds_go(book: &Book) {
    let first = book.create(&credit("ada", "50.00")).await;
    let account = format!("/accounts/{}", first.text("destination_account_id"));
    let _ = book.patch(&account, &json!({"minimum_balance": "0"})).await.expect(200);
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let request = book.patch(&path(&hold), &json!({"amount": "50.01"}));
    let refused = book.refuses(request, "insufficient_funds", 422).await;
    assert_eq!(refused.text("available"), "20.00");
    let _ = book.patch(&path(&hold), &json!({"amount": "50"})).await.expect(200);
    assert_eq!(kept(book, "ada").await, ["50.00", "50.00", "0.00", "0.00"]);
    book.database().verify().await;
}

async fn a_hold_that_is_lowered_to_what_was_captured_is_captured(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let part = json!({"amount": "10", "final": false});
    let _ = act(book, &hold, "capture", &part).await.expect(201);
    let request = book.patch(&path(&hold), &json!({"amount": "9.99"}));
    let refused = book.refuses(request, "validation_failed", 422).await;
    let _ = refused.invalid(&[("amount", "out_of_range")]);
    let lowered = book.patch(&path(&hold), &json!({"amount": "10"})).await.expect(200);
    assert_eq!(
        (lowered.text("status"), lowered.text("remaining_amount")),
        ("captured", "0.00")
    );
    assert_eq!(kept(book, "ada").await, ["40.00", "0.00", "0.00", "40.00"]);
    book.database().verify().await;
}

async fn a_hold_keeps_its_type_and_date(book: &Book) {
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let change = json!({"type": "credit", "transaction_date": "2026-01-01T00:00:00Z"});
    let refused = book
        .refuses(book.patch(&path(&hold), &change), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[("transaction_date", "not_allowed"), ("type", "not_allowed")]);
    let same = json!({"type": "debit", "transaction_date": hold.body["transaction_date"]});
    assert_eq!(book.patch(&path(&hold), &same).await.expect(200).version(), 1);
}

async fn a_capture_that_is_deleted_gives_its_amount_back_to_the_hold(book: &Book) {
    let first = book.create(&credit("ada", "50.00")).await;
    let account = format!("/accounts/{}", first.text("destination_account_id"));
    let _ = book.patch(&account, &json!({"minimum_balance": "0"})).await.expect(200);
    let hold = book.create(&pending(debit("ada", "50.00"))).await;
    let part = json!({"amount": "20", "final": false});
    let capture = act(book, &hold, "capture", &part).await.expect(201);
    assert_eq!(kept(book, "ada").await, ["30.00", "30.00", "0.00", "0.00"]);
    let _ = book.delete(&path(&capture)).await.expect(200);
    assert_eq!(read(book, &hold).await["remaining_amount"], "50.00");
    assert_eq!(kept(book, "ada").await, ["50.00", "50.00", "0.00", "0.00"]);
    let _ = act(book, &capture, "restore", &json!({})).await.expect(200);
    assert_eq!(kept(book, "ada").await, ["30.00", "30.00", "0.00", "0.00"]);
    // What was captured since cannot be captured again by a restored capture.
    let _ = book.delete(&path(&capture)).await.expect(200);
    let most = json!({"amount": "40", "final": false});
    let _ = act(book, &hold, "capture", &most).await.expect(201);
    let request = book.post(&format!("{}/restore", path(&capture)), &json!({}));
    let refused = book.refuses(request, "amount_exceeds_remaining", 422).await;
    assert_eq!(refused.text("remaining_amount"), "10.00");
    book.database().verify().await;
}

async fn a_capture_of_a_hold_that_has_ended_is_deleted_and_restored(book: &Book) {
    let first = book.create(&credit("ada", "50.00")).await;
    let account = format!("/accounts/{}", first.text("destination_account_id"));
    let _ = book.patch(&account, &json!({"minimum_balance": "0"})).await.expect(200);
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let capture = act(book, &hold, "capture", &json!({})).await.expect(201);
    let _ = book.delete(&path(&capture)).await.expect(200);
    // Nothing is kept for it any more.
    let ended = read(book, &hold).await;
    let shown = ["status", "captured_amount", "remaining_amount"].map(|member| ended[member].clone());
    assert_eq!(shown, ["captured", "0.00", "0.00"]);
    assert_eq!(kept(book, "ada").await, ["50.00", "0.00", "0.00", "50.00"]);
    let spent = book.create(&debit("ada", "25.00")).await;
    let request = book.post(&format!("{}/restore", path(&capture)), &json!({}));
    let _ = book.refuses(request, "insufficient_funds", 422).await;
    let _ = book.delete(&path(&spent)).await.expect(200);
    let _ = act(book, &capture, "restore", &json!({})).await.expect(200);
    assert_eq!(read(book, &hold).await["captured_amount"], "30.00");
    assert_eq!(kept(book, "ada").await, ["20.00", "0.00", "0.00", "20.00"]);

    // A hold that was voided once its captures were gone takes none back.
    let other = book.create(&pending(debit("ada", "10.00"))).await;
    let part = json!({"amount": "5", "final": false});
    let capture = act(book, &other, "capture", &part).await.expect(201);
    let _ = book.delete(&path(&capture)).await.expect(200);
    assert_eq!(
        act(book, &other, "void", &json!({})).await.expect(200).text("status"),
        "voided"
    );
    let request = book.post(&format!("{}/restore", path(&capture)), &json!({}));
    let _ = book.refuses(request, "transaction_not_editable", 409).await;
    book.database().verify().await;
}

async fn a_capture_that_is_edited_is_counted_anew(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let part = json!({"amount": "10", "final": false});
    let capture = act(book, &hold, "capture", &part).await.expect(201);
    let _ = book.patch(&path(&capture), &json!({"amount": "25"})).await.expect(200);
    assert_eq!(read(book, &hold).await["captured_amount"], "25.00");
    assert_eq!(kept(book, "ada").await, ["25.00", "5.00", "0.00", "20.00"]);
    let request = book.patch(&path(&capture), &json!({"amount": "30.01"}));
    let refused = book.refuses(request, "amount_exceeds_remaining", 422).await;
    assert_eq!(refused.text("remaining_amount"), "5.00");
    let request = book.patch(&path(&capture), &json!({"type": "credit"}));
    let refused = book.refuses(request, "validation_failed", 422).await;
    let _ = refused.invalid(&[("type", "not_allowed")]);
    let _ = book.patch(&path(&capture), &json!({"amount": "1"})).await.expect(200);
    assert_eq!(kept(book, "ada").await, ["49.00", "29.00", "0.00", "20.00"]);
    let dated = json!({"transaction_date": "2026-01-01T00:00:00Z", "description": "night"});
    let _ = book.patch(&path(&capture), &dated).await.expect(200);
    assert_eq!(read(book, &hold).await["captured_amount"], "1.00");
    book.database().verify().await;
}

async fn a_hold_is_extended_to_a_time_to_come(book: &Book) {
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let extend = format!("{}/extend", path(&hold));
    let until = json!({"expires_at": in_ms(60_000)});
    let extended = book.post(&extend, &until).if_match(1).await.expect(200);
    assert_eq!(
        (&extended.body["expires_at"], extended.version()),
        (&until["expires_at"], 2)
    );
    assert_eq!(book.post(&extend, &until).await.expect(200).version(), 2);
    for (body, code) in [
        (json!({"expires_at": in_ms(-1000)}), "out_of_range"),
        (json!({"expires_at": null}), "required"),
        (json!({}), "required"),
    ] {
        let refused = book.refuses(book.post(&extend, &body), "validation_failed", 422).await;
        let _ = refused.invalid(&[("expires_at", code)]);
    }
    let posted = book.create(&credit("ada", "1.00")).await;
    let request = book.post(&format!("{}/extend", path(&posted)), &until);
    let _ = book.refuses(request, "transaction_not_editable", 409).await;
    book.database().verify().await;
}
