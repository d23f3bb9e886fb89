//! `/currencies`: those of ISO 4217 and a ledger's own; section 16 of the contract.

use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Book, on_both};

on_both!(
    a_currency_is_made_and_used_like_any_other,
    making_it_again_just_so_changes_nothing,
    a_currency_has_its_exponent_for_good,
    a_currency_of_iso_4217_cannot_be_made_again,
    a_bad_currency_is_refused_with_every_bad_field,
    the_list_has_the_ledgers_own_first,
    only_an_admin_makes_currencies,
    a_currency_is_made_once_under_a_key,
    an_unknown_currency_is_told_with_what_else_is_wrong,
    a_currency_made_elsewhere_is_known_at_once,
    a_ledger_has_so_many_of_its_own,
);

fn points(code: &str, exponent: u8) -> Value {
    json!({"code": code, "exponent": exponent, "name": "Points"})
}

async fn a_currency_is_made_and_used_like_any_other(book: &Book) {
    let made = book.post("/currencies", &points("GOLD_PT", 4)).await.expect(201);
    let expected = json!({
        "code": "GOLD_PT", "kind": "own", "exponent": 4, "name": "Points", "created_at": made.body["created_at"],
    });
    assert_eq!(made.body, expected);
    assert!(made.body["created_at"].is_string());

    let in_points = json!({"currency": "GOLD_PT"});
    let posted = book.create(&with(credit("ada", "20.5"), in_points.clone())).await;
    assert_eq!((posted.text("amount"), posted.text("currency")), ("20.5000", "GOLD_PT"));
    let _ = book.create(&with(debit("ada", "0.0001"), in_points.clone())).await;
    let account = book.account_of("ada", "main", "GOLD_PT").await;
    assert_eq!(account["balance"], "20.4999");
    let savings = json!({"user_id": "ada", "name": "savings", "currency": "GOLD_PT", "minimum_balance": "-0.5"});
    let savings = book.open_account(&savings).await;
    let main = account["id"].as_str().expect("an id");
    let _ = book.create(&with(transfer(main, &savings, "1"), in_points)).await;

    for (path, count) in [
        ("/transactions?currency=GOLD_PT", 3),
        ("/transactions?currency=GOLD_PT&min_amount=0.0002", 2),
        ("/transactions?currency=USD", 0),
        ("/accounts?currency=GOLD_PT", 3),
        ("/users/ada/transactions?currency=GOLD_PT", 3),
    ] {
        assert_eq!(book.get(path).await.expect(200).rows().len(), count, "{path}");
    }
    let balances = book.get("/users/ada/balances").await.expect(200);
    assert_eq!(balances.rows()[0]["balance"], "20.4999");
    let statistics = book.get("/users/ada/stats?currency=GOLD_PT").await.expect(200);
    // The transfer counts on both of its sides.
    assert_eq!(statistics.body["currencies"][0]["total"], "22.5001");
    book.database().verify().await;
}

async fn making_it_again_just_so_changes_nothing(book: &Book) {
    let made = book.post("/currencies", &points("GOLD_PT", 4)).await.expect(201);
    let again = book
        .leaves_no_trace(async || book.post("/currencies", &points("GOLD_PT", 4)).await.expect(200))
        .await;
    assert_eq!(again.body, made.body);
}

async fn a_currency_has_its_exponent_for_good(book: &Book) {
    let _ = book.post("/currencies", &points("GOLD_PT", 4)).await.expect(201);
    for other in [
        points("GOLD_PT", 2),
        with(points("GOLD_PT", 4), json!({"name": "Gold"})),
    ] {
        let refused = book.refuses(book.post("/currencies", &other), "validation_failed", 422);
        let _ = refused.await.invalid(&[("code", "not_allowed")]);
    }
}

async fn a_currency_of_iso_4217_cannot_be_made_again(book: &Book) {
    for code in ["USD", "JPY", "KWD", "XAU", "XXX"] {
        let refused = book.refuses(book.post("/currencies", &points(code, 2)), "validation_failed", 422);
        let _ = refused.await.invalid(&[("code", "not_allowed")]);
    }
}

async fn a_bad_currency_is_refused_with_every_bad_field(book: &Book) {
    let cases: [(Value, &[(&str, &str)]); 6] = [
        (
            json!({}),
            &[("code", "required"), ("exponent", "required"), ("name", "required")],
        ),
        (
            json!({"code": "gold", "exponent": 10, "name": "", "symbol": "G"}),
            &[
                ("code", "invalid_format"),
                ("exponent", "out_of_range"),
                ("name", "too_short"),
                ("symbol", "unknown_field"),
            ],
        ),
        (points("AB", 0), &[("code", "invalid_format")]),
        (points("ABCDEFGHIJKLM", 0), &[("code", "invalid_format")]),
        (
            json!({"code": 7, "exponent": "2", "name": "Gold"}),
            &[("code", "invalid_type"), ("exponent", "invalid_type")],
        ),
        (
            json!({"code": "GOLD_PT", "exponent": 1.0, "name": "Gold"}),
            &[("exponent", "out_of_range")],
        ),
    ];
    for (body, expected) in cases {
        let refused = book.refuses(book.post("/currencies", &body), "validation_failed", 422);
        let _ = refused.await.invalid(expected);
    }
}

async fn the_list_has_the_ledgers_own_first(book: &Book) {
    for code in ["ZZZ", "GOLD_PT", "AIR_MILES"] {
        let _ = book.post("/currencies", &points(code, 0)).await.expect(201);
    }
    let first = book.get("/currencies").await.expect(200);
    assert_eq!(first.column("code")[..4], ["AIR_MILES", "GOLD_PT", "ZZZ", "AED"]);
    let all = book.walk("/currencies", 50).await;
    assert_eq!(all, book.walk("/currencies", 200).await);
    let codes: Vec<&str> = all.iter().filter_map(|row| row["code"].as_str()).collect();
    assert!(codes[3..].is_sorted() && codes.len() > 150, "{codes:?}");
    let yen = all.iter().find(|row| row["code"] == "JPY").expect("ISO 4217 has it");
    let expected = json!({"code": "JPY", "kind": "iso", "exponent": 0, "name": "Yen", "created_at": null});
    assert_eq!(*yen, expected);
    // One that was used is no less of ISO 4217.
    let _ = book.create(&with(credit("ada", "7"), json!({"currency": "JPY"}))).await;
    assert_eq!(book.walk("/currencies", 200).await, all);
    let cursor = first.next_cursor().expect("there is more");
    let _ = book
        .get(&format!("/users?cursor={cursor}"))
        .await
        .problem("invalid_cursor", 400);
}

async fn only_an_admin_makes_currencies(book: &Book) {
    let writer = book.key("writer").await;
    let request = writer.post("/currencies", &points("GOLD_PT", 4));
    let _ = book.refuses(request, "forbidden", 403).await;
    assert_eq!(writer.get("/currencies").await.expect(200).rows().len(), 20);
    let _ = book
        .key("admin")
        .await
        .post("/currencies", &points("GOLD_PT", 4))
        .await
        .expect(201);
}

async fn a_currency_is_made_once_under_a_key(book: &Book) {
    let make = || book.post("/currencies", &points("GOLD_PT", 4)).key("gold");
    let made = make().await.expect(201);
    let again = book.leaves_no_trace(async || make().await.expect(201)).await;
    assert!(again.is_replay());
    assert_eq!(again.body, made.body);
    let other = book.post("/currencies", &points("SILVER_PT", 4)).key("gold");
    let reused = book.refuses(other, "idempotency_key_reused", 422).await;
    assert_eq!(reused.text("resource_id"), "GOLD_PT");
}

async fn an_unknown_currency_is_told_with_what_else_is_wrong(book: &Book) {
    for code in ["GOLD_PT", "ZZZ", "XAU", "gold", "usd", ""] {
        let body = with(credit("ada", "0"), json!({"currency": code, "colour": "red"}));
        let refused = book.refuses(book.post("/transactions", &body), "validation_failed", 422);
        let _ = refused.await.invalid(&[
            ("amount", "out_of_range"),
            ("colour", "unknown_field"),
            ("currency", "unknown_currency"),
        ]);
        let account = json!({"name": "fees", "currency": code});
        let refused = book.refuses(book.post("/accounts", &account), "validation_failed", 422);
        let _ = refused.await.invalid(&[("currency", "unknown_currency")]);
        for list in ["/transactions", "/accounts", "/stats"] {
            let _ = book.get(&format!("{list}?currency={code}")).await.malformed("currency");
        }
    }
}

/// What another instance made, this one asks for: nothing is kept of a code that was unknown.
async fn a_currency_made_elsewhere_is_known_at_once(book: &Book) {
    let body = with(credit("ada", "1"), json!({"currency": "GOLD_PT"}));
    let refused = book.post("/transactions", &body).await;
    let _ = refused.invalid(&[("currency", "unknown_currency")]);
    let Ok(other) = book.second_server().await else {
        let _ = book.post("/currencies", &points("GOLD_PT", 4)).await.expect(201);
        assert_eq!(book.create(&body).await.text("amount"), "1.0000");
        return;
    };
    let _ = book.create(&credit("ada", "1")).await;
    let _ = other.post("/currencies", &points("GOLD_PT", 4)).await.expect(201);
    for server in [book, &other] {
        assert_eq!(server.create(&body).await.text("amount"), "1.0000");
    }
}

async fn a_ledger_has_so_many_of_its_own(book: &Book) {
    for chunk in (0..1000).collect::<Vec<u32>>().chunks(50) {
        let made = chunk.iter().map(|number| {
            let client = book.client();
            let body = points(&format!("PT_{number}"), 2);
            tokio::spawn(async move { client.post("/currencies", &body).await.expect(201) })
        });
        for made in made.collect::<Vec<_>>() {
            let _ = made.await.expect("every client is answered");
        }
    }
    let refused = book.refuses(
        book.post("/currencies", &points("ONE_MORE", 2)),
        "validation_failed",
        422,
    );
    let _ = refused.await.invalid(&[("code", "too_many")]);
    let _ = book.post("/currencies", &points("PT_7", 2)).await.expect(200);
}
