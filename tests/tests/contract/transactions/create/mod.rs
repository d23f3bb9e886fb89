//! POST `/transactions`: credits and debits.

mod refusals;

use serde_json::json;
use tests::body::{credit, debit, with};
use tests::{Book, is_server_id, on_both};

on_both!(
    a_credit_brings_money_from_the_world,
    a_debit_sends_money_to_the_world,
    every_member_given_is_kept,
    null_is_the_same_as_absent,
    the_date_is_the_time_of_recording_unless_given,
    times_are_answered_in_utc_with_microseconds,
    amounts_are_answered_with_exactly_the_decimals_of_their_currency,
    an_account_without_a_minimum_may_go_negative,
    a_write_is_readable_when_it_is_answered,
    what_was_acknowledged_is_there_after_a_restart,
);

async fn a_credit_brings_money_from_the_world(book: &Book) {
    let made = book.create(&credit("42", "2000")).await;
    assert!(is_server_id(&made.body["id"]));
    assert_eq!(made.version(), 1);
    assert_eq!(made.header("Location"), format!("/api/v1/transactions/{}", made.id()));
    let expected = json!({
        "type": "credit", "status": "posted", "user_id": "42", "amount": "2000.00", "currency": "USD",
        "description": null, "category": null, "reference": null, "metadata": {}, "parent_id": null, "version": 1,
    });
    for (member, value) in expected.as_object().expect("an object") {
        assert_eq!(made.body.get(member), Some(value), "{member}");
    }
    for member in [
        "source_user_id",
        "destination_user_id",
        "source_account_id",
        "destination_account_id",
    ] {
        assert!(made.body.get(member).is_some(), "{member} is always present");
    }
    assert_eq!(book.balance_of("42").await, "2000.00");
    assert_eq!(book.get_root(made.header("Location")).await.expect(200).body, made.body);
}

async fn a_debit_sends_money_to_the_world(book: &Book) {
    let received = book.create(&credit("42", "20.00")).await;
    let spent = book.create(&debit("42", "7.50")).await;
    assert_eq!(spent.body["type"], "debit");
    assert_eq!(spent.body["user_id"], "42");
    assert_eq!(spent.body["source_account_id"], received.body["destination_account_id"]);
    assert_eq!(spent.body["destination_account_id"], received.body["source_account_id"]);
    assert!(spent.position() > received.position());
    assert_eq!(book.balance_of("42").await, "12.50");
}

async fn every_member_given_is_kept(book: &Book) {
    let given = json!({
        "type": "credit", "user_id": "42", "amount": "2000.00", "currency": "GHS",
        "transaction_date": "2026-01-31T09:30:00.000000Z", "description": "January – Ünïcödé 💶", "category": "salary",
        "reference": "pay/2026-01", "metadata": {"colour": "blue", "Größe": "42"},
    });
    let body = with(given.clone(), json!({"account": "main", "full_name": "Kofi"}));
    let made = book.create(&body).await;
    for (member, value) in given.as_object().expect("an object") {
        assert_eq!(&made.body[member], value, "{member}");
    }
}

async fn null_is_the_same_as_absent(book: &Book) {
    let nulls = json!({
        "full_name": null, "account": null, "currency": null, "transaction_date": null, "description": null,
        "category": null, "reference": null, "metadata": null,
    });
    let made = book.create(&with(credit("42", "20.00"), nulls)).await;
    assert_eq!(made.body["currency"], "USD");
    assert_eq!(made.body["metadata"], json!({}));
    let required = json!({"type": "credit", "user_id": null, "amount": null});
    let refused = book
        .refuses(book.post("/transactions", &required), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[("user_id", "required"), ("amount", "required")]);
}

async fn the_date_is_the_time_of_recording_unless_given(book: &Book) {
    let made = book.create(&credit("42", "20.00")).await;
    assert_eq!(made.body["transaction_date"], made.body["created_at"]);
    assert_eq!(made.body["updated_at"], made.body["created_at"]);
    let past = with(
        credit("42", "20.00"),
        json!({"transaction_date": "1999-12-31T23:59:59Z"}),
    );
    let past = book.create(&past).await;
    assert_eq!(past.body["transaction_date"], "1999-12-31T23:59:59.000000Z");
    assert!(past.text("created_at") > made.text("created_at"));
}

async fn times_are_answered_in_utc_with_microseconds(book: &Book) {
    let cases = [
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000000Z"),
        ("2026-01-31T09:30:00+02:00", "2026-01-31T07:30:00.000000Z"),
        ("2026-01-31T22:30:00-05:30", "2026-02-01T04:00:00.000000Z"),
        ("2026-01-31T09:30:00.123456789Z", "2026-01-31T09:30:00.123456Z"),
        ("2026-01-31T09:30:00.9999999Z", "2026-01-31T09:30:00.999999Z"),
        ("2026-01-31T09:30:00.5Z", "2026-01-31T09:30:00.500000Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"),
        ("0002-01-01T00:00:00Z", "0002-01-01T00:00:00.000000Z"),
        ("9998-12-31T23:59:59.999999Z", "9998-12-31T23:59:59.999999Z"),
    ];
    // Far from UTC, so that the user's first and last day lie in other years.
    let _ = book
        .put_user("west", &json!({"full_name": "W", "time_zone": "America/Los_Angeles"}))
        .await;
    let _ = book
        .put_user("east", &json!({"full_name": "E", "time_zone": "Pacific/Kiritimati"}))
        .await;
    for (given, answered) in cases {
        for user in ["west", "east"] {
            let made = book
                .create(&with(credit(user, "1.00"), json!({"transaction_date": given})))
                .await;
            assert_eq!(made.body["transaction_date"], answered, "{given}");
            let read = book.get(&format!("/transactions/{}", made.id())).await.expect(200);
            assert_eq!(read.body, made.body, "{given}");
        }
    }
}

async fn amounts_are_answered_with_exactly_the_decimals_of_their_currency(book: &Book) {
    let cases = [
        ("USD", "20", "20.00"),
        ("USD", "20.5", "20.50"),
        ("USD", "20.50", "20.50"),
        ("USD", "0.01", "0.01"),
        ("JPY", "1", "1"),
        ("BHD", "0.1", "0.100"),
        ("CLF", "1.2345", "1.2345"),
        ("EUR", "92233720368547758.07", "92233720368547758.07"),
        ("KRW", "9223372036854775807", "9223372036854775807"),
        ("KWD", "9223372036854775.807", "9223372036854775.807"),
    ];
    for (number, (currency, given, answered)) in cases.into_iter().enumerate() {
        let user = format!("user-{number}");
        let made = book
            .create(&with(credit(&user, given), json!({"currency": currency})))
            .await;
        assert_eq!(made.body["amount"], answered);
        assert_eq!(
            book.get(&format!("/transactions/{}", made.id())).await.expect(200).body,
            made.body
        );
        let undone = book.delete(&format!("/transactions/{}", made.id())).await.expect(200);
        assert_eq!(undone.body["amount"], answered);
    }
}

async fn an_account_without_a_minimum_may_go_negative(book: &Book) {
    let _ = book.create(&debit("ada", "20.00")).await;
    assert_eq!(book.balance_of("ada").await, "-20.00");
}

async fn a_write_is_readable_when_it_is_answered(book: &Book) {
    for number in 1..=50 {
        let made = book.create(&credit("ada", "1.00")).await;
        assert_eq!(
            book.get(&format!("/transactions/{}", made.id())).await.expect(200).body,
            made.body
        );
        let listed = book
            .get("/transactions?user_id=ada&sort=-created_at&limit=1")
            .await
            .expect(200);
        assert_eq!(listed.rows(), [made.body]);
        assert_eq!(book.balance_of("ada").await, format!("{number}.00"));
    }
}

async fn what_was_acknowledged_is_there_after_a_restart(book: &Book) {
    let made = book
        .post("/transactions", &credit("ada", "20.00"))
        .key("once")
        .await
        .expect(201);
    let book = book.restarted().await;
    assert_eq!(
        book.get(&format!("/transactions/{}", made.id())).await.expect(200).body,
        made.body
    );
    let again = book
        .post("/transactions", &credit("ada", "20.00"))
        .key("once")
        .await
        .expect(201);
    assert!(again.is_replay());
    assert_eq!(again.body, made.body);
    assert_eq!(book.balance_of("ada").await, "20.00");
}
