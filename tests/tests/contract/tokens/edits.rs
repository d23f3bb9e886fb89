//! What a user's token edits where the ledger lets it.

use serde_json::json;
use tests::body::{credit, debit, transfer, with};
use tests::{Book, on_both};

use super::acting_as;
use super::writes::{People, allow_edits, people};

on_both!(
    a_credit_needs_the_ledgers_leave,
    with_leave_a_user_edits_its_own_records_alone,
    the_token_of_an_erased_user_writes_nothing,
);

async fn a_credit_needs_the_ledgers_leave(book: &Book) {
    let People { ada, .. } = people(book).await;
    let own_credit = book.create(&credit("ada", "5.00")).await.id();
    let path = format!("/transactions/{own_credit}");
    let all = || {
        [
            ada.post("/transactions", &credit("ada", "1.00")),
            ada.post("/transactions", &with(credit("ada", "-"), json!({"colour": 1}))),
            ada.patch(&path, &json!({"amount": "6"})),
            ada.patch(&path, &json!({})).body("no JSON", "text/plain"),
            ada.delete(&path),
        ]
    };
    for request in all() {
        let _ = book.refuses(request, "forbidden", 403).await;
    }
    allow_edits(book, true).await;
    let made = ada
        .post("/transactions", &credit("ada", "1.00"))
        .key("k")
        .await
        .expect(201);
    allow_edits(book, false).await;
    for request in all() {
        let _ = book.refuses(request, "forbidden", 403).await;
    }
    let again = ada.post("/transactions", &credit("ada", "1.00")).key("k");
    let _ = book.refuses(again, "forbidden", 403).await;
    let _ = ada.get(&format!("/transactions/{}", made.id())).await.expect(200);
}

async fn with_leave_a_user_edits_its_own_records_alone(book: &Book) {
    let People {
        ada,
        accounts: [own, theirs],
        ..
    } = people(book).await;
    allow_edits(book, true).await;
    let income = ada.create(&credit("ada", "5.00")).await.id();
    let path = format!("/transactions/{income}");
    let edited = ada
        .patch(&path, &json!({"amount": "6.00", "type": "debit"}))
        .await
        .expect(200);
    assert_eq!((edited.text("type"), edited.text("amount")), ("debit", "6.00"));
    let _ = ada
        .patch(&path, &json!({"type": "transfer"}))
        .await
        .invalid(&[("type", "not_allowed")]);
    assert_eq!(ada.delete(&path).await.expect(200).text("status"), "voided");
    let _ = ada.delete(&path).await.problem("transaction_not_editable", 409);
    let sent = ada.create(&transfer(&own, &theirs, "1.00")).await.id();
    let spent = ada.create(&debit("ada", "1.00")).await.id();
    let refund = book
        .post(&format!("/transactions/{spent}/refund"), &json!({}))
        .await
        .expect(201)
        .id();
    let others = book.create(&debit("eve", "1.00")).await.id();
    let nothing = "0198c5a0-0000-7000-8000-000000000000";
    for (id, code, status) in [
        (sent.as_str(), "forbidden", 403),
        (&refund, "forbidden", 403),
        (&others, "transaction_not_found", 404),
        (nothing, "transaction_not_found", 404),
    ] {
        let path = format!("/transactions/{id}");
        let _ = book
            .refuses(ada.patch(&path, &json!({"amount": "0.50"})), code, status)
            .await;
        let _ = book
            .refuses(ada.patch(&path, &json!({"amount": "0.50"})).if_match(9), code, status)
            .await;
        let _ = book.refuses(ada.delete(&path), code, status).await;
    }
    let eve = acting_as(book, "eve", "write").await;
    let _ = book
        .refuses(eve.delete(&format!("/transactions/{sent}")), "forbidden", 403)
        .await;
    let _ = book
        .refuses(eve.post("/transactions", &credit("ada", "1.00")), "user_not_found", 404)
        .await;
    book.database().verify().await;
}

async fn the_token_of_an_erased_user_writes_nothing(book: &Book) {
    let People {
        ada,
        accounts: [own, theirs],
        ..
    } = people(book).await;
    allow_edits(book, true).await;
    let spent = ada.create(&debit("ada", "1.00")).await.id();
    let path = format!("/transactions/{spent}");
    let _ = book.delete("/users/ada").await.expect(200);
    for body in [
        debit("ada", "1.00"),
        credit("ada", "1.00"),
        transfer(&own, &theirs, "1.00"),
    ] {
        let made = ada.post("/transactions", &body);
        let _ = book.refuses(made, "user_not_found", 404).await;
    }
    for request in [ada.patch(&path, &json!({"description": "Ada's"})), ada.delete(&path)] {
        let _ = book.refuses(request, "transaction_not_found", 404).await;
    }
    let again = json!({"expires_in": 60, "scope": "read"});
    let _ = book
        .refuses(book.post("/users/ada/tokens", &again), "user_not_found", 404)
        .await;
    book.database().verify().await;
}
