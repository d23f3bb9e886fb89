//! Amounts and currencies at their borders.

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::{Book, on_both};

on_both!(
    what_is_no_amount_is_refused,
    an_amount_lies_between_zero_and_the_largest,
    a_number_that_parsers_read_differently_is_refused,
    what_is_an_amount_is_taken,
    an_amount_has_no_more_decimals_than_its_currency,
    an_amount_without_a_currency_has_those_of_the_default,
    what_is_no_currency_is_refused,
    a_minimum_may_be_negative_but_no_less_exact,
    what_is_out_of_range_in_every_currency_is_refused_at_once,
);

async fn assert_invalid(book: &Book, amount: Value, currency: Value, expected: &[(&str, &str)]) {
    let body = with(credit("ada", "1"), json!({"amount": amount, "currency": currency}));
    let refused = book
        .refuses(book.post("/transactions", &body), "validation_failed", 422)
        .await;
    let _ = refused.invalid(expected);
}

/// What the grammar of amounts does not know, a word apart from the next.
const NOT_OF_THE_GRAMMAR: &str = "- . -1 +1 --1 1e3 1E3 1e-3 0x10 1. .5 1..2 1.2.3 01 00 00.5 1_000 1,000 NaN nan inf Infinity \
    １ ٣ 1٫5 ½ ① −1 $1 1USD one null true 1; 1' 1/2 1%";

/// What the grammar does not know because of a space or of a letter that nobody sees.
const WITH_UNSEEN_LETTERS: [&str; 11] = [
    "",
    " ",
    " 1",
    "1 ",
    "1 000",
    "\t1",
    "1\n",
    "\u{a0}1",
    "1\u{0}",
    "\u{202e}1",
    "\u{feff}1",
];

async fn what_is_no_amount_is_refused(book: &Book) {
    for amount in NOT_OF_THE_GRAMMAR.split_whitespace().chain(WITH_UNSEEN_LETTERS) {
        assert_invalid(book, json!(amount), json!("USD"), &[("amount", "invalid_format")]).await;
    }
    for amount in [
        json!(20),
        json!(20.5),
        json!(-1),
        json!(0),
        json!(true),
        json!([]),
        json!({}),
        json!(["1"]),
        json!(1e300),
    ] {
        assert_invalid(book, amount, json!("USD"), &[("amount", "invalid_type")]).await;
    }
}

async fn an_amount_lies_between_zero_and_the_largest(book: &Book) {
    for (currency, amount) in [
        ("USD", "0"),
        ("USD", "0.0"),
        ("USD", "0.00"),
        ("JPY", "0"),
        ("USD", "92233720368547758.08"),
        ("USD", "92233720368547759"),
        ("USD", "18446744073709551616"),
        ("USD", "99999999999999999999"),
        ("JPY", "9223372036854775808"),
        ("BHD", "9223372036854775.808"),
    ] {
        assert_invalid(book, json!(amount), json!(currency), &[("amount", "out_of_range")]).await;
    }
    for digits in [40, 400, 100_000] {
        let body = credit("ada", &"9".repeat(digits));
        let refused = book
            .refuses(book.post("/transactions", &body), "validation_failed", 422)
            .await;
        let _ = refused.invalid_fields(&["amount"]);
    }
}

async fn a_number_that_parsers_read_differently_is_refused(book: &Book) {
    for number in [
        "1e400",
        "0.1e1",
        "100000000000000000000000000",
        "1.00000000000000000001",
    ] {
        let body = format!(r#"{{"type":"credit","user_id":"ada","amount":{number}}}"#);
        let request = book.post("/transactions", &Value::Null).body(body, "application/json");
        let refused = book.refuses(request, "validation_failed", 422).await;
        let _ = refused.invalid(&[("amount", "invalid_type")]);
    }
}

async fn what_is_an_amount_is_taken(book: &Book) {
    let cases = [
        ("USD", "0.01", "0.01"),
        ("USD", "0.1", "0.10"),
        ("USD", "1", "1.00"),
        ("USD", "10.0", "10.00"),
        ("JPY", "1", "1"),
        ("BHD", "0.001", "0.001"),
        ("CLF", "0.0001", "0.0001"),
        ("UYW", "1.0001", "1.0001"),
        ("EUR", "92233720368547758.07", "92233720368547758.07"),
        ("KRW", "9223372036854775807", "9223372036854775807"),
    ];
    for (currency, given, answered) in cases {
        let made = book
            .create(&with(credit("ada", given), json!({"currency": currency})))
            .await;
        assert_eq!(made.body["amount"], answered, "{given} {currency}");
        let account = book.account_of("ada", "main", currency).await;
        assert!(account["balance"].is_string(), "{account}");
    }
    assert_eq!(
        book.account_of("ada", "main", "EUR").await["balance"],
        "92233720368547758.07"
    );
}

async fn an_amount_has_no_more_decimals_than_its_currency(book: &Book) {
    for (currency, amount) in [
        ("USD", "1.005"),
        ("USD", "1.000"),
        ("USD", "0.001"),
        ("JPY", "1.0"),
        ("JPY", "0.1"),
        ("BHD", "1.0000"),
        ("CLF", "0.00001"),
        ("USD", "92233720368547758.070"),
    ] {
        assert_invalid(book, json!(amount), json!(currency), &[("amount", "too_many_decimals")]).await;
    }
    let many = format!("1.{}", "0".repeat(5000));
    let refused = book
        .refuses(
            book.post("/transactions", &credit("ada", &many)),
            "validation_failed",
            422,
        )
        .await;
    let _ = refused.invalid_fields(&["amount"]);
}

async fn an_amount_without_a_currency_has_those_of_the_default(book: &Book) {
    assert_invalid(book, json!("1.005"), Value::Null, &[("amount", "too_many_decimals")]).await;
    assert_eq!(book.create(&credit("ada", "1.05")).await.body["amount"], "1.05");
}

async fn what_is_no_currency_is_refused(book: &Book) {
    for currency in ["XAU", "XXX", "XTS", "XDR", "ZZZ", "BTC", "DEM"] {
        assert_invalid(book, json!("1"), json!(currency), &[("currency", "unknown_currency")]).await;
    }
    for currency in [
        "",
        "US",
        "USDX",
        "usd",
        "Usd",
        " USD",
        "USD ",
        "US\u{0}",
        "ＵＳＤ",
        "840",
        "$",
    ] {
        let body = with(credit("ada", "1"), json!({"currency": currency}));
        let refused = book
            .refuses(book.post("/transactions", &body), "validation_failed", 422)
            .await;
        let _ = refused.invalid_fields(&["currency"]);
    }
    for currency in [json!(840), json!(true), json!(["USD"]), json!({})] {
        assert_invalid(book, json!("1"), currency, &[("currency", "invalid_type")]).await;
    }
    let account = json!({"name": "fees", "currency": "XAU"});
    let refused = book
        .refuses(book.post("/accounts", &account), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[("currency", "unknown_currency")]);
    let missing = book
        .refuses(
            book.post("/accounts", &json!({"name": "fees"})),
            "validation_failed",
            422,
        )
        .await;
    let _ = missing.invalid(&[("currency", "required")]);
}

async fn a_minimum_may_be_negative_but_no_less_exact(book: &Book) {
    let account = |minimum: Value| json!({"name": "fees", "currency": "USD", "minimum_balance": minimum});
    for (minimum, code) in [
        (json!("--1"), "invalid_format"),
        (json!("+1"), "invalid_format"),
        (json!("- 1"), "invalid_format"),
        (json!("-1e3"), "invalid_format"),
        (json!("-.5"), "invalid_format"),
        (json!(-5), "invalid_type"),
        (json!("-1.005"), "too_many_decimals"),
        (json!("-92233720368547758.09"), "out_of_range"),
        (json!("1"), "out_of_range"),
    ] {
        let refused = book
            .refuses(book.post("/accounts", &account(minimum)), "validation_failed", 422)
            .await;
        let _ = refused.invalid(&[("minimum_balance", code)]);
    }
    let lowest = book
        .post("/accounts", &account(json!("-92233720368547758.07")))
        .await
        .expect(201);
    assert_eq!(lowest.body["minimum_balance"], "-92233720368547758.07");
}

async fn what_is_out_of_range_in_every_currency_is_refused_at_once(book: &Book) {
    let nowhere = "01980000-0000-7000-8000-000000000000";
    for amount in [
        "9223372036854775808",
        "9223372036854775808.5",
        "99999999999999999999",
        &"9".repeat(60),
    ] {
        let posted = with(credit("ada", amount), json!({"category": ""}));
        let refused = book.refuses(book.post("/transactions", &posted), "validation_failed", 422);
        let _ = refused
            .await
            .invalid(&[("amount", "out_of_range"), ("category", "too_short")]);
        let path = format!("/transactions/{nowhere}");
        let patched = book.patch(&path, &json!({"amount": amount, "category": ""}));
        let refused = book.refuses(patched, "validation_failed", 422).await;
        let _ = refused.invalid(&[("amount", "out_of_range"), ("category", "too_short")]);
        let path = format!("/accounts/{nowhere}");
        for minimum in [amount.to_owned(), format!("-{amount}")] {
            let patched = book.patch(&path, &json!({"minimum_balance": minimum, "status": "melted"}));
            let refused = book.refuses(patched, "validation_failed", 422).await;
            let _ = refused.invalid(&[("minimum_balance", "out_of_range"), ("status", "invalid_format")]);
        }
    }
    // Within the range of a currency without decimals: only the ledger knows which it is.
    let patched = book.patch(
        &format!("/transactions/{nowhere}"),
        &json!({"amount": "9223372036854775807"}),
    );
    let _ = book.refuses(patched, "transaction_not_found", 404).await;
}
