//! Requests as bytes: what a decent client never sends must neither stop the server nor leave a trace.

mod bodies;
mod connections;
mod heads;
mod pipelined;
mod slow;

use std::time::Duration;

use serde_json::json;
use tests::wire::{RawAnswer, send};
use tests::{Book, OPERATOR_KEY, on_both};

on_both!(a_client_that_goes_away_leaves_the_server_well);

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
