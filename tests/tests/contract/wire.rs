//! Requests as bytes: what a decent client never sends must neither stop the server nor leave a trace.

use std::time::Duration;

use serde_json::json;
use tests::wire::{RawAnswer, exchange, send};
use tests::{Book, OPERATOR_KEY, on_both};

on_both!(
    bytes_that_are_no_request_are_refused,
    what_is_no_request_does_not_spoil_the_answers_before_it,
    ids_that_clients_normalise_are_refused,
    bad_header_syntax_is_refused,
    two_lengths_are_one_too_many,
    a_body_without_a_length_is_bounded_too,
    too_many_headers_are_refused,
    slow_headers_are_cut_off,
    a_slow_body_is_cut_off,
    a_client_that_goes_away_leaves_the_server_well,
);

fn post(extra_headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
         Content-Type: application/json\r\nConnection: close\r\n{extra_headers}\r\n{body}"
    )
    .into_bytes()
}

const BODY: &str = r#"{"type":"credit","user_id":"ada","amount":"1.00"}"#;

async fn send_without_trace(book: &Book, bytes: &[u8]) -> RawAnswer {
    let answer = book.leaves_no_trace(async || send(book.address(), bytes).await).await;
    let _ = book.get_root("/livez").await.expect(200);
    answer
}

/// Whether the answer is a whole problem of this code, as every error of the contract is.
#[track_caller]
fn assert_problem(answer: &RawAnswer, code: &str, status: u16, what: &str) {
    let told = format!("{what:?} was answered {} {}", answer.head, answer.body);
    assert_eq!(answer.status, status, "{told}");
    assert_eq!(
        answer.header("Content-Type"),
        Some("application/problem+json"),
        "{told}"
    );
    let expected = json!({
        "type": format!("urn:daybook:problem:{code}"), "title": answer.body["title"], "status": status, "code": code,
        "detail": answer.body["detail"], "request_id": answer.header("X-Request-Id"),
    });
    assert_eq!(answer.body, expected, "{told}");
    for member in ["title", "detail", "request_id"] {
        assert!(
            answer.body[member].as_str().is_some_and(|text| !text.is_empty()),
            "{told}"
        );
    }
}

/// The same of what the server cannot read on behind: it ends the connection.
#[track_caller]
fn assert_last_problem(answer: &RawAnswer, code: &str, status: u16, what: &str) {
    assert_problem(answer, code, status, what);
    assert_eq!(answer.header("Connection"), Some("close"), "{what:?}: {}", answer.head);
    assert!(answer.header("Date").is_some(), "{what:?}: {}", answer.head);
}

async fn bytes_that_are_no_request_are_refused(book: &Book) {
    let cases: [&[u8]; 9] = [
        b"HELLO\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /livez\r\n\r\n",
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"GET /live z HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"G\x00T /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
    ];
    for bytes in cases {
        let answer = send_without_trace(book, bytes).await;
        assert_last_problem(&answer, "malformed_request", 400, &String::from_utf8_lossy(bytes));
    }
}

async fn what_is_no_request_does_not_spoil_the_answers_before_it(book: &Book) {
    let bytes = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nHELLO\r\n\r\n";
    let both = exchange(book.address(), bytes).await;
    assert!(both.starts_with("HTTP/1.1 200 OK\r\n"), "{both}");
    let last = both
        .rfind("HTTP/1.1 400 Bad Request\r\n")
        .expect("the problem comes last");
    let answer = RawAnswer::parse(&both.as_bytes()[last..]);
    assert_last_problem(&answer, "malformed_request", 400, "the second of two");
}

async fn ids_that_clients_normalise_are_refused(book: &Book) {
    for id in [".", "..", "%2e", "%2E%2E", "%2e%2e", "me"] {
        let request = format!(
            "PUT /api/v1/users/{id} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
             Content-Type: application/json\r\nContent-Length: 20\r\nConnection: close\r\n\r\n{{\"full_name\":\"Dots\"}}"
        );
        let answer = send_without_trace(book, request.as_bytes()).await;
        assert_eq!(answer.status, 400, "{id}: {}", answer.body);
        assert_eq!(answer.body["code"], "malformed_request", "{id}");
        assert_eq!(answer.body["parameter"], "id", "{id}");
    }
}

async fn bad_header_syntax_is_refused(book: &Book) {
    let length = BODY.len();
    for headers in [
        format!("Content-Length: {length}\r\nIdempotency-Key: a\0b\r\n"),
        format!("Content-Length: {length}\r\nIdempotency Key: a\r\n"),
        format!("Content-Length: {length}\r\nno colon at all\r\n"),
        format!("Content-Length: {length}\r\n: no name\r\n"),
        "Content-Length: -1\r\n".to_owned(),
        "Content-Length: ten\r\n".to_owned(),
        "Content-Length: 99999999999999999999\r\n".to_owned(),
        "Transfer-Encoding: gzip\r\n".to_owned(),
    ] {
        let answer = send_without_trace(book, &post(&headers, BODY)).await;
        assert_last_problem(&answer, "malformed_request", 400, &headers);
    }
    let twice = format!("Content-Length: {length}\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n");
    let answer = send_without_trace(book, &post(&twice, BODY)).await;
    assert_problem(&answer, "malformed_request", 400, "two idempotency keys");
}

async fn two_lengths_are_one_too_many(book: &Book) {
    let length = BODY.len();
    for headers in [
        format!("Content-Length: {length}\r\nContent-Length: {}\r\n", length - 1),
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"),
    ] {
        let answer = send_without_trace(book, &post(&headers, BODY)).await;
        assert_last_problem(&answer, "malformed_request", 400, &headers);
    }
}

async fn a_body_without_a_length_is_bounded_too(book: &Book) {
    let chunk = format!("{:x}\r\n{}\r\n", 64 * 1024, " ".repeat(64 * 1024));
    let body = format!("{}0\r\n\r\n", chunk.repeat(17));
    let answer = send_without_trace(book, &post("Transfer-Encoding: chunked\r\n", &body)).await;
    assert_problem(&answer, "payload_too_large", 413, "17 chunks of 64 KiB");

    let whole = format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len());
    let taken = send(book.address(), &post("Transfer-Encoding: chunked\r\n", &whole)).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
}

async fn too_many_headers_are_refused(book: &Book) {
    let many = "X-Filler: abc\r\n".repeat(500);
    let answer = send_without_trace(book, &post(&format!("Content-Length: 2\r\n{many}"), "{}")).await;
    assert_last_problem(&answer, "malformed_request", 400, "500 headers");
    let long = format!("Content-Length: 2\r\nX-Filler: {}\r\n", "a".repeat(1024 * 1024));
    let answer = send_without_trace(book, &post(&long, "{}")).await;
    assert_last_problem(&answer, "malformed_request", 400, "a header of 1 MiB");
}

async fn slow_headers_are_cut_off(book: &Book) {
    let book = book
        .with_settings(|settings| settings.request_timeout = Duration::from_secs(2))
        .await;
    for bytes in [&b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"[..], b"\r\n\r\n"] {
        let answer = send_without_trace(&book, bytes).await;
        assert_last_problem(&answer, "request_timeout", 408, &String::from_utf8_lossy(bytes));
    }
}

async fn a_slow_body_is_cut_off(book: &Book) {
    let book = book
        .with_settings(|settings| settings.request_timeout = Duration::from_secs(2))
        .await;
    let answer = send_without_trace(&book, &post("Content-Length: 1000\r\n", "{\"type\":")).await;
    assert_problem(&answer, "request_timeout", 408, "a body without an end");
}

async fn a_client_that_goes_away_leaves_the_server_well(book: &Book) {
    for cut in [10, 60, 150, 200] {
        let whole = post(&format!("Content-Length: {}\r\n", BODY.len() + 10), BODY);
        let part = whole[..cut.min(whole.len())].to_vec();
        let address = book.address();
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("the server accepts connections");
        tokio::io::AsyncWriteExt::write_all(&mut stream, &part)
            .await
            .expect("the server reads");
        drop(stream);
    }
    let _ = book.get_root("/livez").await.expect(200);
    assert_eq!(book.get("/transactions").await.expect(200).rows().len(), 0);
}
