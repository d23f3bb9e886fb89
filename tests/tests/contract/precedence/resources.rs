//! The order of errors of every other write: users, accounts, keys, transactions without an edit, and the close.

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::{credit, debit};
use tests::{Book, on_both};

use super::{Sinner, break_access, break_the_rest, set_status};

on_both!(
    the_errors_of_putting_a_user_come_in_order,
    the_errors_of_patching_a_user_come_in_order,
    the_errors_of_erasing_a_user_come_in_order,
    the_errors_of_making_an_account_come_in_order,
    the_errors_of_patching_an_account_come_in_order,
    the_errors_of_making_a_key_come_in_order,
    the_errors_of_revoking_a_key_come_in_order,
    the_errors_of_deleting_a_transaction_come_in_order,
    the_errors_of_restoring_a_transaction_come_in_order,
    the_errors_of_closing_come_in_order,
);

pub(super) const UNKNOWN: &str = "01980000-0000-7000-8000-000000000000";

impl Sinner {
    pub(super) fn expect_version(&mut self, version: u64) {
        self.headers.push(("If-Match", format!("\"{version}\"")));
    }

    /// From here on every request has a key that another request has used.
    pub(super) async fn reuse_a_key(&mut self, book: &Book) {
        let other = book.post("/transactions", &credit("zoe", "1.00")).key("used");
        let _ = other.await.expect(201);
        self.headers.push(("Idempotency-Key", "used".to_owned()));
        self.expect(book, "idempotency_key_reused", 422).await;
    }
}

async fn set_minimum(book: &Book, account_id: &str, minimum: Value) {
    let patch = json!({"minimum_balance": minimum});
    let _ = book.patch(&format!("/accounts/{account_id}"), &patch).await.expect(200);
}

async fn the_errors_of_putting_a_user_come_in_order(book: &Book) {
    let reader = book.key("reader").await;
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let mut sinner = Sinner::new(book, Method::PUT, "/users/ada", json!({"full_name": "Ada King"}));
    sinner.expect_version(9);
    sinner.expect(book, "version_mismatch", 412).await;
    sinner.reuse_a_key(book).await;
    break_the_rest(book, &mut sinner, json!({"full_name": ""}), reader).await;
}

async fn the_errors_of_patching_a_user_come_in_order(book: &Book) {
    let reader = book.key("reader").await;
    let full: serde_json::Map<String, Value> = (0..50).map(|number| (format!("k{number}"), json!("v"))).collect();
    let _ = book
        .put_user("ada", &json!({"full_name": "Ada", "metadata": full}))
        .await;
    let mut sinner = Sinner::new(book, Method::PATCH, "/users/ada", json!({"full_name": "Ada King"}));
    sinner.expect_version(9);
    sinner.expect(book, "version_mismatch", 412).await;
    sinner.set(json!({"metadata": {"one more": "v"}}));
    sinner.expect(book, "validation_failed", 422).await;
    sinner.path = "/api/v1/users/nobody".to_owned();
    sinner.expect(book, "user_not_found", 404).await;
    sinner.reuse_a_key(book).await;
    break_the_rest(book, &mut sinner, json!({"full_name": ""}), reader).await;
}

async fn the_errors_of_erasing_a_user_come_in_order(book: &Book) {
    let writer = book.key("writer").await;
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let mut sinner = Sinner::new(book, Method::DELETE, "/users/ada", Value::Null);
    sinner.expect_version(9);
    sinner.expect(book, "version_mismatch", 412).await;
    sinner.path = "/api/v1/users/nobody".to_owned();
    sinner.expect(book, "user_not_found", 404).await;
    sinner.reuse_a_key(book).await;
    sinner.path = "/api/v1/users/nobody?texts=maybe".to_owned();
    sinner.expect(book, "malformed_request", 400).await;
    break_access(book, &mut sinner, writer).await;
}

async fn the_errors_of_making_an_account_come_in_order(book: &Book) {
    let reader = book.key("reader").await;
    let fees = json!({"name": "fees", "currency": "USD"});
    let _ = book.open_account(&fees).await;
    let mut sinner = Sinner::new(book, Method::POST, "/accounts", fees);
    sinner.expect(book, "account_exists", 409).await;
    sinner.set(json!({"user_id": "nobody"}));
    sinner.expect(book, "user_not_found", 404).await;
    sinner.reuse_a_key(book).await;
    break_the_rest(book, &mut sinner, json!({"name": ""}), reader).await;
}

async fn the_errors_of_patching_an_account_come_in_order(book: &Book) {
    let reader = book.key("reader").await;
    let made = book.create(&credit("ada", "20.00")).await;
    let account = made.text("destination_account_id");
    let path = format!("/accounts/{account}");
    let mut sinner = Sinner::new(book, Method::PATCH, &path, json!({"minimum_balance": "20.01"}));
    sinner.expect(book, "insufficient_funds", 422).await;
    sinner.set(json!({"status": "closed"}));
    sinner.expect(book, "account_not_empty", 409).await;
    sinner.expect_version(9);
    sinner.expect(book, "version_mismatch", 412).await;
    sinner.set(json!({"minimum_balance": "20.005"}));
    sinner.expect(book, "validation_failed", 422).await;
    sinner.path = format!("/api/v1/accounts/{UNKNOWN}");
    sinner.expect(book, "account_not_found", 404).await;
    sinner.reuse_a_key(book).await;
    break_the_rest(book, &mut sinner, json!({"status": "melted"}), reader).await;
}

async fn the_errors_of_making_a_key_come_in_order(book: &Book) {
    let (writer, admin) = (book.key("writer").await, book.key("admin").await);
    let mut sinner = Sinner::new(book, Method::POST, "/keys", json!({"name": "shop", "role": "operator"}));
    sinner.reuse_a_key(book).await;
    sinner.set(json!({"name": ""}));
    sinner.expect(book, "validation_failed", 422).await;
    sinner.client = admin;
    sinner.expect(book, "forbidden", 403).await;
    // All that is wrong with it but the body, which must be read to know the role.
    let (path, headers) = (sinner.path.clone(), sinner.headers.clone());
    sinner.path.push_str("?colour=red");
    sinner.expect(book, "forbidden", 403).await;
    sinner.headers.push(("Idempotency-Key", String::new()));
    sinner.expect(book, "forbidden", 403).await;
    sinner.client = book.client();
    sinner.expect(book, "malformed_request", 400).await;
    (sinner.path, sinner.headers) = (path, headers);
    break_the_rest(book, &mut sinner, json!({"role": "king"}), writer).await;
}

async fn the_errors_of_revoking_a_key_come_in_order(book: &Book) {
    let writer = book.key("writer").await;
    let mut sinner = Sinner::new(book, Method::DELETE, &format!("/keys/{UNKNOWN}"), Value::Null);
    sinner.expect(book, "key_not_found", 404).await;
    sinner.reuse_a_key(book).await;
    sinner.expect_version(1);
    sinner.expect(book, "malformed_request", 400).await;
    sinner.path = "/api/v1/keys/7?dry_run=true".to_owned();
    sinner.expect(book, "malformed_request", 400).await;
    break_access(book, &mut sinner, writer).await;
}

async fn the_errors_of_deleting_a_transaction_come_in_order(book: &Book) {
    let reader = book.key("reader").await;
    let made = book.create(&credit("ada", "20.00")).await;
    let account = made.text("destination_account_id");
    let path = format!("/transactions/{}", made.id());
    let _ = book.create(&debit("ada", "5.00")).await;
    set_minimum(book, account, json!("0")).await;
    let mut sinner = Sinner::new(book, Method::DELETE, &path, Value::Null);
    sinner.expect(book, "insufficient_funds", 422).await;
    set_status(book, account, "frozen").await;
    sinner.expect(book, "account_frozen", 409).await;
    set_status(book, account, "open").await;
    set_minimum(book, account, Value::Null).await;
    let _ = book.delete(&path).await.expect(200);
    set_status(book, account, "frozen").await;
    sinner.expect(book, "transaction_not_editable", 409).await;
    sinner.expect_version(9);
    sinner.expect(book, "version_mismatch", 412).await;
    sinner.path = format!("/api/v1/transactions/{UNKNOWN}");
    sinner.expect(book, "transaction_not_found", 404).await;
    sinner.reuse_a_key(book).await;
    sinner.path.push_str("?reason=%00");
    sinner.expect(book, "malformed_request", 400).await;
    break_access(book, &mut sinner, reader).await;
}

async fn the_errors_of_restoring_a_transaction_come_in_order(book: &Book) {
    let reader = book.key("reader").await;
    let account = book.create(&credit("ada", "20.00")).await;
    let account = account.text("destination_account_id");
    let spent = format!("/transactions/{}", book.create(&debit("ada", "15.00")).await.id());
    let _ = book.delete(&spent).await.expect(200);
    let _ = book.create(&debit("ada", "10.00")).await;
    set_minimum(book, account, json!("0")).await;
    let restore = format!("{spent}/restore");
    let mut sinner = Sinner::new(book, Method::POST, &restore, json!({"reason": "back"}));
    sinner.expect(book, "insufficient_funds", 422).await;
    set_status(book, account, "frozen").await;
    sinner.expect(book, "account_frozen", 409).await;
    set_status(book, account, "open").await;
    set_minimum(book, account, Value::Null).await;
    let _ = book.post(&restore, &json!({})).await.expect(200);
    set_status(book, account, "frozen").await;
    sinner.expect(book, "transaction_not_editable", 409).await;
    sinner.expect_version(9);
    sinner.expect(book, "version_mismatch", 412).await;
    sinner.path = format!("/api/v1/transactions/{UNKNOWN}/restore");
    sinner.expect(book, "transaction_not_found", 404).await;
    sinner.reuse_a_key(book).await;
    break_the_rest(book, &mut sinner, json!({"reason": "\u{0}"}), reader).await;
}

async fn the_errors_of_closing_come_in_order(book: &Book) {
    let writer = book.key("writer").await;
    let day = json!({"closed_through": "2026-01-31"});
    let mut sinner = Sinner::new(book, Method::PUT, "/closing", day);
    sinner.expect_version(9);
    sinner.expect(book, "version_mismatch", 412).await;
    sinner.reuse_a_key(book).await;
    break_the_rest(book, &mut sinner, json!({"closed_through": "January"}), writer).await;
}
