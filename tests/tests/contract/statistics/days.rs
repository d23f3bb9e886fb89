//! Days, weeks and months, and the time zones that they depend on.

use serde_json::{Value, json};
use tests::body::{credit, debit};
use tests::{Book, on_both};

use super::{on, stats};

on_both!(
    the_busiest_day_is_the_latest_on_a_tie,
    days_are_those_of_the_users_time_zone,
    a_new_time_zone_regroups_at_once,
    the_range_of_days_is_inclusive,
    a_series_names_the_first_day_of_each_period
);

fn periods(found: &Value) -> Vec<&str> {
    let series = found["currencies"][0]["series"].as_array().expect("there is a series");
    series
        .iter()
        .map(|row| row["period"].as_str().expect("a period is text"))
        .collect()
}

fn distinct<'a>(days: &[&'a str]) -> Vec<&'a str> {
    let mut days = days.to_vec();
    days.dedup();
    days
}

async fn the_busiest_day_is_the_latest_on_a_tie(book: &Book) {
    for date in [
        "2026-01-02T00:00:00Z",
        "2026-01-02T00:00:00Z",
        "2026-01-05T00:00:00Z",
        "2026-01-03T00:00:00Z",
        "2026-01-03T23:00:00Z",
    ] {
        let _ = on(book, credit("ada", "1.00"), date).await;
    }
    let found = stats(book, "/users/ada/stats").await;
    assert_eq!(found["currencies"][0]["day_with_highest_transactions"], "2026-01-03");
    assert_eq!(found["currencies"][0]["busiest_day_count"], 2);
}

async fn days_are_those_of_the_users_time_zone(book: &Book) {
    // 23:30 UTC is the next day in Tokyo and still the same in New York; the second is one day earlier in New York.
    for (user, zone, days) in [
        ("utc", "UTC", ["2026-01-31", "2026-02-01"]),
        ("tokyo", "Asia/Tokyo", ["2026-02-01", "2026-02-01"]),
        ("new-york", "America/New_York", ["2026-01-31", "2026-01-31"]),
    ] {
        let _ = book
            .put_user(user, &json!({"full_name": user, "time_zone": zone}))
            .await;
        let _ = on(book, credit(user, "1.00"), "2026-01-31T23:30:00Z").await;
        let _ = on(book, debit(user, "1.00"), "2026-02-01T03:00:00Z").await;
        let found = stats(book, &format!("/users/{user}/stats?interval=day")).await;
        assert_eq!(found["time_zone"], zone);
        assert_eq!(periods(&found), distinct(&days), "{user}");
    }
}

async fn a_new_time_zone_regroups_at_once(book: &Book) {
    let _ = on(book, credit("ada", "1.00"), "2026-01-31T23:30:00Z").await;
    let _ = on(book, debit("ada", "1.00"), "2026-02-01T03:00:00Z").await;
    assert_eq!(
        periods(&stats(book, "/users/ada/stats?interval=day").await),
        ["2026-01-31", "2026-02-01"]
    );
    for (zone, days) in [
        ("Asia/Tokyo", vec!["2026-02-01"]),
        ("America/New_York", vec!["2026-01-31"]),
        ("UTC", vec!["2026-01-31", "2026-02-01"]),
    ] {
        let _ = book.patch("/users/ada", &json!({"time_zone": zone})).await.expect(200);
        let found = stats(book, "/users/ada/stats?interval=day").await;
        assert_eq!(found["time_zone"], zone);
        assert_eq!(periods(&found), days, "{zone}");
        assert_eq!(found["currencies"][0]["count"], 2);
    }
}

async fn the_range_of_days_is_inclusive(book: &Book) {
    for day in 1..=5 {
        let _ = on(
            book,
            credit("ada", &format!("{day}.00")),
            &format!("2026-01-0{day}T12:00:00Z"),
        )
        .await;
    }
    for (query, total) in [
        ("from=2026-01-02&to=2026-01-04", "9.00"),
        ("from=2026-01-04", "9.00"),
        ("to=2026-01-03", "6.00"),
        ("from=2026-01-03&to=2026-01-03", "3.00"),
    ] {
        let found = stats(book, &format!("/users/ada/stats?{query}")).await;
        assert_eq!(found["currencies"][0]["total"], total, "{query}");
    }
    let found = stats(book, "/users/ada/stats?from=2026-01-02&to=2026-01-04&currency=USD").await;
    assert_eq!(
        (&found["from"], &found["to"]),
        (&json!("2026-01-02"), &json!("2026-01-04"))
    );
    assert_eq!(
        stats(book, "/users/ada/stats?from=2027-01-01").await["currencies"],
        json!([])
    );
}

async fn a_series_names_the_first_day_of_each_period(book: &Book) {
    for date in [
        "2025-12-31",
        "2026-01-01",
        "2026-01-04",
        "2026-01-05",
        "2026-02-28",
        "2026-03-01",
    ] {
        let _ = on(book, credit("ada", "1.00"), &format!("{date}T12:00:00Z")).await;
    }
    for (interval, expected) in [
        (
            "day",
            vec![
                "2025-12-31",
                "2026-01-01",
                "2026-01-04",
                "2026-01-05",
                "2026-02-28",
                "2026-03-01",
            ],
        ),
        ("week", vec!["2025-12-29", "2026-01-05", "2026-02-23"]),
        ("month", vec!["2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01"]),
    ] {
        let found = stats(book, &format!("/users/ada/stats?interval={interval}")).await;
        assert_eq!(periods(&found), expected, "{interval}");
        let ledger = stats(book, &format!("/stats?interval={interval}")).await;
        assert_eq!(periods(&ledger), expected, "{interval}");
    }
    let weeks = stats(book, "/users/ada/stats?interval=week").await;
    let first = &weeks["currencies"][0]["series"][0];
    assert_eq!(
        first["credits"],
        json!({"count": 3, "total": "3.00", "average": "1.00"})
    );
}
