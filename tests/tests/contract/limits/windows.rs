//! Which transactions a limit counts together: by their dates, on days of the user's time zone.

use std::time::Duration;

use serde_json::{Value, json};
use tests::body::{debit, with};
use tests::{Book, eventually, on_both};

use super::{make, refused, spending};

on_both!(
    a_day_is_one_of_the_user_s_time_zone,
    a_week_begins_on_monday,
    a_month_is_one_of_the_calendar,
    a_date_that_is_moved_moves_what_is_used,
    in_another_time_zone_other_days_are_counted_together,
);

/// A statistics of a user is grouped anew within this time.
const REGROUPED_TIME_MAX: Duration = Duration::from_secs(20);

fn dated(amount: &str, date: &str) -> Value {
    with(debit("ada", amount), json!({"transaction_date": date}))
}

/// Makes a user who lives there, with a limit of 10 in the window, for the user and for the account.
async fn live_in(book: &Book, zone: &str, window: &str) -> String {
    let _ = book
        .put_user("ada", &json!({"full_name": "Ada", "time_zone": zone}))
        .await;
    let account = json!({"user_id": "ada", "name": "main", "currency": "USD"});
    let account = book.open_account(&account).await;
    let limit = make(book, &spending(window, json!({"max_amount": "10"}))).await;
    let of_account = json!({"max_amount": "10", "scope": {"account_id": account}});
    let _ = make(book, &spending(window, of_account)).await;
    limit
}

/// Spends 10 at each of two times, which are in two windows, and nothing more in either; the second limit says the same
/// where the first does not hold.
async fn are_apart(book: &Book, limit: &str, times: [&str; 2]) {
    for time in times {
        let _ = book.create(&dated("10.00", time)).await;
        let _ = refused(book, &dated("0.01", time), limit).await;
    }
    let path = format!("/limits/{limit}");
    let _ = book.patch(&path, &json!({"status": "disabled"})).await.expect(200);
    for time in times {
        let request = book.post("/transactions", &dated("0.01", time));
        let told = book.refuses(request, "limit_exceeded", 422).await;
        assert_ne!(told.text("limit_id"), limit);
    }
    let _ = book.patch(&path, &json!({"status": "active"})).await.expect(200);
}

async fn a_day_is_one_of_the_user_s_time_zone(book: &Book) {
    let limit = live_in(book, "Asia/Tokyo", "day").await;
    are_apart(book, &limit, ["2026-01-31T14:59:59.999999Z", "2026-01-31T15:00:00Z"]).await;
    let _ = refused(book, &dated("0.01", "2026-02-01T14:59:59Z"), &limit).await;
    let _ = book.create(&dated("10.00", "2026-02-01T15:00:00Z")).await;
}

async fn a_week_begins_on_monday(book: &Book) {
    let limit = live_in(book, "America/New_York", "week").await;
    // Sunday and Monday, where the user lives.
    are_apart(book, &limit, ["2026-02-02T04:59:59Z", "2026-02-02T05:00:00Z"]).await;
    let _ = refused(book, &dated("0.01", "2026-01-26T05:00:00Z"), &limit).await;
    let _ = refused(book, &dated("0.01", "2026-02-09T04:59:59Z"), &limit).await;
    let _ = book.create(&dated("10.00", "2026-02-09T05:00:00Z")).await;
}

async fn a_month_is_one_of_the_calendar(book: &Book) {
    let limit = live_in(book, "Africa/Accra", "month").await;
    are_apart(book, &limit, ["2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z"]).await;
    let _ = refused(book, &dated("0.01", "2024-02-01T00:00:00Z"), &limit).await;
    let _ = refused(book, &dated("0.01", "2024-03-31T23:59:59Z"), &limit).await;
    for far in ["0002-01-01T00:00:00Z", "9998-12-31T23:59:59Z"] {
        let _ = book.create(&dated("10.00", far)).await;
        let _ = refused(book, &dated("0.01", far), &limit).await;
    }
}

async fn a_date_that_is_moved_moves_what_is_used(book: &Book) {
    let limit = live_in(book, "UTC", "day").await;
    let _ = book.create(&dated("6.00", "2026-01-31T12:00:00Z")).await;
    let other = book.create(&dated("5.00", "2026-02-01T12:00:00Z")).await;
    let path = format!("/transactions/{}", other.id());
    let there = json!({"transaction_date": "2026-01-31T13:00:00Z"});
    let told = book.refuses(book.patch(&path, &there), "limit_exceeded", 422).await;
    assert_eq!((told.text("limit_id"), told.text("used")), (&*limit, "6.00"));
    let less = with(there, json!({"amount": "4"}));
    let _ = book.patch(&path, &less).await.expect(200);
    let _ = book.create(&dated("10.00", "2026-02-01T12:00:00Z")).await;
    let _ = refused(book, &dated("0.01", "2026-01-31T12:00:00Z"), &limit).await;
    book.database().verify().await;
}

async fn in_another_time_zone_other_days_are_counted_together(book: &Book) {
    let limit = live_in(book, "UTC", "day").await;
    let _ = book.create(&dated("10.00", "2026-01-31T23:00:00Z")).await;
    let _ = book.create(&dated("4.00", "2026-02-01T01:00:00Z")).await;
    let zone = json!({"time_zone": "Asia/Tokyo"});
    let _ = book.patch("/users/ada", &zone).await.expect(200);
    eventually("the statistics are grouped anew", REGROUPED_TIME_MAX, async || {
        let statistics = book.get("/users/ada/stats").await.expect(200);
        (statistics.text("time_zone") == "Asia/Tokyo").then_some(())
    })
    .await;
    // Both were on the first of February there.
    let told = refused(book, &dated("0.01", "2026-02-01T02:00:00Z"), &limit).await;
    assert_eq!(told.text("used"), "14.00");
    let _ = book.create(&dated("10.00", "2026-01-31T14:59:59Z")).await;
    book.database().verify().await;
}
