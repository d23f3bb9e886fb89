//! GET `/transactions/{id}`, now and as it was.

use serde_json::json;
use tests::body::credit;
use tests::{Book, on_both};

on_both!(
    each_version_can_be_read_back,
    an_unknown_version_is_not_found,
    an_unknown_transaction_is_not_found,
    a_malformed_id_or_version_is_refused,
    the_version_of_a_time_is_the_newest_recorded_by_then,
);

async fn the_version_of_a_time_is_the_newest_recorded_by_then(book: &Book) {
    let first = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", first.id());
    let second = book.patch(&path, &json!({"amount": "30.00"})).await.expect(200);
    let third = book.delete(&path).await.expect(200);
    for version in [&first, &second, &third] {
        let at = version.text("updated_at");
        let read = book.get(&format!("{path}?as_of={at}")).await.expect(200);
        assert_eq!(read.body, version.body);
        assert_eq!(read.header("ETag"), version.header("ETag"));
        let known = book
            .get(&format!("{path}?as_of={at}"))
            .header("If-None-Match", read.header("ETag"));
        let _ = known.await.expect(304);
    }
    let future = book
        .get(&format!("{path}?as_of=2100-01-01T00:00:00%2B01:00"))
        .await
        .expect(200);
    assert_eq!(future.body, third.body);
    for time in ["2020-01-01T00:00:00Z", "0002-01-01T00:00:00Z"] {
        let _ = book
            .get(&format!("{path}?as_of={time}"))
            .await
            .problem("transaction_not_found", 404);
    }
    for time in ["", "2026-01-01", "2026-01-01T00:00:00", "1"] {
        let _ = book.get(&format!("{path}?as_of={time}")).await.malformed("as_of");
    }
    let both = format!("{path}?version=1&as_of=2100-01-01T00:00:00Z");
    let _ = book.get(&both).await.malformed("as_of");
}

async fn each_version_can_be_read_back(book: &Book) {
    let first = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", first.id());
    let second = book
        .patch(&path, &json!({"amount": "30.00", "description": "more"}))
        .await
        .expect(200);
    let third = book.delete(&path).await.expect(200);
    for version in [&first, &second, &third] {
        let number = version.body["version"].as_u64().expect("a version is a number");
        let read = book.get(&format!("{path}?version={number}")).await.expect(200);
        assert_eq!(read.body, version.body);
    }
    assert_eq!(book.get(&path).await.expect(200).body, third.body);
}

async fn an_unknown_version_is_not_found(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    for version in ["2", "1000000"] {
        let _ = book
            .get(&format!("{path}?version={version}"))
            .await
            .problem("transaction_not_found", 404);
    }
}

async fn an_unknown_transaction_is_not_found(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let path = "/transactions/01980000-0000-7000-8000-000000000000";
    let _ = book.get(path).await.problem("transaction_not_found", 404);
    let _ = book
        .get(&format!("{path}/revisions"))
        .await
        .problem("transaction_not_found", 404);
    for request in [
        book.patch(path, &json!({"amount": "1.00"})),
        book.delete(path),
        book.post(&format!("{path}/restore"), &json!({})),
    ] {
        let _ = book.refuses(request, "transaction_not_found", 404).await;
    }
}

async fn a_malformed_id_or_version_is_refused(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    for version in ["", "x", "-1", "1.0", "1e0", "99999999999999999999"] {
        let _ = book
            .get(&format!("{path}?version={version}"))
            .await
            .malformed("version");
    }
    for id in [
        "7",
        "x",
        "01980000-0000-7000-8000-00000000000",
        "%00",
        "%FF",
        "%F0%9F%92%B6",
    ] {
        let _ = book.get(&format!("/transactions/{id}")).await.malformed("id");
        let _ = book.get(&format!("/transactions/{id}/revisions")).await.malformed("id");
        let _ = book
            .refuses(book.delete(&format!("/transactions/{id}")), "malformed_request", 400)
            .await;
    }
}
