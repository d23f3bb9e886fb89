//! What a limit can be made of, and what is refused.

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Book, on_both};

use super::{change, make, refused, spending};

on_both!(
    a_bad_limit_is_refused_with_every_bad_field,
    a_bad_change_of_a_limit_is_refused,
    a_limit_is_for_what_exists,
    a_limit_has_a_currency,
);

async fn a_bad_limit_is_refused_with_every_bad_field(book: &Book) {
    let good = spending("day", json!({"max_amount": "20"}));
    let cases = [
        (json!({"name": null}), vec![("name", "required")]),
        (json!({"name": "x".repeat(65)}), vec![("name", "too_long")]),
        (json!({"scope": "all"}), vec![("scope", "invalid_type")]),
        (
            json!({"scope": {"user_id": "a b"}}),
            vec![("scope.user_id", "invalid_format")],
        ),
        (
            json!({"scope": {"account_id": "x"}}),
            vec![("scope.account_id", "invalid_format")],
        ),
        (
            json!({"scope": {"ledger": "main"}}),
            vec![("scope.ledger", "unknown_field")],
        ),
        (
            json!({"scope": {"user_id": "ada", "account_id": "01980000-0000-7000-8000-000000000000"}}),
            vec![("scope.account_id", "not_allowed")],
        ),
        (json!({"currency": "XXX"}), vec![("currency", "unknown_currency")]),
        (json!({"direction": null}), vec![("direction", "required")]),
        (json!({"direction": "transfer"}), vec![("direction", "invalid_format")]),
        (json!({"window": "year"}), vec![("window", "invalid_format")]),
        (json!({"max_amount": 20}), vec![("max_amount", "invalid_type")]),
        (json!({"max_amount": "-1"}), vec![("max_amount", "invalid_format")]),
        (
            json!({"max_amount": "92233720368547758.08"}),
            vec![("max_amount", "out_of_range")],
        ),
        (
            json!({"max_amount": "1.005"}),
            vec![("max_amount", "too_many_decimals")],
        ),
        (
            json!({"max_amount": "1.5", "currency": "JPY"}),
            vec![("max_amount", "too_many_decimals")],
        ),
        (json!({"max_amount": null}), vec![("max_amount", "required")]),
        (
            json!({"max_amount": null, "window": "transaction"}),
            vec![("max_amount", "required")],
        ),
        (
            json!({"max_count": 1, "window": "transaction"}),
            vec![("max_count", "not_allowed")],
        ),
        (json!({"max_count": -1}), vec![("max_count", "out_of_range")]),
        (json!({"max_count": "1"}), vec![("max_count", "invalid_type")]),
        (json!({"category": ""}), vec![("category", "too_short")]),
        (json!({"status": "deleted"}), vec![("status", "invalid_format")]),
        (json!({"version": 1}), vec![("version", "unknown_field")]),
    ];
    for (bad, expected) in cases {
        let body = with(good.clone(), bad);
        let answer = book
            .refuses(book.post("/limits", &body), "validation_failed", 422)
            .await;
        let _ = answer.invalid(&expected);
    }
}

async fn a_bad_change_of_a_limit_is_refused(book: &Book) {
    let limit = make(book, &spending("day", json!({"max_amount": "20", "currency": "JPY"}))).await;
    let single = make(book, &spending("transaction", json!({"max_amount": "20"}))).await;
    for (limit, bad, expected) in [
        (&limit, json!({"name": null}), ("name", "not_allowed")),
        (&limit, json!({"max_amount": null}), ("max_amount", "required")),
        (
            &limit,
            json!({"max_amount": "1.5"}),
            ("max_amount", "too_many_decimals"),
        ),
        (&limit, json!({"status": "deleted"}), ("status", "invalid_format")),
        (&limit, json!({"window": "week"}), ("window", "unknown_field")),
        (&single, json!({"max_count": 1}), ("max_count", "not_allowed")),
        (
            &single,
            json!({"max_amount": null, "max_count": 1}),
            ("max_count", "not_allowed"),
        ),
    ] {
        let request = book.patch(&format!("/limits/{limit}"), &bad);
        let _ = book
            .refuses(request, "validation_failed", 422)
            .await
            .invalid(&[expected]);
    }
    let _ = change(book, &limit, &json!({"max_amount": null, "max_count": 1})).await;
}

async fn a_limit_is_for_what_exists(book: &Book) {
    let world = book
        .create(&credit("ada", "1.00"))
        .await
        .text("source_account_id")
        .to_owned();
    for (scope, code) in [
        (json!({"user_id": "bo"}), "user_not_found"),
        (
            json!({"account_id": "01980000-0000-7000-8000-000000000000"}),
            "account_not_found",
        ),
    ] {
        let body = spending("day", json!({"max_amount": "20", "scope": scope}));
        let _ = book.refuses(book.post("/limits", &body), code, 404).await;
    }
    let body = spending("day", json!({"max_amount": "20", "scope": {"account_id": world}}));
    let answer = book
        .refuses(book.post("/limits", &body), "validation_failed", 422)
        .await;
    let _ = answer.invalid(&[("scope.account_id", "not_allowed")]);
    let unknown = "/limits/01980000-0000-7000-8000-000000000000";
    let _ = book.get(unknown).await.problem("limit_not_found", 404);
    let _ = book.get("/limits/1").await.malformed("id");
    let _ = book.get("/users/bo/limits").await.problem("user_not_found", 404);
}

async fn a_limit_has_a_currency(book: &Book) {
    let yen = json!({"user_id": "ada", "name": "yen", "currency": "JPY"});
    let _ = book.create(&credit("ada", "1.00")).await;
    let yen = book.open_account(&yen).await;
    let of_yen = |more: Value| {
        spending(
            "day",
            with(json!({"scope": {"account_id": yen}, "max_amount": "20"}), more),
        )
    };
    let made = book.post("/limits", &of_yen(json!({}))).await.expect(201);
    assert_eq!((made.text("currency"), made.text("max_amount")), ("JPY", "20"));
    let other = book.post("/limits", &of_yen(json!({"currency": "USD"})));
    let _ = book.refuses(other, "currency_mismatch", 422).await;
    let points = json!({"code": "GOLD_PT", "exponent": 4, "name": "Points"});
    let _ = book.post("/currencies", &points).await.expect(201);
    let body = spending("day", json!({"currency": "GOLD_PT", "max_amount": "0.0001"}));
    let _ = book.post("/limits", &body).await.expect(201);
    // One that nobody has used yet.
    let body = spending("day", json!({"currency": "KWD", "max_amount": "0.001"}));
    let made = book.post("/limits", &body).await.expect(201);
    assert_eq!(made.text("max_amount"), "0.001");
    let of_kuwait = with(debit("ada", "0.002"), json!({"currency": "KWD"}));
    let _ = refused(book, &of_kuwait, &made.id()).await;
    book.database().verify().await;
}
