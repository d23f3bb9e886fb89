//! `?dry_run=true`: the report, and no trace.

use serde_json::json;
use tests::body::{credit, with};
use tests::{Book, on_both};

use super::{CSV, NDJSON, assert_report, import, lines};

on_both!(
    a_rehearsed_import_tells_what_it_would_do_and_leaves_no_trace,
    a_rehearsed_import_sees_the_references_of_its_own_rows,
    a_rehearsed_import_knows_what_was_imported,
);

async fn a_rehearsed_import_tells_what_it_would_do_and_leaves_no_trace(book: &Book) {
    let _ = book
        .create(&with(credit("ada", "1"), json!({"reference": "r-1"})))
        .await;
    let file =
        "type,user_id,amount,reference\ncredit,ada,1,r-1\ncredit,ada,2,r-1\ncredit,bob,1,\ncredit,bob\ncredit,bob,x,\n";
    let errors = [
        (3, "reference_taken"),
        (5, "malformed_request"),
        (6, "validation_failed"),
    ];
    let rehearsed = book
        .leaves_no_trace(async || import(book, "?dry_run=true", CSV, file).await)
        .await;
    assert_report(&rehearsed, [1, 1, 3], &errors);
    assert_eq!(rehearsed.header("Daybook-Dry-Run"), "true");
    assert_eq!(rehearsed.maybe_header("Daybook-Position"), None);
    let done = import(book, "", CSV, file).await;
    assert_report(&done, [1, 1, 3], &errors);
    assert_eq!(done.body, rehearsed.body);
    assert_eq!(done.maybe_header("Daybook-Dry-Run"), None);
}

async fn a_rehearsed_import_sees_the_references_of_its_own_rows(book: &Book) {
    let file =
        "type,user_id,amount,reference\ncredit,ada,x,r-1\ncredit,ada,1,r-1\ncredit,ada,1.00,r-1\ncredit,ada,2,r-1\n";
    for query in ["?dry_run=true", "?dry_run=false"] {
        let answer = import(book, query, CSV, file).await;
        let errors = [(2, "validation_failed"), (5, "reference_taken")];
        assert_report(&answer, [1, 1, 2], &errors);
    }
}

async fn a_rehearsed_import_knows_what_was_imported(book: &Book) {
    let rows = vec![credit("ada", "1"); 3];
    assert_report(&import(book, "", NDJSON, lines(&rows)).await, [3, 0, 0], &[]);
    let more = vec![credit("ada", "1"); 5];
    let rehearsed = book
        .leaves_no_trace(async || import(book, "?dry_run=true", NDJSON, lines(&more)).await)
        .await;
    assert_report(&rehearsed, [2, 3, 0], &[]);
}
