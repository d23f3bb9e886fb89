//! The order of errors of what ends a hold, or lets it live on.

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::{debit, with};
use tests::{Book, on_both};

use super::resources::UNKNOWN;
use super::{Sinner, break_the_rest, set_status};

on_both!(
    the_errors_of_capturing_a_hold_come_in_order,
    the_errors_of_voiding_a_hold_come_in_order,
    the_errors_of_extending_a_hold_come_in_order,
);

/// A hold of 30.00, one that is captured already, and the account of both.
async fn make_holds(book: &Book) -> [String; 3] {
    let pending = with(debit("ada", "30.00"), json!({"status": "pending"}));
    let hold = book.create(&pending).await;
    let over = book.create(&pending).await.id();
    let capture = book.post(&format!("/transactions/{over}/capture"), &json!({}));
    let _ = capture.await.expect(201);
    [hold.id(), over, hold.text("source_account_id").to_owned()]
}

async fn close(book: &Book, day: Value) {
    let _ = book.put("/closing", &json!({"closed_through": day})).await.expect(200);
}

/// What every action on a hold is refused for, once its accounts allow nothing: each row breaks one more rule.
async fn break_what_all_have(book: &Book, sinner: &mut Sinner, action: &str, over: &str, unstorable: Option<Value>) {
    sinner.expect(book, "account_frozen", 409).await;
    sinner.path = format!("/api/v1/transactions/{over}/{action}");
    sinner.expect(book, "transaction_not_editable", 409).await;
    sinner.expect_version(9);
    sinner.expect(book, "version_mismatch", 412).await;
    if let Some(members) = unstorable {
        sinner.set(members);
        sinner.expect(book, "validation_failed", 422).await;
    }
    sinner.path = format!("/api/v1/transactions/{UNKNOWN}/{action}");
    sinner.expect(book, "transaction_not_found", 404).await;
    sinner.reuse_a_key(book).await;
}

async fn the_errors_of_capturing_a_hold_come_in_order(book: &Book) {
    let reader = book.key("reader").await;
    let [hold, over, account] = make_holds(book).await;
    let path = format!("/transactions/{hold}/capture");
    let mut sinner = Sinner::new(book, Method::POST, &path, json!({"amount": "30.01"}));
    sinner.expect(book, "amount_exceeds_remaining", 422).await;
    close(book, json!("9998-12-31")).await;
    sinner.expect(book, "period_closed", 409).await;
    set_status(book, &account, "frozen").await;
    sinner.expect(book, "account_frozen", 409).await;
    // What is to use the key up must be possible.
    close(book, Value::Null).await;
    let decimals = json!({"amount": "1.005"});
    break_what_all_have(book, &mut sinner, "capture", &over, Some(decimals)).await;
    break_the_rest(book, &mut sinner, json!({"final": "yes"}), reader).await;
}

async fn the_errors_of_voiding_a_hold_come_in_order(book: &Book) {
    let reader = book.key("reader").await;
    let [hold, over, account] = make_holds(book).await;
    set_status(book, &account, "frozen").await;
    let path = format!("/transactions/{hold}/void");
    let mut sinner = Sinner::new(book, Method::POST, &path, json!({"reason": "no show"}));
    break_what_all_have(book, &mut sinner, "void", &over, None).await;
    break_the_rest(book, &mut sinner, json!({"reason": "\u{0}"}), reader).await;
}

async fn the_errors_of_extending_a_hold_come_in_order(book: &Book) {
    let reader = book.key("reader").await;
    let [hold, over, account] = make_holds(book).await;
    set_status(book, &account, "frozen").await;
    let path = format!("/transactions/{hold}/extend");
    let later = json!({"expires_at": "2990-01-01T00:00:00Z"});
    let mut sinner = Sinner::new(book, Method::POST, &path, later);
    let past = json!({"expires_at": "2020-01-01T00:00:00Z"});
    break_what_all_have(book, &mut sinner, "extend", &over, Some(past)).await;
    break_the_rest(book, &mut sinner, json!({"expires_at": "tomorrow"}), reader).await;
}
