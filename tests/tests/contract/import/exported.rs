//! Rows as the API shows transactions: what a file of them is worth in the same ledger, and in another.

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Book, on_both};

use super::{CSV, NDJSON, assert_report, import, lines};

on_both!(
    what_is_shown_of_a_ledger_changes_nothing_there,
    what_is_shown_of_a_ledger_is_recorded_in_another_once,
    texts_come_back_from_an_export_as_they_were,
    the_account_of_a_user_is_found_by_its_id,
    what_moves_no_money_any_more_is_not_recorded,
);

/// Some transactions, as they are shown.
async fn shown(book: &Book) -> Vec<Value> {
    let _ = book
        .create(&with(credit("ada", "20"), json!({"reference": "r-1"})))
        .await;
    let spent = book.create(&debit("ada", "5")).await.id();
    let _ = book.create(&credit("bob", "1")).await;
    let refund = format!("/transactions/{spent}/refund");
    let _ = book.post(&refund, &json!({"amount": "1"})).await.expect(201);
    let _ = book
        .patch(&format!("/transactions/{spent}"), &json!({"description": "=1+1"}))
        .await
        .expect(200);
    book.walk("/transactions?sort=created_at", 50).await
}

async fn what_is_shown_of_a_ledger_changes_nothing_there(book: &Book) {
    let rows = shown(book).await;
    let count = u64::try_from(rows.len()).expect("a small number");
    let file = lines(&rows);
    let answer = book
        .leaves_no_trace(async || import(book, "", NDJSON, file).await)
        .await;
    assert_report(&answer, [0, count, 0], &[]);
    let columns = [
        "id",
        "type",
        "status",
        "user_id",
        "source_account_id",
        "destination_account_id",
        "amount",
        "version",
    ];
    let mut csv = columns.join(",");
    for row in &rows {
        let cells = columns.map(|name| row[name].as_str().map_or(row[name].to_string(), str::to_owned));
        csv.push_str(&format!("\n{}", cells.join(",")));
    }
    let answer = book.leaves_no_trace(async || import(book, "", CSV, csv).await).await;
    assert_report(&answer, [0, count, 0], &[]);
}

async fn what_is_shown_of_a_ledger_is_recorded_in_another_once(book: &Book) {
    let rows = shown(book).await;
    let count = u64::try_from(rows.len()).expect("a small number");
    let other = book.with_settings(|_| ()).await;
    let file = lines(&rows);
    assert_report(&import(&other, "", NDJSON, file.as_str()).await, [count, 0, 0], &[]);
    for user in ["ada", "bob"] {
        assert_eq!(other.balance_of(user).await, book.balance_of(user).await, "{user}");
    }
    let answer = other
        .leaves_no_trace(async || import(&other, "", NDJSON, file).await)
        .await;
    assert_report(&answer, [0, count, 0], &[]);
    let mut changed = rows[1].clone();
    changed["amount"] = json!("6.00");
    let answer = import(&other, "", NDJSON, lines(&[changed])).await;
    assert_report(&answer, [0, 0, 1], &[(1, "idempotency_key_reused")]);
    other.database().verify().await;
}

async fn texts_come_back_from_an_export_as_they_were(book: &Book) {
    let texts = ["=1+1", "'=1+1", "''-1", "'quoted'", "two, \"words\"", "-5"];
    for text in texts {
        let body = with(credit("ada", "1"), json!({"description": text}));
        let _ = book.create(&body).await;
    }
    let file = book.get("/transactions/export?format=csv").await.expect(200).text;
    let other = book.with_settings(|_| ()).await;
    assert_report(&import(&other, "", CSV, file).await, [6, 0, 0], &[]);
    let recorded = other.walk("/transactions?sort=created_at", 50).await;
    let described: Vec<&Value> = recorded.iter().map(|row| &row["description"]).collect();
    assert_eq!(described, texts);
}

async fn the_account_of_a_user_is_found_by_its_id(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let account = json!({"user_id": "ada", "name": "savings", "currency": "USD"});
    let savings = book.open_account(&account).await;
    let file = format!(
        "type,user_id,amount,source_account_id,destination_account_id\n\
         credit,ada,5,,{savings}\ndebit,ada,2,{savings},\ncredit,bob,1,,{savings}\ncredit,ada,1,,nowhere\n"
    );
    let answer = import(book, "", CSV, file).await;
    assert_report(&answer, [3, 0, 1], &[(5, "validation_failed")]);
    let shown = book.get(&format!("/accounts/{savings}")).await.expect(200);
    assert_eq!(shown.text("balance"), "3.00");
    // It is no account of bob's.
    assert_eq!(book.balance_of("bob").await, "1.00");
}

async fn what_moves_no_money_any_more_is_not_recorded(book: &Book) {
    let made = book.create(&credit("ada", "1")).await;
    let voided = book.delete(&format!("/transactions/{}", made.id())).await.expect(200);
    let other = book.with_settings(|_| ()).await;
    let answer = import(&other, "", NDJSON, lines(&[voided.body])).await;
    assert_report(&answer, [0, 0, 1], &[(1, "validation_failed")]);
    let _ = other.get("/users/ada").await.problem("user_not_found", 404);
}
