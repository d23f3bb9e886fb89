//! Requests whose end two readers see in different places: the server never answers what stands behind such an end as a
//! request of its own.

use tests::wire::{RawAnswer, exchange};
use tests::{Book, OPERATOR_KEY, on_both};

use super::{Attacked, count_answers};

on_both!(no_second_request_is_made_of_what_was_smuggled);

/// A request that would be seen: its answer has this id.
const SMUGGLED: &str = "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: smuggled\r\n\r\n";

/// Heads of a POST and the bodies behind them, in which a request hides: lengths and codings that can be read in two ways.
fn heads() -> Vec<(&'static str, String)> {
    let length = SMUGGLED.len();
    let ended = format!("0\r\n\r\n{SMUGGLED}");
    vec![
        (
            "both lengths, the chunks end first",
            format!(
                "Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n{ended}",
                ended.len()
            ),
        ),
        (
            "both lengths, the length ends first",
            format!("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n{length:x}\r\n{SMUGGLED}\r\n0\r\n\r\n"),
        ),
        (
            "two lengths that differ",
            format!("Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{SMUGGLED}"),
        ),
        (
            "two lengths in one",
            format!("Content-Length: 0, {length}\r\n\r\n{SMUGGLED}"),
        ),
        ("a length with a sign", format!("Content-Length: +0\r\n\r\n{SMUGGLED}")),
        (
            "a length in hexadecimal",
            format!("Content-Length: 0x0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "an unknown coding",
            format!("Transfer-Encoding: xchunked\r\n\r\n{ended}"),
        ),
        (
            "chunks that are no last coding",
            format!("Transfer-Encoding: chunked, identity\r\n\r\n{ended}"),
        ),
        (
            "two codings",
            format!("Transfer-Encoding: chunked\r\nTransfer-Encoding: xchunked\r\n\r\n{ended}"),
        ),
        (
            "a coding with a space before its colon",
            format!("Transfer-Encoding : chunked\r\n\r\n{ended}"),
        ),
        (
            "a coding with a vertical tab",
            format!("Transfer-Encoding: \x0bchunked\r\n\r\n{ended}"),
        ),
        (
            "a folded header",
            format!("X-Filler: a\r\n Content-Length: 0\r\n\r\n{SMUGGLED}"),
        ),
        (
            "a folded coding",
            format!("Transfer-Encoding:\r\n chunked\r\n\r\n{ended}"),
        ),
    ]
}

/// The same with chunks that can be read in two ways.
fn chunks() -> Vec<(&'static str, String)> {
    vec![
        (
            "a chunk whose size is too large for a number",
            format!("Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n{SMUGGLED}"),
        ),
        (
            "chunks that end with a bare line feed",
            format!("Transfer-Encoding: chunked\r\n\r\n0\n\n{SMUGGLED}"),
        ),
        (
            "a chunk whose size has a sign",
            format!("Transfer-Encoding: chunked\r\n\r\n-1\r\n{SMUGGLED}"),
        ),
        (
            "a chunk that is longer than its size",
            format!("Transfer-Encoding: chunked\r\n\r\n1\r\n{{{SMUGGLED}0\r\n\r\n"),
        ),
        (
            "a chunk whose size is in another base",
            format!("Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{SMUGGLED}"),
        ),
    ]
}

async fn no_second_request_is_made_of_what_was_smuggled(book: &Book) {
    let attacked = Attacked::begin(book).await;
    for (what, rest) in heads().into_iter().chain(chunks()) {
        let request = format!(
            "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
             Content-Type: application/json\r\n{rest}"
        );
        let received = exchange(attacked.serving.address(), request.as_bytes()).await;
        assert!(!received.contains("smuggled"), "{what}: {received}");
        assert_eq!(count_answers(&received), 1, "{what}: {received}");
        let answer = RawAnswer::parse(received.as_bytes());
        assert_eq!(answer.status, 400, "{what}: {received}");
        assert_eq!(answer.header("Connection"), Some("close"), "{what}: {received}");
    }
    attacked.end().await;
}
