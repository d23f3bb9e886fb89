//! A row that is recorded already is a duplicate, whatever has become of it: importing a file twice changes nothing.

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::{Answer, Book, on_both};

use super::{CSV, NDJSON, assert_report, import, lines};

on_both!(
    importing_a_file_twice_changes_nothing,
    a_file_is_the_same_in_another_spelling,
    equal_rows_of_one_file_are_all_recorded_and_all_known_again,
    a_mended_file_adds_what_is_missing,
    what_was_edited_or_deleted_since_is_known_again,
    a_reference_that_says_something_else_is_taken,
    a_reference_twice_in_a_file_is_a_duplicate_or_taken,
);

/// Imports a file that must change nothing.
async fn changes_nothing(book: &Book, media_type: &str, file: &str) -> Answer {
    book.leaves_no_trace(async || import(book, "", media_type, file).await)
        .await
}

async fn importing_a_file_twice_changes_nothing(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let savings = json!({"user_id": "ada", "name": "savings", "currency": "USD"});
    let savings = book.open_account(&savings).await;
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let dated = json!({"transaction_date": "2026-01-31T09:30:00Z", "category": "rent", "metadata": {"a": "b"}});
    let transfer = json!({
        "type": "transfer", "source_account_id": savings, "destination_account_id": fees, "amount": "0.10",
    });
    let kinds = [
        credit("ada", "1.10"),
        with(credit("ada", "1.1"), json!({"account": "savings"})),
        with(credit("bob", "2"), dated),
        json!({"type": "debit", "user_id": "bob", "amount": "1", "currency": "EUR", "description": "d"}),
        transfer,
    ];
    let named = |(number, row): (usize, &Value)| with(row.clone(), json!({"reference": format!("r-{number}")}));
    let rows: Vec<Value> = kinds.iter().enumerate().map(named).chain(kinds.clone()).collect();
    let file = lines(&rows);
    assert_report(&import(book, "", NDJSON, file.as_str()).await, [10, 0, 0], &[]);
    assert_report(&changes_nothing(book, NDJSON, &file).await, [0, 10, 0], &[]);
    assert_report(&changes_nothing(book, NDJSON, &file).await, [0, 10, 0], &[]);
    book.database().verify().await;
}

async fn a_file_is_the_same_in_another_spelling(book: &Book) {
    let csv = "type,user_id,amount,transaction_date,reference\n\
               credit,ada,20.5,2026-01-31T09:30:00Z,\ncredit,ada,20.5,2026-01-31T09:30:00Z,r-1\n";
    assert_report(&import(book, "", CSV, csv).await, [2, 0, 0], &[]);
    let row = json!({
        "type": "credit", "user_id": "ada", "account": "main", "amount": "20.50", "full_name": "Ada",
        "transaction_date": "2026-01-31T10:30:00.000+01:00",
    });
    let ndjson = lines(&[with(row.clone(), json!({"reference": "r-1"})), row]);
    assert_report(&changes_nothing(book, NDJSON, &ndjson).await, [0, 2, 0], &[]);
}

async fn equal_rows_of_one_file_are_all_recorded_and_all_known_again(book: &Book) {
    let rows = vec![credit("ada", "1"); 2_500];
    assert_report(&import(book, "", NDJSON, lines(&rows)).await, [2_500, 0, 0], &[]);
    assert_eq!(book.balance_of("ada").await, "2500.00");
    let more = vec![credit("ada", "1.00"); 2_503];
    assert_report(&import(book, "", NDJSON, lines(&more)).await, [3, 2_500, 0], &[]);
    assert_eq!(book.balance_of("ada").await, "2503.00");
}

async fn a_mended_file_adds_what_is_missing(book: &Book) {
    let header = "type,user_id,amount,reference\n";
    let bad = format!("{header}credit,ada,1,\ncredit,ada,one,\ncredit,ada,1,\ncredit,bob,1,r-1\ncredit,eve,1,\n");
    assert_report(
        &import(book, "", CSV, bad).await,
        [4, 0, 1],
        &[(3, "validation_failed")],
    );
    let mended = format!(
        "{header}credit,eve,1,\ncredit,ada,1,\ncredit,ada,2,\ncredit,ada,1,\ncredit,bob,1,r-1\ncredit,bob,2,\n"
    );
    assert_report(&import(book, "", CSV, mended).await, [2, 4, 0], &[]);
    for (user, balance) in [("ada", "4.00"), ("bob", "3.00"), ("eve", "1.00")] {
        assert_eq!(book.balance_of(user).await, balance, "{user}");
    }
}

async fn what_was_edited_or_deleted_since_is_known_again(book: &Book) {
    let row = |reference: Value| with(credit("ada", "1"), json!({"reference": reference}));
    let file = lines(&[
        row(json!("edited")),
        row(json!("voided")),
        row(json!(null)),
        row(json!(null)),
    ]);
    assert_report(&import(book, "", NDJSON, file.as_str()).await, [4, 0, 0], &[]);
    let rows = book.walk("/transactions?sort=created_at", 50).await;
    let path = |index: usize| format!("/transactions/{}", rows[index]["id"].as_str().expect("an id is text"));
    for index in [0, 2] {
        let patch = json!({"amount": "5", "description": "corrected"});
        let _ = book.patch(&path(index), &patch).await.expect(200);
    }
    for index in [1, 3] {
        let _ = book.delete(&path(index)).await.expect(200);
    }
    assert_report(&changes_nothing(book, NDJSON, &file).await, [0, 4, 0], &[]);
    // It is found by what it says now as well.
    let now = with(row(json!("edited")), json!({"amount": "5", "description": "corrected"}));
    assert_report(&changes_nothing(book, NDJSON, &lines(&[now])).await, [0, 1, 0], &[]);
    assert_eq!(book.balance_of("ada").await, "10.00");
}

async fn a_reference_that_says_something_else_is_taken(book: &Book) {
    let row = with(
        credit("ada", "1"),
        json!({"reference": "r-1", "transaction_date": "2026-01-31T09:30:00Z"}),
    );
    let _ = book.create(&row).await;
    let undated = with(credit("ada", "1.00"), json!({"reference": "r-1"}));
    let others = [
        json!({"amount": "1.01"}),
        json!({"user_id": "bob"}),
        json!({"type": "debit"}),
        json!({"currency": "EUR"}),
        json!({"transaction_date": "2026-01-31T09:30:01Z"}),
        json!({"description": "d"}),
        json!({"metadata": {"a": "b"}}),
        json!({"category": "rent"}),
    ];
    let mut rows = vec![row.clone(), undated];
    rows.extend(others.iter().map(|other| with(row.clone(), other.clone())));
    let answer = changes_nothing(book, NDJSON, &lines(&rows)).await;
    let errors: Vec<(u64, &str)> = (3..11).map(|line| (line, "reference_taken")).collect();
    assert_report(&answer, [0, 2, 8], &errors);
}

async fn a_reference_twice_in_a_file_is_a_duplicate_or_taken(book: &Book) {
    let file =
        "type,user_id,amount,reference\ncredit,ada,1,r-1\ncredit,ada,1.00,r-1\ncredit,ada,2,r-1\ncredit,ada,2,r-2\n";
    let answer = import(book, "", CSV, file).await;
    assert_report(&answer, [2, 1, 1], &[(4, "reference_taken")]);
    assert_eq!(book.balance_of("ada").await, "3.00");
}
