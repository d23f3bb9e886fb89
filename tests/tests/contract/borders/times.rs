//! Times at their borders.

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::{Book, on_both};

on_both!(
    what_is_no_time_is_refused,
    every_spelling_of_the_standard_is_read,
    a_time_outside_the_years_is_refused,
);

async fn assert_invalid(book: &Book, date: Value, code: &str) {
    let body = with(credit("ada", "1.00"), json!({"transaction_date": date}));
    let refused = book
        .refuses(book.post("/transactions", &body), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[("transaction_date", code)]);
}

async fn what_is_no_time_is_refused(book: &Book) {
    for date in [
        "",
        "now",
        "2026-01-31",
        "2026-01-31T09:30:00",
        "2026-01-31T09:30Z",
        "2026-01-31T24:00:01Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:30:60Z",
        "2026-12-31T23:59:60Z",
        "2026-12-31T23:59:61Z",
        "2026-01-31 09:30:00Z",
        "2026-01-31_09:30:00Z",
        "2026-01-31T09:30:00\u{2212}02:00",
        "2026\u{2212}01\u{2212}31T09:30:00Z",
        "2026-01-31T09:30:00 Z",
        "2026-01-31T09:30:00 +02:00",
        "2026-01-31T09:30:00+02:60",
        "2026-01-31T09:30:00+0200",
        "2026-01-31T09:30:00+02",
        "2026-01-31T09:30:00,5Z",
        "2026-01-31T09:30:00.5",
        "2026-01-31T09:30:00UTC",
        "2026-01-31T09:30:00Z+02:00",
        "2026-01-31T09:30:00Z ",
        "2026-W05-6T09:30:00Z",
        "2026-031T09:30:00Z",
        "2026-01-31T09:60:00Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-1-1T00:00:00Z",
        "20260131T093000Z",
        "2026-01-31T09:30:00+2",
        "2026-01-31T09:30:00+25:00",
        "2026-01-31T09:30:00.Z",
        "+2026-01-31T09:30:00Z",
        "-0001-01-31T09:30:00Z",
        "２０２６-01-31T09:30:00Z",
        " 2026-01-31T09:30:00Z",
        "2026-01-31T09:30:00Z\u{0}",
        "1769851800",
        "Sat, 31 Jan 2026 09:30:00 GMT",
    ] {
        assert_invalid(book, json!(date), "invalid_format").await;
    }
    for date in [json!(1_769_851_800), json!(true), json!({}), json!([])] {
        assert_invalid(book, date, "invalid_type").await;
    }
}

async fn every_spelling_of_the_standard_is_read(book: &Book) {
    for (given, shown) in [
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000000Z"),
        ("2026-01-31t09:30:00z", "2026-01-31T09:30:00.000000Z"),
        ("2026-01-31T09:30:59.1Z", "2026-01-31T09:30:59.100000Z"),
        ("2026-01-31T09:30:00.123456789012Z", "2026-01-31T09:30:00.123456Z"),
        ("2026-01-31T09:30:00-00:00", "2026-01-31T09:30:00.000000Z"),
        ("2026-01-31T09:30:00+23:59", "2026-01-30T09:31:00.000000Z"),
        ("2024-02-29T23:59:59-01:00", "2024-03-01T00:59:59.000000Z"),
    ] {
        let made = book
            .create(&with(credit("ada", "1.00"), json!({"transaction_date": given})))
            .await;
        assert_eq!(made.text("transaction_date"), shown, "{given}");
    }
}

async fn a_time_outside_the_years_is_refused(book: &Book) {
    for date in [
        "0000-01-01T00:00:00Z",
        "0001-12-31T23:59:59.999999Z",
        "0002-01-01T00:00:00+00:01",
        "9999-01-01T00:00:00Z",
        "9998-12-31T23:59:59-00:01",
        "9999-12-31T23:59:59Z",
    ] {
        assert_invalid(book, json!(date), "out_of_range").await;
    }
    for date in ["0002-01-01T00:01:00+00:01", "9998-12-31T23:58:59.999999-00:01"] {
        let _ = book
            .create(&with(credit("ada", "1.00"), json!({"transaction_date": date})))
            .await;
    }
}
