//! How a ledger is set up: its versions, and what each setting does.

use serde_json::json;
use tests::body::{credit, debit, with};
use tests::{Book, on_both};

on_both!(
    settings_are_changed_version_by_version,
    a_setting_without_difference_raises_no_version,
    settings_that_were_not_read_are_not_overwritten,
    a_default_currency_is_of_the_requests_after_it,
    a_default_minimum_is_of_the_accounts_made_after_it,
    a_default_minimum_fits_the_default_currency,
);

async fn settings_are_changed_version_by_version(book: &Book) {
    let made = book.post("/ledgers", &json!({"name": "shop"})).await.expect(201);
    let mut expected = made.body.clone();
    for (version, change) in [
        (2, json!({"users_may_edit": true})),
        (3, json!({"default_currency": "EUR"})),
        (4, json!({"default_minimum_balance": "-20"})),
        (5, json!({"default_minimum_balance": null})),
        (6, json!({"require_if_match": true})),
    ] {
        let changed = book.patch("/ledgers/shop", &with(change.clone(), json!({"reason": "a test"})));
        let changed = changed.await.expect(200);
        expected = with(expected, change);
        expected = with(
            expected,
            json!({"version": version, "updated_at": changed.body["updated_at"]}),
        );
        if version == 4 {
            expected = with(expected, json!({"default_minimum_balance": "-20.00"}));
        }
        assert_eq!(changed.body, expected);
        assert_eq!(changed.version(), version);
        assert_eq!(book.get("/ledgers/shop").await.expect(200).body, expected);
    }
    let main = book
        .patch("/ledgers/main", &json!({"users_may_edit": true}))
        .await
        .expect(200);
    assert_eq!(main.body["version"], 2);
    book.database().verify().await;
}

async fn a_setting_without_difference_raises_no_version(book: &Book) {
    let made = book.post("/ledgers", &json!({"name": "shop", "default_minimum_balance": "-5"}));
    let made = made.await.expect(201);
    let same = json!({"default_minimum_balance": "-5.0", "default_currency": "USD", "users_may_edit": false});
    for path in ["/ledgers/shop", "/ledgers/main"] {
        let before = book.get(path).await.expect(200);
        let body = if path.ends_with("main") {
            json!({})
        } else {
            same.clone()
        };
        let unchanged = book
            .leaves_no_trace(async || book.patch(path, &body).key("k").await.expect(200))
            .await;
        assert_eq!(unchanged.body, before.body);
    }
    assert_eq!(made.body["version"], 1);
    // Nothing was remembered of it: the key is free.
    let _ = book
        .patch("/ledgers/shop", &json!({"users_may_edit": true}))
        .key("k")
        .await
        .expect(200);
}

async fn settings_that_were_not_read_are_not_overwritten(book: &Book) {
    let patch = |tag: &str| {
        book.patch("/ledgers/main", &json!({"users_may_edit": true}))
            .header("If-Match", tag)
    };
    let refused = book.refuses(patch("\"2\""), "version_mismatch", 412).await;
    assert_eq!(refused.body["current_version"], 1);
    let changed = patch("\"1\"").await.expect(200);
    assert_eq!(changed.body["version"], 2);
    let known = book.get("/ledgers/main").header("If-None-Match", "\"2\"").await;
    let _ = known.expect(304);
}

async fn a_default_currency_is_of_the_requests_after_it(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let _ = book
        .patch("/ledgers/main", &json!({"default_currency": "JPY"}))
        .await
        .expect(200);
    let posted = book.create(&credit("ada", "2000")).await;
    assert_eq!((posted.text("amount"), posted.text("currency")), ("2000", "JPY"));
    let bad = book
        .refuses(
            book.post("/transactions", &credit("ada", "20.00")),
            "validation_failed",
            422,
        )
        .await;
    assert_eq!(bad.errors()[0]["code"], "too_many_decimals");
    book.database().verify().await;
}

async fn a_default_minimum_is_of_the_accounts_made_after_it(book: &Book) {
    let _ = book.create(&debit("bob", "1.00")).await;
    let _ = book
        .patch("/ledgers/main", &json!({"default_minimum_balance": "0"}))
        .await
        .expect(200);
    let _ = book.create(&debit("bob", "1.00")).await;
    let refused = book.post("/transactions", &debit("ada", "1.00"));
    let _ = book.refuses(refused, "insufficient_funds", 422).await;
    book.database().verify().await;
}

async fn a_default_minimum_fits_the_default_currency(book: &Book) {
    for (path, change, code) in [
        (
            "/ledgers/main",
            json!({"default_minimum_balance": "-0.001"}),
            "too_many_decimals",
        ),
        (
            "/ledgers/main",
            json!({"default_minimum_balance": "0.01"}),
            "out_of_range",
        ),
        (
            "/ledgers/main",
            json!({"default_minimum_balance": "1e3"}),
            "invalid_format",
        ),
    ] {
        let refused = book.refuses(book.patch(path, &change), "validation_failed", 422).await;
        assert_eq!(refused.errors()[0]["field"], "default_minimum_balance");
        assert_eq!(refused.errors()[0]["code"], code, "{change}");
    }
    let _ = book
        .patch("/ledgers/main", &json!({"default_minimum_balance": "-0.50"}))
        .await
        .expect(200);
    let to_yen = book.patch("/ledgers/main", &json!({"default_currency": "JPY"}));
    let refused = book.refuses(to_yen, "validation_failed", 422).await;
    assert_eq!(refused.errors()[0]["field"], "default_minimum_balance");
}
