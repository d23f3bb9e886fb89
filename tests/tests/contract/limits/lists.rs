//! Many transactions at once, each held to what those before it used.

use serde_json::{Value, json};
use tests::body::{debit, with};
use tests::{Answer, Book, on_both};

use super::{dollars, make, spending, used};

on_both!(
    items_of_a_batch_see_what_those_before_them_used,
    items_that_are_refused_for_what_others_did_are_answered_all_the_same,
    a_row_of_an_import_is_refused_like_any_other,
);

async fn items_of_a_batch_see_what_those_before_them_used(book: &Book) {
    let limit = make(book, &spending("day", json!({"max_amount": "10"}))).await;
    let items = ["4.00", "7.00", "6.00", "0.01"].map(|amount| debit("ada", amount));
    let atomic = json!({"atomic": true, "transactions": items});
    let answer = book
        .refuses(book.post("/transactions/batch", &atomic), "limit_exceeded", 422)
        .await;
    assert_eq!(
        (&answer.body["index"], answer.text("limit_id"), answer.text("used")),
        (&json!(1), &*limit, "4.00")
    );
    let apart = json!({"atomic": false, "transactions": items});
    let answer = book.post("/transactions/batch", &apart).await.expect(200);
    let statuses: Vec<&Value> = answer.rows().iter().map(|row| &row["status"]).collect();
    assert_eq!(statuses, [201, 422, 201, 422]);
    assert_eq!(answer.rows()[3]["problem"]["used"], "10.00");
    assert_eq!(used(book, "ada", &limit).await, dollars("10.00", "0.00", 2));
    book.database().verify().await;
}

async fn items_that_are_refused_for_what_others_did_are_answered_all_the_same(book: &Book) {
    let limit = make(book, &spending("day", json!({"max_amount": "10"}))).await;
    let users: Vec<String> = (0..100).map(|number| format!("user-{number}")).collect();
    let all = |amount: &str, more: &Value| -> Value {
        let items = users.iter().map(|user| with(debit(user, amount), more.clone()));
        json!({"atomic": false, "transactions": items.collect::<Vec<_>>()})
    };
    let _ = book
        .post("/transactions/batch", &all("10.00", &json!({})))
        .await
        .expect(200);
    // What was used is not known any more, and the one that is not refused takes the reference from all others.
    let book = &book.restarted().await;
    let body = all("0.01", &json!({"reference": "r"}));
    let answer = book.post("/transactions/batch", &body).await.expect(200);
    are_all_refused(&answer, &limit);
    // One that took the key would answer for the others, each of which looks at another day.
    let days: Vec<String> = (1..=20).map(|day| format!("2026-01-{day:02}T12:00:00Z")).collect();
    let dated = |amount: &str, key: Option<&str>| -> Value {
        let items = days.iter().map(|date| {
            with(
                debit("ada", amount),
                json!({"transaction_date": date, "idempotency_key": key}),
            )
        });
        json!({"atomic": false, "transactions": items.collect::<Vec<_>>()})
    };
    let _ = book
        .post("/transactions/batch", &dated("10.00", None))
        .await
        .expect(200);
    let book = &book.restarted().await;
    let answer = book.post("/transactions/batch", &dated("0.01", Some("k"))).await;
    are_all_refused(&answer.expect(200), &limit);
    book.database().verify().await;
}

fn are_all_refused(answer: &Answer, limit: &str) {
    for row in answer.rows() {
        let problem = &row["problem"];
        assert_eq!(
            (&problem["code"], &problem["limit_id"]),
            (&json!("limit_exceeded"), &json!(limit)),
            "{row}"
        );
    }
}

async fn a_row_of_an_import_is_refused_like_any_other(book: &Book) {
    let _ = make(book, &spending("day", json!({"max_amount": "10"}))).await;
    let file = "type,user_id,amount\ndebit,ada,8.00\ndebit,ada,3.00\ndebit,ada,2.00\n";
    let report = book
        .post("/transactions/import", &Value::Null)
        .body(file, "text/csv")
        .await;
    let report = report.expect(200);
    assert_eq!(
        (&report.body["accepted"], &report.body["rejected"]),
        (&json!(2), &json!(1))
    );
    let error = &report.body["errors"][0];
    assert_eq!((&error["line"], &error["code"]), (&json!(3), &json!("limit_exceeded")));
    assert_eq!(book.balance_of("ada").await, "-10.00");
}
