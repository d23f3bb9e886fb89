//! Clients that are slow: what has how long, and what is cut off.

use std::time::{Duration, Instant};

use tests::wire::{RawAnswer, Wire};
use tests::{Book, OPERATOR_KEY, on_both};

use super::{BODY, HELD_TIME_MAX, assert_last_problem, assert_problem, post, send_without_trace};

on_both!(
    slow_headers_are_cut_off,
    later_headers_are_cut_off_as_the_first_are,
    a_slow_body_is_cut_off,
    a_trailer_without_an_end_is_cut_off,
    a_body_may_be_slower_than_headers,
);

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

async fn a_trailer_without_an_end_is_cut_off(book: &Book) {
    let book = book
        .with_settings(|settings| settings.request_timeout = Duration::from_secs(2))
        .await;
    let body = format!("{:x}\r\n{BODY}\r\n0\r\nX-Trailer: a\n", BODY.len());
    let received = book
        .leaves_no_trace(async || {
            let mut wire = Wire::open(book.address()).await;
            wire.send(&post("Transfer-Encoding: chunked\r\n", &body)).await;
            let begun_at = Instant::now();
            let rest = wire.rest_while_sending(b"\n\nGET /livez HTTP/1.1\n\n").await;
            assert!(begun_at.elapsed() < HELD_TIME_MAX);
            rest
        })
        .await;
    assert_eq!(received.matches("HTTP/1.1 ").count(), 1, "{received}");
    let answer = RawAnswer::parse(received.as_bytes());
    assert_last_problem(&answer, "request_timeout", 408, "a trailer of line feeds");
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
