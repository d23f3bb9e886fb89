//! Exports whose database goes away half way.

use std::collections::HashMap;

use serde_json::json;
use tests::body::{credit, with};
use tests::wire::Wire;
use tests::{Book, OPERATOR_KEY, at_once, on_postgres};

on_postgres!(an_export_that_fails_half_way_does_not_look_whole);

const CLIENTS: usize = 20;
const EACH: usize = 50;

/// A transaction with ten kilobytes of metadata: a thousand of them are more than lies between server and client.
async fn fill(book: &Book) {
    let long: HashMap<String, String> = (0..20)
        .map(|number| (format!("key {number}"), "x".repeat(500)))
        .collect();
    let body = with(credit("ada", "1.00"), json!({ "metadata": long }));
    let _ = at_once(CLIENTS, |_| {
        let (client, body) = (book.client(), body.clone());
        async move {
            for _ in 0..EACH {
                let _ = client.create(&body).await;
            }
        }
    })
    .await;
}

async fn ask(book: &Book) -> Wire {
    let mut wire = Wire::open_narrow(book.address()).await;
    let request = format!(
        "GET /api/v1/transactions/export?format=ndjson HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Authorization: Bearer {OPERATOR_KEY}\r\n\r\n"
    );
    wire.send(request.as_bytes()).await;
    assert_eq!(wire.status_line().await, "HTTP/1.1 200 OK");
    wire
}

async fn an_export_that_fails_half_way_does_not_look_whole(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    fill(&book).await;
    // The last chunk of an answer is empty: without it no client takes the answer for whole.
    let end = "\r\n0\r\n\r\n";
    let is_last = |rest: &str| rest.ends_with(end);
    let mut plain = ask(&book).await;
    proxy.refuse();
    proxy.cut();
    let rest = plain.rest().await;
    let found = rest.matches("\"parent_id\":null").count();
    assert!(!is_last(&rest), "the answer looks whole");
    assert!((1..CLIENTS * EACH).contains(&found), "{found} transactions came");
    proxy.recover();
    let rest = ask(&book).await.rest().await;
    assert!(is_last(&rest), "the answer is whole");
    assert_eq!(rest.matches("\"parent_id\":null").count(), CLIENTS * EACH);
}
