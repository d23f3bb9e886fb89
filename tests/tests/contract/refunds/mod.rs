//! POST `/transactions/{id}/refund`; section 11 of the contract.

mod changes;
mod races;

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Answer, Book, on_both};

on_both!(
    a_refund_moves_the_money_back_and_names_its_original,
    every_kind_is_refunded_the_other_way_round,
    refunds_never_pass_the_amount,
    a_refund_is_held_to_funds_and_open_accounts,
    only_what_is_posted_is_refunded,
    a_bad_refund_is_refused_with_every_bad_field,
    a_refund_is_rehearsed_replayed_and_conditional,
    a_refund_is_counted_on_its_own_day_and_under_its_category,
);

fn path(transaction: &Answer) -> String {
    format!("/transactions/{}", transaction.id())
}

async fn refund(book: &Book, transaction: &Answer, body: &Value) -> Answer {
    book.post(&format!("{}/refund", path(transaction)), body).await
}

async fn read(book: &Book, transaction: &Answer) -> Value {
    book.get(&path(transaction)).await.expect(200).body
}

async fn a_refund_moves_the_money_back_and_names_its_original(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let paid = book
        .create(&with(debit("ada", "30.00"), json!({"category": "shoes"})))
        .await;
    let body = json!({"amount": "10.5", "reason": "one of a pair", "metadata": {"case": "7"}});
    let refunded = refund(book, &paid, &body).await.expect(201);
    let expected = json!({
        "type": "credit", "status": "posted", "user_id": "ada", "amount": "10.50", "currency": "USD",
        "source_account_id": paid.body["destination_account_id"], "destination_account_id": paid.body["source_account_id"],
        "category": "shoes", "description": null, "reference": null, "metadata": {"case": "7"},
        "parent_id": paid.id(), "relation": "refund", "version": 1,
    });
    for (member, value) in expected.as_object().expect("an object") {
        assert_eq!(&refunded.body[member], value, "{member}");
    }
    assert_eq!(refunded.header("Location"), format!("/api/v1{}", path(&refunded)));
    assert_eq!(read(book, &refunded).await, refunded.body);
    assert_eq!(book.balance_of("ada").await, "30.50");

    let original = read(book, &paid).await;
    assert_eq!(original["refunded_amount"], "10.50");
    assert_eq!(
        (&original["version"], &original["amount"]),
        (&json!(2), &json!("30.00"))
    );
    let revisions = book.get(&format!("{}/revisions", path(&paid))).await.expect(200);
    let last = revisions.rows().last().expect("two versions");
    assert_eq!(
        last["changes"],
        json!({"refunded_amount": {"from": null, "to": "10.50"}})
    );
    assert_eq!(last["reason"], "one of a pair");
    book.database().verify().await;
}

async fn every_kind_is_refunded_the_other_way_round(book: &Book) {
    let paid_in = book.create(&credit("ada", "50.00")).await;
    let _ = book.create(&credit("bo", "1.00")).await;
    let ada = book.account_of("ada", "main", "USD").await;
    let bo = book.account_of("bo", "main", "USD").await;
    let id = |account: &Value| account["id"].as_str().expect("an id").to_owned();
    let sent = book.create(&transfer(&id(&ada), &id(&bo), "20.00")).await;
    let paid = book.create(&debit("ada", "5.00")).await;
    for (transaction, kind) in [(&sent, "transfer"), (&paid, "credit"), (&paid_in, "debit")] {
        let back = refund(book, transaction, &json!({})).await.expect(201);
        assert_eq!(
            (back.text("type"), back.text("amount")),
            (kind, transaction.text("amount"))
        );
        assert_eq!(back.body["user_id"], transaction.body["user_id"]);
    }
    assert_eq!(
        (book.balance_of("ada").await, book.balance_of("bo").await),
        ("0.00".into(), "1.00".into())
    );
}

async fn refunds_never_pass_the_amount(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let paid = book.create(&debit("ada", "30.00")).await;
    for (amount, remaining) in [("30.01", "30.00"), ("100", "30.00")] {
        let request = book.post(&format!("{}/refund", path(&paid)), &json!({"amount": amount}));
        let refused = book.refuses(request, "amount_exceeds_remaining", 422).await;
        assert_eq!(refused.text("remaining_amount"), remaining);
    }
    let _ = refund(book, &paid, &json!({"amount": "29.99"})).await.expect(201);
    let request = book.post(&format!("{}/refund", path(&paid)), &json!({"amount": "0.02"}));
    let refused = book.refuses(request, "amount_exceeds_remaining", 422).await;
    assert_eq!(refused.text("remaining_amount"), "0.01");
    // No body, or none of an amount: all that remains.
    let without_body = book.request(Method::POST, &format!("/api/v1{}/refund", path(&paid)));
    let rest = without_body.await.expect(201);
    assert_eq!(rest.text("amount"), "0.01");
    let request = book.post(&format!("{}/refund", path(&paid)), &json!({}));
    let refused = book.refuses(request, "amount_exceeds_remaining", 422).await;
    assert_eq!(refused.text("remaining_amount"), "0.00");
    assert_eq!(read(book, &paid).await["refunded_amount"], "30.00");
}

async fn a_refund_is_held_to_funds_and_open_accounts(book: &Book) {
    let paid_in = book.create(&credit("ada", "50.00")).await;
    let account = paid_in.text("destination_account_id").to_owned();
    let _ = book.create(&debit("ada", "45.00")).await;
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
        .await
        .expect(200);
    let request = || book.post(&format!("{}/refund", path(&paid_in)), &json!({"amount": "5.01"}));
    let refused = book.refuses(request(), "insufficient_funds", 422).await;
    assert_eq!(refused.text("available"), "5.00");
    assert!(read(book, &paid_in).await.get("refunded_amount").is_none());
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"status": "frozen"}))
        .await
        .expect(200);
    let _ = book.refuses(request(), "account_frozen", 409).await;
}

async fn only_what_is_posted_is_refunded(book: &Book) {
    let made = book.create(&credit("ada", "50.00")).await;
    let _ = book.delete(&path(&made)).await.expect(200);
    let request = book.post(&format!("{}/refund", path(&made)), &json!({}));
    let refused = book.refuses(request, "transaction_not_editable", 409).await;
    assert_eq!(refused.text("current_status"), "voided");
    let unknown = book.post("/transactions/019c12c6-3a50-7c41-9d2e-6f1b8a7c5d30/refund", &json!({}));
    let _ = book.refuses(unknown, "transaction_not_found", 404).await;
    let reader = book.key("reader").await;
    let request = reader.post(&format!("{}/refund", path(&made)), &json!({}));
    let _ = book.refuses(request, "forbidden", 403).await;
}

async fn a_bad_refund_is_refused_with_every_bad_field(book: &Book) {
    let made = book.create(&credit("ada", "50.00")).await;
    let bad = json!({"amount": "0", "reason": 7, "metadata": [], "currency": "USD"});
    let request = book.post(&format!("{}/refund", path(&made)), &bad);
    let _ = book.refuses(request, "validation_failed", 422).await.invalid(&[
        ("amount", "out_of_range"),
        ("currency", "unknown_field"),
        ("metadata", "invalid_type"),
        ("reason", "invalid_type"),
    ]);
    let request = book.post(&format!("{}/refund", path(&made)), &json!({"amount": "1.005"}));
    let refused = book.refuses(request, "validation_failed", 422).await;
    let _ = refused.invalid(&[("amount", "too_many_decimals")]);
}

async fn a_refund_is_rehearsed_replayed_and_conditional(book: &Book) {
    let made = book.create(&credit("ada", "50.00")).await;
    let refund_path = format!("{}/refund", path(&made));
    let body = json!({"amount": "10"});
    let rehearsed = book
        .leaves_no_trace(async || {
            book.post(&format!("{refund_path}?dry_run=true"), &body)
                .await
                .expect(200)
        })
        .await;
    assert_eq!(rehearsed.text("amount"), "10.00");
    let _ = book
        .refuses(book.post(&refund_path, &body).if_match(7), "version_mismatch", 412)
        .await;
    let first = book.post(&refund_path, &body).key("back").if_match(1).await.expect(201);
    let again = book
        .leaves_no_trace(async || book.post(&refund_path, &body).key("back").await.expect(201))
        .await;
    assert!(again.is_replay());
    assert_eq!(again.body, first.body);
    assert_eq!(again.position(), first.position());
}

async fn a_refund_is_counted_on_its_own_day_and_under_its_category(book: &Book) {
    let shoes = json!({"category": "shoes", "transaction_date": "2026-01-31T12:00:00Z"});
    let paid = book.create(&with(debit("ada", "30.00"), shoes)).await;
    let _ = refund(book, &paid, &json!({"amount": "10"})).await.expect(201);
    let stats = book.get("/users/ada/stats").await.expect(200);
    let currency = &stats.body["currencies"][0];
    assert_eq!((&currency["count"], &currency["net"]), (&json!(2), &json!("-20.00")));
    let expected = json!([{"category": "shoes", "count": 2, "total": "40.00"}]);
    assert_eq!(currency["by_category"], expected);
    let january = book
        .get("/users/ada/stats?from=2026-01-31&to=2026-01-31")
        .await
        .expect(200);
    assert_eq!(january.body["currencies"][0]["count"], 1);
}
