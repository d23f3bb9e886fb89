//! The balance of an account in time.

use reqwest::Method;
use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, on_both};

use super::{main_account, on};

on_both!(
    a_balance_as_of_a_time_is_what_was_recorded_then,
    an_effective_balance_follows_the_dates_of_what_stands_now,
    a_balance_is_asked_for_at_one_time,
);

async fn a_balance_as_of_a_time_is_what_was_recorded_then(book: &Book) {
    let first = on(book, credit("ada", "10.00"), "2020-01-01T00:00:00Z").await;
    let second = on(book, credit("ada", "5.00"), "2019-01-01T00:00:00Z").await;
    let patch = json!({"amount": "20.00"});
    let third = book
        .patch(&format!("/transactions/{}", first.id()), &patch)
        .await
        .expect(200);
    let fourth = book.delete(&format!("/transactions/{}", second.id())).await.expect(200);
    let account = main_account(book, "ada").await;
    let path = format!("/accounts/{account}/balance");
    for (time, balance) in [
        ("2019-06-01T00:00:00Z", "0.00"),
        (first.text("updated_at"), "10.00"),
        (second.text("updated_at"), "15.00"),
        (third.text("updated_at"), "25.00"),
        (fourth.text("updated_at"), "20.00"),
        ("2100-01-01T00:00:00+02:00", "20.00"),
    ] {
        let found = book
            .get(&format!("{path}?as_of={}", time.replace('+', "%2B")))
            .await
            .expect(200);
        assert_eq!(found.text("balance"), balance, "{time}");
    }
    let at = third.text("updated_at");
    assert_eq!(
        book.get(&format!("{path}?as_of={at}")).await.expect(200).body,
        json!({"account_id": account, "currency": "USD", "balance": "25.00", "as_of": at, "effective_at": null})
    );
}

async fn an_effective_balance_follows_the_dates_of_what_stands_now(book: &Book) {
    let _ = on(book, credit("ada", "10.00"), "2026-01-02T00:00:00Z").await;
    let late = on(book, debit("ada", "4.00"), "2026-01-03T00:00:00Z").await;
    let account = main_account(book, "ada").await;
    let path = format!("/accounts/{account}/balance");
    let effective = async |time: &str| {
        let found = book.get(&format!("{path}?effective_at={time}")).await.expect(200);
        found.text("balance").to_owned()
    };
    for (time, balance) in [
        ("2026-01-01T23:59:59.999999Z", "0.00"),
        ("2026-01-02T00:00:00Z", "10.00"),
        ("2026-01-02T23:59:59.999999Z", "10.00"),
        ("2026-01-03T00:00:00Z", "6.00"),
    ] {
        assert_eq!(effective(time).await, balance, "{time}");
    }
    let patch = json!({"transaction_date": "2026-01-01T00:00:00Z"});
    let _ = book
        .patch(&format!("/transactions/{}", late.id()), &patch)
        .await
        .expect(200);
    assert_eq!(effective("2026-01-01T12:00:00Z").await, "-4.00");
    let _ = book.delete(&format!("/transactions/{}", late.id())).await.expect(200);
    assert_eq!(effective("2026-01-01T12:00:00Z").await, "0.00");
    let at = "2026-01-02T01:00:00.000000Z";
    assert_eq!(
        book.get(&format!("{path}?effective_at={at}")).await.expect(200).body,
        json!({"account_id": account, "currency": "USD", "balance": "10.00", "as_of": null, "effective_at": at})
    );
}

async fn a_balance_is_asked_for_at_one_time(book: &Book) {
    let made = book.create(&credit("ada", "3.00")).await;
    let path = format!("/accounts/{}/balance", made.text("destination_account_id"));
    let now = book.get(&path).await.expect(200);
    assert_eq!(now.text("balance"), "3.00");
    assert!(now.body["as_of"].is_null() && now.body["effective_at"].is_null());
    let head = book.request(Method::HEAD, &format!("/api/v1{path}")).await.expect(200);
    assert_eq!(head.text, "");
    let time = "2026-01-01T00:00:00Z";
    let both = book.get(&format!("{path}?as_of={time}&effective_at={time}")).await;
    let _ = both.malformed("effective_at");
    for bad in ["", "2026-01-01", "2026-01-01T00:00:00", "now", "9999-01-01T00:00:00Z"] {
        for parameter in ["as_of", "effective_at"] {
            let _ = book
                .get(&format!("{path}?{parameter}={bad}"))
                .await
                .malformed(parameter);
        }
    }
    let _ = book.get(&format!("{path}?limit=1")).await.malformed("limit");
}
