//! `?on_error=stop`: nothing after the first rejected row.

use serde_json::json;
use tests::body::{credit, debit, with};
use tests::{Book, on_both};

use super::{CSV, NDJSON, assert_report, import, lines};

on_both!(
    nothing_is_recorded_after_the_first_rejected_row,
    a_mended_file_goes_on_where_it_stopped,
    a_rehearsed_import_stops_as_well,
);

/// Rows of which one in the middle is bad.
fn file_with(bad: &serde_json::Value) -> String {
    let mut rows = vec![credit("ada", "1"); 20];
    rows.push(bad.clone());
    rows.extend(vec![credit("ada", "1"); 200]);
    lines(&rows)
}

async fn nothing_is_recorded_after_the_first_rejected_row(book: &Book) {
    for (bad, code) in [
        (with(credit("eve", "1"), json!({"colour": "red"})), "validation_failed"),
        // This one the ledger alone can refuse.
        (
            with(debit("ada", "1"), json!({"account": "savings"})),
            "account_not_found",
        ),
    ] {
        let fresh = book.with_settings(|_| ()).await;
        let answer = import(&fresh, "?on_error=stop", NDJSON, file_with(&bad)).await;
        assert_report(&answer, [20, 0, 1], &[(21, code)]);
        assert_eq!(fresh.balance_of("ada").await, "20.00");
        assert_eq!(fresh.walk("/transactions", 200).await.len(), 20);
    }
}

async fn a_mended_file_goes_on_where_it_stopped(book: &Book) {
    let bad = credit("ada", "one");
    let _ = import(book, "?on_error=stop", NDJSON, file_with(&bad))
        .await
        .expect(200);
    let mended = file_with(&credit("ada", "1"));
    let answer = import(book, "?on_error=stop", NDJSON, mended).await;
    assert_report(&answer, [201, 20, 0], &[]);
    assert_eq!(book.balance_of("ada").await, "221.00");
}

async fn a_rehearsed_import_stops_as_well(book: &Book) {
    let file = "type,user_id,amount\ncredit,ada,1\ncredit,ada,x\ncredit,ada,y\n";
    let answer = book
        .leaves_no_trace(async || import(book, "?on_error=stop&dry_run=true", CSV, file).await)
        .await;
    assert_report(&answer, [1, 0, 1], &[(3, "validation_failed")]);
}
