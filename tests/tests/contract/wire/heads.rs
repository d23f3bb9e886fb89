//! Heads of requests that are refused, by a last answer where the server cannot read on behind them.

use tests::wire::{RawAnswer, exchange, send};
use tests::{Book, OPERATOR_KEY, on_both};

use super::{BODY, assert_last_problem, assert_problem, post, send_without_trace};

on_both!(
    bytes_that_are_no_request_are_refused,
    what_is_no_request_does_not_spoil_the_answers_before_it,
    ids_that_clients_normalise_are_refused,
    bad_header_syntax_is_refused,
    two_lengths_are_one_too_many,
    too_many_headers_are_refused,
);

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

async fn too_many_headers_are_refused(book: &Book) {
    // `post` has five of its own.
    for (fillers, status) in [(91, 201), (92, 400)] {
        let headers = format!(
            "Content-Length: {}\r\n{}",
            BODY.len(),
            "X-Filler: abc\r\n".repeat(fillers)
        );
        let request = post(&headers, BODY);
        assert_eq!(String::from_utf8_lossy(&request).matches(": ").count(), fillers + 5);
        let answer = send(book.address(), &request).await;
        assert_eq!(answer.status, status, "{fillers}: {}", answer.body);
        if status == 400 {
            assert_last_problem(&answer, "malformed_request", 400, "97 headers");
        }
    }
    assert_eq!(book.get("/transactions").await.expect(200).rows().len(), 1);
    let many = "X-Filler: abc\r\n".repeat(500);
    let answer = send_without_trace(book, &post(&format!("Content-Length: 2\r\n{many}"), "{}")).await;
    assert_last_problem(&answer, "malformed_request", 400, "500 headers");
    let long = format!("Content-Length: 2\r\nX-Filler: {}\r\n", "a".repeat(1024 * 1024));
    let answer = send_without_trace(book, &post(&long, "{}")).await;
    assert_last_problem(&answer, "malformed_request", 400, "a header of 1 MiB");
}
