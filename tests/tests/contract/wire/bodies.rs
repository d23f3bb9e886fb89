//! Bodies that are too large, that nobody reads, or whose chunks are malformed.

use std::time::Instant;

use tests::wire::{RawAnswer, Wire, exchange, send};
use tests::{Book, OPERATOR_KEY, on_both};

use super::{BODY, HELD_TIME_MAX, assert_last_problem, assert_problem, post, send_without_trace};

on_both!(
    a_body_without_a_length_is_bounded_too,
    a_body_that_nobody_reads_ends_the_connection,
    the_rest_of_a_body_that_is_too_large_ends_the_connection,
    a_malformed_chunk_is_answered_once,
    a_malformed_chunk_that_comes_late_is_answered_once,
);

async fn a_body_without_a_length_is_bounded_too(book: &Book) {
    let chunk = format!("{:x}\r\n{}\r\n", 64 * 1024, " ".repeat(64 * 1024));
    let body = format!("{}0\r\n\r\n", chunk.repeat(17));
    let answer = send_without_trace(book, &post("Transfer-Encoding: chunked\r\n", &body)).await;
    assert_problem(&answer, "payload_too_large", 413, "17 chunks of 64 KiB");

    let whole = format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len());
    let taken = send(book.address(), &post("Transfer-Encoding: chunked\r\n", &whole)).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
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
