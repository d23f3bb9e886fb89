//! Too much of everything: connections, headers, bodies, and answers that nobody takes.

use std::time::Duration;

use tests::body::credit;
use tests::wire::{RawAnswer, Wire, exchange};
use tests::{Book, OPERATOR_KEY, at_once, eventually, on_both};

use super::{Attacked, allow_connections, count_answers};

on_both!(
    idle_and_slow_connections_cost_little_and_end,
    half_heads_behind_requests_cost_little_and_end,
    what_is_too_large_is_cut_off_as_it_passes_its_bound,
    an_answer_that_nobody_takes_is_given_up,
);

/// Connections that are opened, by one address.
const IDLE: u64 = 5_000;
/// Of each kind of slow client.
const SLOW: usize = 100;
/// Clients that read the first line of an answer and then no more.
const READERS: usize = 20;
/// A piece of a body.
const PIECE_BYTES: usize = 64 * 1024;
/// No body of the API is that long; its bound is 1 MiB.
const GIB: usize = 1024 * 1024 * 1024;

fn post(headers: &str) -> String {
    format!(
        "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
         Content-Type: application/json\r\n{headers}\r\n"
    )
}

async fn idle_and_slow_connections_cost_little_and_end(book: &Book) {
    let allowed = allow_connections(IDLE);
    let attacked = Attacked::begin(book).await;
    let address = attacked.serving.address();
    let mut open = Vec::with_capacity(allowed);
    for number in 0..allowed {
        let mut wire = Wire::open(address).await;
        // Half of them were of use once, which lets them be idle for longer.
        if number % 2 == 0 {
            wire.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        }
        open.push(wire);
    }
    let long_head = format!("GET /livez HTTP/1.1\r\nX-Filler: {}", "a".repeat(15 * 1024));
    let slow = at_once(SLOW, |number| {
        let head = long_head.clone();
        async move {
            let mut wire = Wire::open(address).await;
            let (begin, drop_by_drop) = if number % 2 == 0 {
                (head, &b"a"[..])
            } else {
                (post("Content-Length: 100000\r\n"), &b" "[..])
            };
            wire.send(begin.as_bytes()).await;
            // A slow body has 30 s, which this test does not wait for.
            if number % 2 == 0 {
                let rest = wire.rest_while_sending(drop_by_drop).await;
                return Some(RawAnswer::parse(rest.as_bytes()).status);
            }
            None
        }
    })
    .await;
    assert!(slow.iter().flatten().all(|status| *status == 408), "{slow:?}");
    // Those that never asked anything were told so by now, and those that did are still there.
    for (number, wire) in open.iter_mut().enumerate().take(20) {
        let answer = wire.answer().await;
        assert_eq!(answer.status, if number % 2 == 0 { 200 } else { 408 }, "{number}");
    }
    attacked.end().await;
}

async fn half_heads_behind_requests_cost_little_and_end(book: &Book) {
    let allowed = allow_connections(IDLE);
    let attacked = Attacked::begin(book).await;
    let address = attacked.serving.address();
    // As much as the framework would keep of a head, and as little as the server keeps of one.
    let [long, short] = [100, 15].map(|kib| {
        format!(
            "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET /livez HTTP/1.1\r\nX-Filler: {}",
            "a".repeat(kib * 1024)
        )
    });
    let mut open = Vec::with_capacity(allowed);
    for number in 0..allowed {
        let is_long = number % 2 == 0;
        let mut wire = Wire::open(address).await;
        wire.send(if is_long { &long } else { &short }.as_bytes()).await;
        // One after another: how fast clients are is not what is measured.
        let status = wire.answer().await.status;
        // What is sent in vain may keep a client from reading its answers.
        assert!(status == 200 || (is_long && status == 0), "{number}: {status}");
        open.push((wire, is_long));
    }
    for (number, (mut wire, is_long)) in open.into_iter().enumerate() {
        let rest = wire.rest().await;
        let late = rest.matches("HTTP/1.1 408 ").count();
        assert_eq!(late, usize::from(!is_long), "{number}: {rest}");
    }
    attacked.end().await;
}

/// Sends a piece over and over until the server ends the connection, and says how much was sent and what came back.
async fn flood(mut wire: Wire, piece: &[u8]) -> (usize, String) {
    let mut sent = 0;
    while sent < GIB {
        if !wire.try_send(piece).await {
            break;
        }
        sent += piece.len();
    }
    (sent, wire.rest().await)
}

async fn what_is_too_large_is_cut_off_as_it_passes_its_bound(book: &Book) {
    let attacked = Attacked::begin(book).await;
    let address = attacked.serving.address();
    let piece = vec![b' '; PIECE_BYTES];
    let chunk = [format!("{PIECE_BYTES:x}\r\n").as_bytes(), &piece, b"\r\n"].concat();
    let header = b"X-Filler: abc\r\n".repeat(100);
    let mut answered = 0;
    for (what, head, piece, status) in [
        ("10,000 headers", "GET /livez HTTP/1.1\r\n".to_owned(), &header, 400),
        (
            "an endless header",
            "GET /livez HTTP/1.1\r\nX-Filler: ".to_owned(),
            &piece,
            400,
        ),
        (
            "1 GiB by its length",
            post(&format!("Content-Length: {GIB}\r\n")),
            &piece,
            413,
        ),
        ("1 GiB in chunks", post("Transfer-Encoding: chunked\r\n"), &chunk, 413),
    ] {
        for _ in 0..4 {
            let mut wire = Wire::open(address).await;
            wire.send(head.as_bytes()).await;
            let (sent, rest) = flood(wire, piece).await;
            // What the system keeps for both sides comes on top of what the server reads.
            assert!(sent < 64 * 1024 * 1024, "{what}: {sent} bytes were taken");
            if !rest.is_empty() {
                assert_eq!(RawAnswer::parse(rest.as_bytes()).status, status, "{what}: {rest}");
                assert_eq!(count_answers(&rest), 1, "{what}: {rest}");
                answered += 1;
            }
        }
    }
    // What is sent in vain may keep a client from reading its answer, but not each.
    assert!(answered > 0);
    let garbage = [&b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], &[0xff; 4096]].concat();
    let received = exchange(address, &garbage.repeat(20)).await;
    assert!(received.starts_with("HTTP/1.1 200 "), "{received}");
    assert_eq!(received.matches("HTTP/1.1 200 ").count(), 1, "{received}");
    assert_eq!(received.matches("HTTP/1.1 400 ").count(), 1, "{received}");
    attacked.end().await;
}

async fn an_answer_that_nobody_takes_is_given_up(book: &Book) {
    let attacked = Attacked::begin(book).await;
    let client = attacked.serving.client(OPERATOR_KEY);
    let text = "x".repeat(500);
    let one = || {
        let mut body = credit("ada", "1.00");
        body["description"] = text.clone().into();
        body
    };
    let list: Vec<_> = (0..1000).map(|_| one()).collect();
    for _ in 0..6 {
        let batch = serde_json::json!({"atomic": true, "transactions": list});
        let _ = client.post("/transactions/batch", &batch).await.expect(201);
    }
    let export = format!(
        "GET /api/v1/transactions/export?format=ndjson HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \
         {OPERATOR_KEY}\r\n\r\n"
    );
    let files_before = attacked.serving.open_files();
    let mut wires = Vec::new();
    for _ in 0..READERS {
        let mut wire = Wire::open_narrow(attacked.serving.address()).await;
        wire.send(export.as_bytes()).await;
        assert_eq!(wire.status_line().await, "HTTP/1.1 200 OK");
        wires.push(wire);
    }
    assert!(attacked.serving.open_files() >= files_before + READERS);
    // Each has 30 s from when it last took something. It is not told: it would have to read that.
    eventually("the connections are given up", Duration::from_secs(50), async || {
        (attacked.serving.open_files() < files_before + READERS / 2).then_some(())
    })
    .await;
    drop(wires);
    attacked.end().await;
}
