//! The days of a statement are those of the user's time zone.

use serde_json::{Value, json};
use tests::body::credit;
use tests::{Book, on_both};

use super::{lines_of, main_account, on, statement_of};

on_both!(
    a_day_is_the_users_also_when_the_clocks_change,
    the_days_of_a_year_share_no_line_and_miss_none,
    a_user_who_moves_has_the_days_of_the_new_zone,
);

async fn user_in(book: &Book, zone: &str) {
    let _ = book
        .put_user("ada", &json!({"full_name": "Ada", "time_zone": zone}))
        .await;
}

/// The amounts of one day.
async fn amounts_of(book: &Book, path: &str, day: &str) -> Vec<Value> {
    let found = book.get(&format!("{path}?from={day}&to={day}")).await.expect(200);
    lines_of(&found).iter().map(|line| line["amount"].clone()).collect()
}

async fn a_day_is_the_users_also_when_the_clocks_change(book: &Book) {
    user_in(book, "America/New_York").await;
    // In 2026 the clocks go on in the night of March 8 and back in that of November 1.
    for (amount, date) in [
        ("1.00", "2026-03-08T04:59:59.999999Z"),
        ("2.00", "2026-03-08T05:00:00Z"),
        ("3.00", "2026-03-09T03:59:59.999999Z"),
        ("4.00", "2026-03-09T04:00:00Z"),
        ("5.00", "2026-11-01T03:59:59.999999Z"),
        ("6.00", "2026-11-01T04:00:00Z"),
        ("7.00", "2026-11-02T04:59:59.999999Z"),
        ("8.00", "2026-11-02T05:00:00Z"),
    ] {
        let _ = on(book, credit("ada", amount), date).await;
    }
    let path = statement_of(&main_account(book, "ada").await);
    for (day, amounts) in [
        ("2026-03-07", vec!["1.00"]),
        ("2026-03-08", vec!["2.00", "3.00"]),
        ("2026-03-09", vec!["4.00"]),
        ("2026-10-31", vec!["5.00"]),
        ("2026-11-01", vec!["6.00", "7.00"]),
        ("2026-11-02", vec!["8.00"]),
    ] {
        assert_eq!(amounts_of(book, &path, day).await, amounts, "{day}");
    }
    let found = book.get(&format!("{path}?from=2026-03-08")).await.expect(200);
    assert_eq!(
        (found.text("time_zone"), found.text("opening_balance")),
        ("America/New_York", "1.00")
    );
}

async fn the_days_of_a_year_share_no_line_and_miss_none(book: &Book) {
    // Its clocks go back at midnight.
    user_in(book, "America/Havana").await;
    for hour in 0..48 {
        let (day, hour) = (1 + hour / 24, hour % 24);
        let _ = on(book, credit("ada", "1.00"), &format!("2026-11-0{day}T{hour:02}:30:00Z")).await;
    }
    let path = statement_of(&main_account(book, "ada").await);
    let mut closing = json!("0.00");
    let mut lines = 0;
    for day in ["2026-10-31", "2026-11-01", "2026-11-02", "2026-11-03"] {
        let found = book
            .get(&format!("{path}?from={day}&to={day}&limit=200"))
            .await
            .expect(200);
        assert_eq!(found.body["opening_balance"], closing, "{day}");
        closing = found.body["closing_balance"].clone();
        lines += lines_of(&found).len();
        let expected = match day {
            "2026-10-31" => 4,
            "2026-11-01" => 25,
            "2026-11-02" => 19,
            _ => 0,
        };
        assert_eq!(lines_of(&found).len(), expected, "{day}");
    }
    assert_eq!((lines, closing), (48, json!("48.00")));
}

async fn a_user_who_moves_has_the_days_of_the_new_zone(book: &Book) {
    for (amount, date) in [
        ("1.00", "2026-01-31T23:30:00Z"),
        ("2.00", "2026-02-01T03:00:00Z"),
        ("4.00", "2026-02-01T12:00:00Z"),
    ] {
        let _ = on(book, credit("ada", amount), date).await;
    }
    let path = statement_of(&main_account(book, "ada").await);
    let february = format!("{path}?from=2026-02-01&limit=1");
    let first = book.get(&february).await.expect(200);
    let cursor = first.next_cursor().expect("there is a second line");
    for (zone, opening, lines) in [
        ("Asia/Tokyo", "0.00", vec!["1.00", "2.00", "4.00"]),
        ("America/New_York", "3.00", vec!["4.00"]),
        ("UTC", "1.00", vec!["2.00", "4.00"]),
    ] {
        let _ = book.patch("/users/ada", &json!({"time_zone": zone})).await.expect(200);
        let found = book.get(&format!("{path}?from=2026-02-01")).await.expect(200);
        assert_eq!(
            (found.text("time_zone"), found.text("opening_balance")),
            (zone, opening)
        );
        let shown: Vec<Value> = lines_of(&found).iter().map(|line| line["amount"].clone()).collect();
        assert_eq!(shown, lines, "{zone}");
        // A page that was begun in the old zone goes on in the new one.
        let second = book.get(&format!("{february}&cursor={cursor}")).await.expect(200);
        assert_eq!(
            (second.text("time_zone"), second.text("opening_balance")),
            (zone, opening)
        );
        assert_eq!(lines_of(&second)[0]["amount"], "4.00", "{zone}");
        assert_eq!(lines_of(&second)[0]["balance"], "7.00", "{zone}");
    }
}
