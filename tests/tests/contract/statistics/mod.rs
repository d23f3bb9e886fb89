//! `/users/{id}/stats` and `/stats`: section 7 of the contract, by small examples.

mod days;

use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Book, at_once, on_both};

on_both!(
    the_example_of_the_contract_is_answered_so,
    a_user_without_transactions_has_no_currencies,
    averages_are_rounded_half_even,
    categories_are_ordered_by_total_and_then_by_name,
    only_the_hundred_largest_categories_are_shown,
    statistics_follow_edits_deletes_and_restores,
    a_transfer_counts_on_both_sides,
    the_ledgers_statistics_are_in_utc_and_over_all_users,
    a_malformed_parameter_is_named,
);

async fn stats(book: &Book, path_and_query: &str) -> Value {
    book.get(path_and_query).await.expect(200).body
}

async fn on(book: &Book, body: Value, date: &str) -> tests::Answer {
    book.create(&with(body, json!({"transaction_date": date}))).await
}

async fn the_example_of_the_contract_is_answered_so(book: &Book) {
    let _ = book
        .put_user("42", &json!({"full_name": "Kofi", "time_zone": "Africa/Accra"}))
        .await;
    for (kind, amount, date, category) in [
        ("credit", "2000.00", "2026-01-31T09:30:00Z", Some("salary")),
        ("credit", "1000.00", "2026-01-30T23:59:59Z", None),
        ("debit", "500.00", "2026-01-31T00:00:00Z", None),
    ] {
        let body = json!({
            "type": kind, "user_id": "42", "amount": amount, "currency": "GHS", "transaction_date": date,
            "category": category,
        });
        let _ = book.create(&body).await;
    }
    let expected = json!({
        "user_id": "42", "time_zone": "Africa/Accra", "from": null, "to": null,
        "currencies": [{
            "currency": "GHS", "count": 3, "total": "3500.00", "average_transaction_value": "1166.67", "net": "2500.00",
            "credits": {"count": 2, "total": "3000.00", "average": "1500.00"},
            "debits": {"count": 1, "total": "500.00", "average": "500.00"},
            "day_with_highest_transactions": "2026-01-31", "busiest_day_count": 2,
            "by_category": [
                {"category": "salary", "count": 1, "total": "2000.00"},
                {"category": null, "count": 2, "total": "1500.00"},
            ],
            "series": [
                {
                    "period": "2026-01-30",
                    "credits": {"count": 1, "total": "1000.00", "average": "1000.00"},
                    "debits": {"count": 0, "total": "0.00", "average": null},
                },
                {
                    "period": "2026-01-31",
                    "credits": {"count": 1, "total": "2000.00", "average": "2000.00"},
                    "debits": {"count": 1, "total": "500.00", "average": "500.00"},
                },
            ],
        }],
    });
    assert_eq!(stats(book, "/users/42/stats?interval=day").await, expected);
    let without = stats(book, "/users/42/stats").await;
    assert!(
        without["currencies"][0]["series"].is_null(),
        "a series only with an interval: {without}"
    );
}

async fn a_user_without_transactions_has_no_currencies(book: &Book) {
    let _ = book
        .put_user("ada", &json!({"full_name": "Ada", "time_zone": "Asia/Tokyo"}))
        .await;
    let expected = json!({"user_id": "ada", "time_zone": "Asia/Tokyo", "from": null, "to": null, "currencies": []});
    assert_eq!(stats(book, "/users/ada/stats").await, expected);
    let _ = book.create(&credit("ada", "1.00")).await;
    assert_eq!(
        stats(book, "/users/ada/stats?currency=EUR").await["currencies"],
        json!([])
    );
}

async fn averages_are_rounded_half_even(book: &Book) {
    let cases: [(&str, &[&str], &str); 6] = [
        ("USD", &["0.01", "0.02"], "0.02"),
        ("USD", &["0.01", "0.04"], "0.02"),
        ("USD", &["0.01", "0.01", "0.02"], "0.01"),
        ("JPY", &["1", "2"], "2"),
        ("JPY", &["2", "3"], "2"),
        ("BHD", &["0.001", "0.002", "0.002"], "0.002"),
    ];
    for (number, (currency, amounts, average)) in cases.into_iter().enumerate() {
        let user = format!("user-{number}");
        for amount in amounts {
            let _ = book
                .create(&with(credit(&user, amount), json!({"currency": currency})))
                .await;
        }
        let found = stats(book, &format!("/users/{user}/stats")).await;
        assert_eq!(
            found["currencies"][0]["average_transaction_value"], average,
            "{currency} {amounts:?}"
        );
        assert_eq!(
            found["currencies"][0]["credits"]["average"], average,
            "{currency} {amounts:?}"
        );
        assert!(found["currencies"][0]["debits"]["average"].is_null());
    }
}

async fn categories_are_ordered_by_total_and_then_by_name(book: &Book) {
    for (body, category) in [
        (credit("ada", "2.00"), json!("b")),
        (debit("ada", "2.00"), json!("a")),
        (credit("ada", "1.00"), json!("c")),
        (debit("ada", "1.50"), json!("c")),
        (credit("ada", "9.00"), json!(null)),
        (credit("ada", "0.50"), json!("Ä")),
    ] {
        let _ = book.create(&with(body, json!({"category": category}))).await;
    }
    let found = stats(book, "/users/ada/stats").await;
    let expected = json!([
        {"category": null, "count": 1, "total": "9.00"},
        {"category": "c", "count": 2, "total": "2.50"},
        {"category": "a", "count": 1, "total": "2.00"},
        {"category": "b", "count": 1, "total": "2.00"},
        {"category": "Ä", "count": 1, "total": "0.50"},
    ]);
    assert_eq!(found["currencies"][0]["by_category"], expected);
}

async fn only_the_hundred_largest_categories_are_shown(book: &Book) {
    let client = book.client();
    let _ = at_once(103, |number| {
        let client = client.clone();
        let body = with(
            credit("ada", &format!("{}.00", number + 1)),
            json!({"category": format!("c{number:03}")}),
        );
        async move { client.create(&body).await }
    })
    .await;
    for path in ["/users/ada/stats", "/stats"] {
        let found = stats(book, path).await;
        let rows = found["currencies"][0]["by_category"].as_array().expect("a list");
        let names: Vec<_> = rows
            .iter()
            .map(|row| row["category"].as_str().unwrap_or_default().to_owned())
            .collect();
        let expected: Vec<_> = (3..103).rev().map(|number| format!("c{number:03}")).collect();
        assert_eq!(names, expected, "{path}");
        assert_eq!(found["currencies"][0]["count"], 103, "{path}");
    }
}

async fn statistics_follow_edits_deletes_and_restores(book: &Book) {
    let made = on(book, credit("ada", "10.00"), "2026-01-01T12:00:00Z").await;
    let _ = on(book, credit("ada", "1.00"), "2026-01-02T12:00:00Z").await;
    let path = format!("/transactions/{}", made.id());
    let summary = async || {
        let found = stats(book, "/users/ada/stats").await;
        let usd = found["currencies"][0].clone();
        (
            usd["count"].clone(),
            usd["net"].clone(),
            usd["day_with_highest_transactions"].clone(),
        )
    };
    assert_eq!(summary().await, (json!(2), json!("11.00"), json!("2026-01-02")));
    let _ = book
        .patch(
            &path,
            &json!({"amount": "20.00", "transaction_date": "2026-01-03T12:00:00Z"}),
        )
        .await
        .expect(200);
    assert_eq!(summary().await, (json!(2), json!("21.00"), json!("2026-01-03")));
    let _ = book.patch(&path, &json!({"type": "debit"})).await.expect(200);
    assert_eq!(summary().await, (json!(2), json!("-19.00"), json!("2026-01-03")));
    let _ = book.delete(&path).await.expect(200);
    assert_eq!(summary().await, (json!(1), json!("1.00"), json!("2026-01-02")));
    let _ = book.post(&format!("{path}/restore"), &json!({})).await.expect(200);
    assert_eq!(summary().await, (json!(2), json!("-19.00"), json!("2026-01-03")));
}

async fn a_transfer_counts_on_both_sides(book: &Book) {
    let ada = on(book, credit("ada", "10.00"), "2026-01-01T12:00:00Z")
        .await
        .text("destination_account_id")
        .to_owned();
    let bob = on(book, credit("bob", "1.00"), "2026-01-01T12:00:00Z")
        .await
        .text("destination_account_id")
        .to_owned();
    let _ = on(book, transfer(&ada, &bob, "4.00"), "2026-01-02T12:00:00Z").await;
    let of_ada = stats(book, "/users/ada/stats").await;
    assert_eq!(
        of_ada["currencies"][0]["debits"],
        json!({"count": 1, "total": "4.00", "average": "4.00"})
    );
    let of_bob = stats(book, "/users/bob/stats").await;
    assert_eq!(
        of_bob["currencies"][0]["credits"],
        json!({"count": 2, "total": "5.00", "average": "2.50"})
    );
    let of_all = stats(book, "/stats").await;
    assert_eq!(
        of_all["currencies"][0]["credits"],
        json!({"count": 3, "total": "15.00", "average": "5.00"})
    );
    assert_eq!(
        of_all["currencies"][0]["debits"],
        json!({"count": 1, "total": "4.00", "average": "4.00"})
    );
    assert_eq!(of_all["currencies"][0]["count"], 4);
}

async fn the_ledgers_statistics_are_in_utc_and_over_all_users(book: &Book) {
    assert_eq!(stats(book, "/stats").await["currencies"], json!([]));
    let _ = book
        .put_user("tokyo", &json!({"full_name": "T", "time_zone": "Asia/Tokyo"}))
        .await;
    let _ = on(book, credit("tokyo", "1.00"), "2026-01-31T23:30:00Z").await;
    let _ = on(
        book,
        with(debit("ada", "300"), json!({"currency": "JPY"})),
        "2026-01-31T00:00:00Z",
    )
    .await;
    let found = stats(book, "/stats?interval=day").await;
    assert_eq!(found["time_zone"], "UTC");
    assert!(found.get("user_id").is_none(), "{found}");
    let currencies = found["currencies"].as_array().expect("a list");
    let names: Vec<_> = currencies.iter().map(|row| row["currency"].as_str()).collect();
    assert_eq!(names, [Some("JPY"), Some("USD")]);
    assert_eq!(currencies[1]["day_with_highest_transactions"], "2026-01-31");
    assert_eq!(currencies[0]["net"], "-300");
}

async fn a_malformed_parameter_is_named(book: &Book) {
    let _ = book.create(&credit("ada", "1.00")).await;
    for path in ["/users/ada/stats", "/stats"] {
        for (parameter, value) in [
            ("interval", "year"),
            ("interval", ""),
            ("from", "2026-02-30"),
            ("from", "2026-01-01T00:00:00Z"),
            ("to", "26-01-01"),
            ("currency", "usd"),
            ("limit", "10"),
        ] {
            let _ = book
                .get(&format!("{path}?{parameter}={value}"))
                .await
                .malformed(parameter);
        }
    }
}
