//! GET `/transactions`: the filters, alone and together.

use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Book, on_both};

on_both!(
    each_filter_keeps_what_matches,
    filters_are_joined_by_and,
    the_range_of_dates_is_half_open,
    the_range_of_amounts_is_inclusive,
    voided_ones_are_left_out_unless_asked_for,
    a_transfer_between_two_accounts_of_one_user_appears_once,
    an_account_sees_both_directions,
    a_filter_that_matches_nothing_is_an_empty_list,
    a_malformed_parameter_is_named,
    an_incomplete_combination_is_refused,
);

/// The descriptions of what a query finds, in the order of creation.
async fn found(book: &Book, query: &str) -> Vec<String> {
    let separator = if query.is_empty() { "" } else { "&" };
    let listed = book
        .get(&format!("/transactions?{query}{separator}sort=created_at&limit=200"))
        .await
        .expect(200);
    listed
        .rows()
        .iter()
        .map(|row| row["description"].as_str().unwrap_or("none").to_owned())
        .collect()
}

async fn post(book: &Book, body: Value, description: &str, more: Value) -> tests::Answer {
    book.create(&with(with(body, json!({"description": description})), more))
        .await
}

async fn each_filter_keeps_what_matches(book: &Book) {
    let first = post(
        book,
        credit("ada", "20.00"),
        "salary",
        json!({"category": "salary", "reference": "r-1"}),
    )
    .await;
    let _ = post(book, debit("ada", "5.00"), "food", json!({"category": "food"})).await;
    let _ = post(
        book,
        credit("bob", "7"),
        "yen",
        json!({"currency": "JPY", "category": "salary"}),
    )
    .await;
    let ada = first.text("destination_account_id");
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let _ = post(book, transfer(ada, &fees, "0.50"), "fee", json!({})).await;
    let account = format!("account_id={fees}");
    let cases: [(&str, &[&str]); 12] = [
        ("", &["salary", "food", "yen", "fee"]),
        ("user_id=ada", &["salary", "food", "fee"]),
        ("user_id=bob", &["yen"]),
        (&account, &["fee"]),
        ("type=credit", &["salary", "yen"]),
        ("type=debit", &["food"]),
        ("type=transfer", &["fee"]),
        ("currency=JPY", &["yen"]),
        ("category=salary", &["salary", "yen"]),
        ("category=sal", &[]),
        ("reference=r-1", &["salary"]),
        ("status=posted", &["salary", "food", "yen", "fee"]),
    ];
    for (query, expected) in cases {
        assert_eq!(found(book, query).await, expected, "{query}");
    }
}

async fn filters_are_joined_by_and(book: &Book) {
    for (user, amount, category) in [
        ("ada", "1.00", "a"),
        ("ada", "2.00", "b"),
        ("bob", "1.00", "a"),
        ("ada", "1.50", "a"),
    ] {
        let _ = post(
            book,
            credit(user, amount),
            &format!("{user} {amount}"),
            json!({"category": category}),
        )
        .await;
    }
    let query = "user_id=ada&category=a&type=credit&currency=USD&min_amount=1.2&status=posted";
    assert_eq!(found(book, query).await, ["ada 1.50"]);
}

async fn the_range_of_dates_is_half_open(book: &Book) {
    for (date, name) in [
        ("2026-01-01T00:00:00Z", "first"),
        ("2026-01-31T23:59:59.999999Z", "last"),
        ("2026-02-01T00:00:00Z", "after"),
    ] {
        let _ = post(book, credit("ada", "1.00"), name, json!({"transaction_date": date})).await;
    }
    let cases: [(&str, &[&str]); 6] = [
        ("from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z", &["first", "last"]),
        ("from=2026-01-01T00:00:00.000001Z", &["last", "after"]),
        ("to=2026-01-31T23:59:59.999999Z", &["first"]),
        ("from=2026-02-01T02:00:00%2B02:00", &["after"]),
        ("from=2026-02-01T00:00:00.000001Z", &[]),
        (
            "user_id=ada&from=2026-01-31T00:00:00Z&to=2026-02-02T00:00:00Z",
            &["last", "after"],
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(found(book, query).await, expected, "{query}");
    }
}

async fn the_range_of_amounts_is_inclusive(book: &Book) {
    for amount in ["9.99", "10.00", "10.01", "100.00"] {
        let _ = post(book, credit("ada", amount), amount, json!({})).await;
    }
    let _ = post(book, credit("ada", "10"), "yen", json!({"currency": "JPY"})).await;
    let cases: [(&str, &[&str]); 5] = [
        ("currency=USD&min_amount=10", &["10.00", "10.01", "100.00"]),
        ("currency=USD&max_amount=10.0", &["9.99", "10.00"]),
        ("currency=USD&min_amount=10.00&max_amount=10.01", &["10.00", "10.01"]),
        ("user_id=ada&currency=USD&min_amount=10.02&max_amount=99.99", &[]),
        ("currency=JPY&min_amount=10&max_amount=10", &["yen"]),
    ];
    for (query, expected) in cases {
        assert_eq!(found(book, query).await, expected, "{query}");
    }
}

async fn voided_ones_are_left_out_unless_asked_for(book: &Book) {
    let gone = post(book, credit("ada", "1.00"), "gone", json!({})).await.id();
    let _ = post(book, credit("ada", "2.00"), "there", json!({})).await;
    let _ = book.delete(&format!("/transactions/{gone}")).await.expect(200);
    assert_eq!(found(book, "").await, ["there"]);
    for owner in ["user_id=ada", "currency=USD"] {
        assert_eq!(found(book, owner).await, ["there"]);
        assert_eq!(found(book, &format!("{owner}&status=voided")).await, ["gone"]);
        assert_eq!(
            found(book, &format!("{owner}&status=posted,voided")).await,
            ["gone", "there"]
        );
    }
}

async fn a_transfer_between_two_accounts_of_one_user_appears_once(book: &Book) {
    let main = book
        .create(&credit("ada", "20.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let savings = book
        .open_account(&json!({"user_id": "ada", "name": "savings", "currency": "USD"}))
        .await;
    for number in 0..5 {
        let _ = post(
            book,
            transfer(&main, &savings, "1.00"),
            &format!("move {number}"),
            json!({}),
        )
        .await;
    }
    let expected = ["move 0", "move 1", "move 2", "move 3", "move 4"];
    assert_eq!(found(book, "user_id=ada&type=transfer").await, expected);

    let walked = book.walk("/transactions?user_id=ada&type=transfer", 2).await;
    assert_eq!(walked.len(), 5);
}

async fn an_account_sees_both_directions(book: &Book) {
    let made = post(book, credit("ada", "20.00"), "in", json!({})).await;
    let _ = post(book, debit("ada", "5.00"), "out", json!({})).await;
    let _ = post(book, credit("bob", "5.00"), "other", json!({})).await;
    let main = made.text("destination_account_id");
    assert_eq!(found(book, &format!("account_id={main}")).await, ["in", "out"]);
    let world = made.text("source_account_id");
    assert_eq!(
        found(book, &format!("account_id={world}")).await,
        ["in", "out", "other"]
    );
    assert_eq!(found(book, &format!("account_id={main}&user_id=bob")).await, [""; 0]);
}

async fn a_filter_that_matches_nothing_is_an_empty_list(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    for query in [
        "user_id=nobody",
        "account_id=01980000-0000-7000-8000-000000000000",
        "currency=CHF",
        "category=none",
        "reference=none",
        "from=9998-01-01T00:00:00Z",
        "currency=USD&min_amount=92233720368547758.07",
    ] {
        assert_eq!(found(book, query).await, [""; 0], "{query}");
    }
}

async fn a_malformed_parameter_is_named(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let long = "a".repeat(65);
    let cases = [
        ("limit", "0"),
        ("limit", "201"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("limit", ""),
        ("limit", "99999999999999999999"),
        ("sort", "colour"),
        ("sort", "-"),
        ("user_id", "no%20spaces"),
        ("user_id", &long),
        ("account_id", "7"),
        ("type", "gift"),
        ("status", "lost"),
        ("status", "posted,lost"),
        ("currency", "usd"),
        ("from", "2026-01-31"),
        ("from", "2026-01-31T00:00:00"),
        ("to", "tomorrow"),
        ("to", "9999-01-01T00:00:00Z"),
        ("colour", "blue"),
        ("q", "%FF"),
        ("q", "1%202%203%204%205%206%207%208%209"),
    ];
    for (parameter, value) in cases {
        let _ = book
            .get(&format!("/transactions?{parameter}={value}"))
            .await
            .malformed(parameter);
    }
    for (parameter, value) in [
        ("min_amount", "-1"),
        ("min_amount", "1e3"),
        ("max_amount", "1.005"),
        ("max_amount", ""),
    ] {
        let _ = book
            .get(&format!("/transactions?currency=USD&{parameter}={value}"))
            .await
            .malformed(parameter);
    }
    let _ = book.get("/transactions?limit=1&limit=2").await.malformed("limit");
    let _ = book
        .get("/transactions?user_id=ada&user_id=ada")
        .await
        .malformed("user_id");
}

async fn an_incomplete_combination_is_refused(book: &Book) {
    for query in ["min_amount=1", "max_amount=1", "min_amount=1&max_amount=2&user_id=ada"] {
        let refused = book
            .get(&format!("/transactions?{query}"))
            .await
            .problem("malformed_request", 400);
        assert!(refused.body["parameter"].is_string(), "{}", refused.text);
    }
}
