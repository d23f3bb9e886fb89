//! What is refused before the first row.

use tests::{Book, on_both};

use super::{CSV, NDJSON, import};

on_both!(
    a_file_that_cannot_be_read_is_refused_as_a_whole,
    an_idempotency_key_is_refused,
    what_is_no_file_of_rows_is_refused,
    a_parameter_that_there_is_not_is_refused,
);

const FILE: &str = "type,user_id,amount\ncredit,ada,1\n";

async fn a_file_that_cannot_be_read_is_refused_as_a_whole(book: &Book) {
    let long = format!("type,user_id,amount,{}\ncredit,ada,1,\n", "x".repeat(1024 * 1024));
    let bad = b"type,user_id,am\xffount\ncredit,ada,1\n".to_vec();
    for (file, code, status) in [
        (b"".to_vec(), "malformed_request", 400),
        (b"\n\n".to_vec(), "malformed_request", 400),
        (
            b"type,user_id,amount,colour\ncredit,ada,1,red\n".to_vec(),
            "malformed_request",
            400,
        ),
        (
            b"type,user_id,amount,type\ncredit,ada,1,credit\n".to_vec(),
            "malformed_request",
            400,
        ),
        (b"user_id,amount\nada,1\n".to_vec(), "malformed_request", 400),
        (b"{\"type\":\"credit\"}\n".to_vec(), "malformed_request", 400),
        (bad, "malformed_request", 400),
        (long.into_bytes(), "payload_too_large", 413),
    ] {
        let refused = book.refuses(import(book, "", CSV, file), code, status).await;
        assert!(refused.body.get("report").is_none(), "{}", refused.text);
    }
}

async fn an_idempotency_key_is_refused(book: &Book) {
    for key in ["once", "\"once\"", ""] {
        let request = import(book, "", CSV, FILE).key(key);
        let _ = book.refuses(request, "malformed_request", 400).await;
    }
}

async fn what_is_no_file_of_rows_is_refused(book: &Book) {
    for media_type in [
        "application/json",
        "text/plain",
        "text/csv; charset=utf-16",
        "application/ndjson",
        "multipart/form-data",
    ] {
        let request = import(book, "", media_type, FILE);
        let _ = book.refuses(request, "unsupported_media_type", 415).await;
    }
    let zipped = import(book, "", CSV, FILE).header("Content-Encoding", "gzip");
    let _ = book.refuses(zipped, "unsupported_media_type", 415).await;
    let _ = import(book, "", "Text/CSV; charset=UTF-8; header=present", FILE)
        .await
        .expect(200);
    let _ = import(book, "", NDJSON, "").await.expect(200);
}

async fn a_parameter_that_there_is_not_is_refused(book: &Book) {
    for (query, named) in [
        ("?on_error=continue", "on_error"),
        ("?on_error=", "on_error"),
        ("?dry_run=1", "dry_run"),
        ("?format=csv", "format"),
    ] {
        let request = import(book, query, CSV, FILE);
        let _ = book.refuses(request, "malformed_request", 400).await.malformed(named);
    }
    let reader = book.key("reader").await;
    let _ = book.refuses(import(&reader, "", CSV, FILE), "forbidden", 403).await;
    let request = import(book, "", CSV, FILE).header("Daybook-Ledger", "nowhere");
    let _ = book.refuses(request, "ledger_not_found", 404).await;
}
