//! `/closing`: periods that are closed; section 14 of the contract.

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Answer, Book, on_both};

on_both!(
    a_ledger_is_open_until_it_is_closed,
    nothing_posted_in_a_closed_period_is_added_changed_or_taken_back,
    what_moves_no_money_there_goes_on,
    an_earlier_day_reopens_what_is_after_it,
    only_an_admin_closes,
    a_bad_day_is_refused,
    edit_and_close_at_once_leave_a_closed_period_as_it_was,
    the_close_stands_on_every_server,
);

/// How often an edit meets the close.
const ROUNDS: usize = 100;

fn path(transaction: &Answer) -> String {
    format!("/transactions/{}", transaction.id())
}

fn dated(body: Value, date: &str) -> Value {
    with(body, json!({"transaction_date": date}))
}

async fn close(book: &Book, day: &str) -> Answer {
    book.put("/closing", &json!({"closed_through": day})).await.expect(200)
}

/// The last instant of January, and the first after it.
const LAST: &str = "2026-01-31T23:59:59.999999Z";
const NEXT: &str = "2026-02-01T00:00:00Z";

async fn a_ledger_is_open_until_it_is_closed(book: &Book) {
    let open = book.get("/closing").await.expect(200);
    assert_eq!(
        open.body,
        json!({"closed_through": null, "version": 0, "updated_at": null})
    );
    let body = json!({"closed_through": "2026-01-31", "reason": "audited"});
    let closed = book.put("/closing", &body).key("k").if_match(0).await.expect(200);
    assert_eq!((closed.text("closed_through"), closed.version()), ("2026-01-31", 1));
    assert_eq!(closed.header("ETag"), "\"1\"");
    let read = book.get("/closing").await.expect(200);
    assert_eq!(read.body, closed.body);
    assert_eq!(read.header("ETag"), "\"1\"");
    let again = book.put("/closing", &body).key("k").if_match(0).await.expect(200);
    assert!(again.is_replay());
    // The same once more is no change.
    assert_eq!(close(book, "2026-01-31").await.version(), 1);
    let stale = book
        .put("/closing", &json!({"closed_through": "2026-02-28"}))
        .if_match(0);
    let _ = book.refuses(stale, "version_mismatch", 412).await;
    book.database().verify().await;
}

async fn nothing_posted_in_a_closed_period_is_added_changed_or_taken_back(book: &Book) {
    let old = book.create(&dated(credit("ada", "50.00"), LAST)).await;
    let gone = book.create(&dated(credit("ada", "1.00"), LAST)).await;
    let _ = book.delete(&path(&gone)).await.expect(200);
    let new = book.create(&dated(credit("ada", "5.00"), NEXT)).await;
    let _ = close(book, "2026-01-31").await;
    for request in [
        book.post("/transactions", &dated(credit("ada", "1.00"), LAST)),
        book.post(
            "/transactions",
            &dated(debit("bo", "1.00"), "2026-02-01T00:30:00+01:00"),
        ),
        book.patch(&path(&old), &json!({"amount": "51"})),
        book.patch(&path(&old), &json!({"description": "x"})),
        book.patch(&path(&old), &json!({"transaction_date": NEXT})),
        book.patch(&path(&new), &json!({"transaction_date": LAST})),
        book.delete(&path(&old)),
        book.post(&format!("{}/restore", path(&gone)), &json!({})),
    ] {
        let refused = book.refuses(request, "period_closed", 409).await;
        assert_eq!(refused.text("closed_through"), "2026-01-31");
    }
    // What is after it is open.
    let _ = book.create(&dated(credit("ada", "1.00"), NEXT)).await;
    let _ = book.patch(&path(&new), &json!({"amount": "6"})).await.expect(200);
    let _ = book.delete(&path(&new)).await.expect(200);
    let _ = book.create(&credit("ada", "1.00")).await;
    book.database().verify().await;
}

async fn what_moves_no_money_there_goes_on(book: &Book) {
    let old = book.create(&dated(debit("ada", "50.00"), LAST)).await;
    let hold = book
        .create(&dated(with(debit("ada", "5.00"), json!({"status": "pending"})), LAST))
        .await;
    let _ = close(book, "2026-01-31").await;
    // No difference is no change.
    let _ = book.patch(&path(&old), &json!({"amount": "50"})).await.expect(200);
    // A refund and a capture are dated when they are made.
    let refund = book
        .post(&format!("{}/refund", path(&old)), &json!({"amount": "10"}))
        .await
        .expect(201);
    assert_eq!(book.get(&path(&old)).await.expect(200).text("refunded_amount"), "10.00");
    let _ = book.delete(&path(&refund)).await.expect(200);
    let _ = book.patch(&path(&hold), &json!({"amount": "4"})).await.expect(200);
    let _ = book
        .post(&format!("{}/capture", path(&hold)), &json!({}))
        .await
        .expect(201);
    let _ = book
        .create(&dated(with(debit("ada", "5.00"), json!({"status": "pending"})), LAST))
        .await;
    // Unless that is closed as well.
    let _ = close(book, "9998-12-31").await;
    let other = book.get("/transactions?status=pending").await.expect(200).rows()[0]["id"].clone();
    let other = other.as_str().expect("an id").to_owned();
    for request in [
        book.post(&format!("{}/refund", path(&old)), &json!({})),
        book.post(&format!("/transactions/{other}/capture"), &json!({})),
        book.post("/transactions", &credit("ada", "1.00")),
    ] {
        let _ = book.refuses(request, "period_closed", 409).await;
    }
    book.database().verify().await;
}

async fn an_earlier_day_reopens_what_is_after_it(book: &Book) {
    let old = book.create(&dated(credit("ada", "50.00"), LAST)).await;
    let _ = close(book, "2026-01-31").await;
    let reason = json!({"closed_through": "2026-01-30", "reason": "a late invoice"});
    let reopened = book.put("/closing", &reason).await.expect(200);
    assert_eq!((reopened.text("closed_through"), reopened.version()), ("2026-01-30", 2));
    let _ = book.patch(&path(&old), &json!({"amount": "51"})).await.expect(200);
    let all = book.put("/closing", &json!({"closed_through": null})).await.expect(200);
    assert_eq!((&all.body["closed_through"], all.version()), (&Value::Null, 3));
    let _ = book.create(&dated(credit("ada", "1.00"), "0002-01-01T00:00:00Z")).await;
    book.database().verify().await;
}

async fn only_an_admin_closes(book: &Book) {
    for role in ["reader", "writer"] {
        let client = book.key(role).await;
        let _ = client.get("/closing").await.expect(200);
        let request = client.put("/closing", &json!({"closed_through": "2026-01-31"}));
        let _ = book.refuses(request, "forbidden", 403).await;
    }
    let admin = book.key("admin").await;
    let body = json!({"closed_through": "2026-01-31"});
    let _ = admin.put("/closing", &body).await.expect(200);
}

async fn a_bad_day_is_refused(book: &Book) {
    for (body, field, code) in [
        (json!({}), "closed_through", "required"),
        (
            json!({"closed_through": "2026-02-30"}),
            "closed_through",
            "invalid_format",
        ),
        (json!({"closed_through": 20260131}), "closed_through", "invalid_type"),
        (json!({"closed_through": null, "day": 1}), "day", "unknown_field"),
    ] {
        let refused = book
            .refuses(book.put("/closing", &body), "validation_failed", 422)
            .await;
        let _ = refused.invalid(&[(field, code)]);
    }
}

async fn edit_and_close_at_once_leave_a_closed_period_as_it_was(book: &Book) {
    let old = book.create(&dated(credit("ada", "1.00"), LAST)).await;
    let mut kept = "1.00".to_owned();
    for round in 0..ROUNDS {
        let (one, other) = (book.client(), book.client());
        let amount = format!("{}.00", round + 2);
        let (edit, day) = (json!({"amount": amount}), json!({"closed_through": "2026-01-31"}));
        let own_path = path(&old);
        let (edited, closed) = tokio::join!(one.patch(&own_path, &edit), other.put("/closing", &day));
        let closed = closed.expect(200);
        match edited.status {
            // It was first, and so stands in what was closed.
            200 => {
                assert!(edited.position() < closed.position(), "round {round}");
                kept = amount;
            }
            _ => drop(edited.problem("period_closed", 409)),
        }
        assert_eq!(
            book.get(&own_path).await.expect(200).text("amount"),
            kept,
            "round {round}"
        );
        let _ = book.put("/closing", &json!({"closed_through": null})).await.expect(200);
    }
    book.database().verify().await;
}

async fn the_close_stands_on_every_server(book: &Book) {
    let Ok(other) = book.second_server().await else {
        // SQLite is served by one.
        assert_eq!(book.engine(), tests::Engine::Sqlite);
        return;
    };
    // Each knows the accounts from its own last commit.
    let _ = other.create(&credit("ada", "1.00")).await;
    let _ = close(book, "2026-01-31").await;
    let body = dated(credit("ada", "1.00"), LAST);
    let _ = book
        .refuses(other.post("/transactions", &body), "period_closed", 409)
        .await;
    let _ = other.create(&credit("ada", "1.00")).await;
    let _ = book
        .refuses(other.post("/transactions", &body), "period_closed", 409)
        .await;
}
