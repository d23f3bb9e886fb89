//! Requests as bytes: what a decent client never sends must neither stop the server nor leave a trace.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::wire::{RawAnswer, Wire, exchange, send};
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
    later_headers_are_cut_off_as_the_first_are,
    a_slow_body_is_cut_off,
    a_body_may_be_slower_than_headers,
    a_body_that_nobody_reads_ends_the_connection,
    the_rest_of_a_body_that_is_too_large_ends_the_connection,
    a_malformed_chunk_is_answered_once,
    a_malformed_chunk_that_comes_late_is_answered_once,
    a_client_that_goes_away_leaves_the_server_well,
);

fn post(extra_headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
         Content-Type: application/json\r\nConnection: close\r\n{extra_headers}\r\n{body}"
    )
    .into_bytes()
}

/// How long the server may go on with a client that it has given up: longer than its own limits for slow requests.
const HELD_TIME_MAX: Duration = Duration::from_secs(20);

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

async fn later_headers_are_cut_off_as_the_first_are(book: &Book) {
    for bytes in [&b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"[..], b"\r\n"] {
        let mut wire = Wire::open(book.address()).await;
        for _ in 0..2 {
            wire.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
            assert_eq!(wire.answer().await.status, 200);
        }
        let begun_at = Instant::now();
        wire.send(bytes).await;
        let rest = wire.rest().await;
        let what = String::from_utf8_lossy(bytes);
        assert_last_problem(&RawAnswer::parse(rest.as_bytes()), "request_timeout", 408, &what);
        assert!(begun_at.elapsed() < HELD_TIME_MAX, "{what:?}");
    }
}

async fn a_slow_body_is_cut_off(book: &Book) {
    let book = book
        .with_settings(|settings| settings.request_timeout = Duration::from_secs(2))
        .await;
    let answer = send_without_trace(&book, &post("Content-Length: 1000\r\n", "{\"type\":")).await;
    assert_problem(&answer, "request_timeout", 408, "a body without an end");
}

async fn a_body_may_be_slower_than_headers(book: &Book) {
    let head = format!(
        "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    );
    let mut wire = Wire::open(book.address()).await;
    for _ in 0..2 {
        wire.send(head.as_bytes()).await;
        let (first, last) = BODY.split_at(10);
        wire.send(first.as_bytes()).await;
        // Headers have 5 s.
        tokio::time::sleep(Duration::from_secs(6)).await;
        wire.send(last.as_bytes()).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status, 201, "{} {}", answer.head, answer.body);
    }
}

async fn a_body_that_nobody_reads_ends_the_connection(book: &Book) {
    let authorization = format!("Authorization: Bearer {OPERATOR_KEY}\r\n");
    let unread = [
        ("POST /api/v1/transactions", "", 401),
        ("POST /api/v1/nowhere", &authorization, 404),
        ("PUT /api/v1/transactions", &authorization, 405),
        ("GET /api/v1/transactions", &authorization, 200),
        ("GET /livez", "", 200),
        ("DELETE /api/v1/keys/me", &authorization, 400),
    ];
    let chunked = ("Transfer-Encoding: chunked", "1\r\n \r\n");
    let announced = ("Content-Length: 1000000000", " ");
    let one = async |(line, authorization, status): (&str, &str, u16), (header, piece): (&str, &str)| {
        let what = format!("{line}, {header}");
        let mut wire = Wire::open(book.address()).await;
        let head = format!("{line} HTTP/1.1\r\nHost: localhost\r\n{authorization}{header}\r\n\r\n{piece}");
        wire.send(head.as_bytes()).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status, status, "{what}: {} {}", answer.head, answer.body);
        assert_eq!(answer.header("Connection"), Some("close"), "{what}: {}", answer.head);
        let answered_at = Instant::now();
        assert_eq!(wire.rest_while_sending(piece.as_bytes()).await, "", "{what}");
        assert!(answered_at.elapsed() < HELD_TIME_MAX, "{what}");
    };
    tokio::join!(
        one(unread[0], chunked),
        one(unread[1], chunked),
        one(unread[2], chunked),
        one(unread[3], chunked),
        one(unread[4], chunked),
        one(unread[5], chunked),
        one(unread[0], announced),
        one(unread[1], announced),
        one(unread[2], announced),
        one(unread[3], announced),
        one(unread[4], announced),
        one(unread[5], announced),
    );
}

async fn the_rest_of_a_body_that_is_too_large_ends_the_connection(book: &Book) {
    let chunk = format!("{:x}\r\n{}\r\n", 64 * 1024, " ".repeat(64 * 1024));
    let mut wire = Wire::open(book.address()).await;
    wire.send(&post("Transfer-Encoding: chunked\r\n", &chunk.repeat(17)))
        .await;
    let answer = wire.answer().await;
    assert_last_problem(
        &answer,
        "payload_too_large",
        413,
        "17 chunks of 64 KiB and more to come",
    );
    let answered_at = Instant::now();
    assert_eq!(wire.rest_while_sending(chunk.as_bytes()).await, "");
    assert!(answered_at.elapsed() < HELD_TIME_MAX);
}

async fn a_malformed_chunk_is_answered_once(book: &Book) {
    let authorization = format!("Authorization: Bearer {OPERATOR_KEY}\r\n");
    for (line, authorization, code, status) in [
        ("POST /api/v1/transactions", &*authorization, "malformed_request", 400),
        ("GET /api/v1/transactions", &authorization, "malformed_request", 400),
        ("DELETE /api/v1/keys/0", &authorization, "malformed_request", 400),
        ("POST /api/v1/transactions", "", "unauthenticated", 401),
        ("POST /api/v1/nowhere", "", "not_found", 404),
        ("PUT /api/v1/transactions", "", "method_not_allowed", 405),
    ] {
        let head = format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\n{authorization}Content-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        );
        for body in ["ZZ\r\n", "1\r\n{ZZ", "1\r\n{\r\nZZ\r\n"] {
            let request = format!("{head}{body}");
            let received = book
                .leaves_no_trace(async || exchange(book.address(), request.as_bytes()).await)
                .await;
            let what = format!("{line}, {authorization:?}, {body:?}");
            assert_eq!(received.matches("HTTP/1.1 ").count(), 1, "{what}: {received}");
            let answer = RawAnswer::parse(received.as_bytes());
            assert_last_problem(&answer, code, status, &what);
            if status == 400 {
                assert_eq!(answer.body["detail"], "The chunked coding of the body is malformed.");
            }
        }
    }
}

async fn a_malformed_chunk_that_comes_late_is_answered_once(book: &Book) {
    for _ in 0..20 {
        let mut wire = Wire::open(book.address()).await;
        wire.send(&post("Transfer-Encoding: chunked\r\n", "1\r\n{\r\n")).await;
        // The handler may wait for the credential or for the body by now.
        tokio::task::yield_now().await;
        wire.send(b"ZZ\r\n").await;
        let received = wire.rest().await;
        assert_eq!(received.matches("HTTP/1.1 ").count(), 1, "{received}");
        let answer = RawAnswer::parse(received.as_bytes());
        assert_last_problem(&answer, "malformed_request", 400, "a second chunk of size ZZ");
        assert_eq!(answer.body["detail"], "The chunked coding of the body is malformed.");
    }
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
