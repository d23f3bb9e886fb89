//! Exports of any size: whole while others write, slow clients, packed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::wire::Wire;
use tests::{Book, Client, OPERATOR_KEY, Random, at_once, on_both};

use super::documents;

on_both!(
    what_is_there_throughout_is_exported_once_while_others_write,
    a_slow_client_holds_no_connection_to_the_database,
    an_export_is_packed_like_everything_else,
);

const CLIENTS: usize = 20;

async fn fill(book: &Book, count: usize, more: &Value) -> Vec<String> {
    at_once(CLIENTS, |client| {
        let (book, more) = (book.client(), more.clone());
        async move {
            let mut ids = Vec::new();
            for number in 0..count / CLIENTS {
                let date = format!("2026-01-{:02}T{client:02}:00:00Z", 1 + number % 28);
                let body = with(
                    credit("ada", "1.00"),
                    json!({"transaction_date": date, "category": "before"}),
                );
                ids.push(book.create(&with(body, more.clone())).await.id());
            }
            ids
        }
    })
    .await
    .concat()
}

/// Posts, re-dates, voids and restores without end, of none but its own.
async fn intrude(client: Client, deeds: Arc<AtomicUsize>) {
    let mut random = Random::seeded(7);
    let mut own: Vec<String> = Vec::new();
    loop {
        let date = json!({"transaction_date": format!("2026-01-{:02}T12:30:00Z", 1 + random.below(28))});
        if own.len() < 50 {
            own.push(client.create(&with(debit("ada", "1.00"), date)).await.id());
        } else {
            let path = format!("/transactions/{}", random.pick(&own));
            let _ = client.patch(&path, &date).await.expect(200);
            let _ = client.delete(&path).await.expect(200);
            let _ = client.post(&format!("{path}/restore"), &json!({})).await.expect(200);
        }
        deeds.fetch_add(1, Ordering::Relaxed);
    }
}

async fn what_is_there_throughout_is_exported_once_while_others_write(book: &Book) {
    let ids = fill(book, 1_000, &json!({})).await;
    let deeds = Arc::new(AtomicUsize::new(0));
    let intruder = tokio::spawn(intrude(book.client(), Arc::clone(&deeds)));
    for query in ["", "&user_id=ada", "&type=credit", "&user_id=ada&category=before"] {
        let before = deeds.load(Ordering::Relaxed);
        let found = book
            .get(&format!("/transactions/export?format=ndjson{query}"))
            .await
            .expect(200);
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut last = String::new();
        for document in documents(&found.text)
            .iter()
            .filter(|document| document["category"] == "before")
        {
            *seen
                .entry(document["id"].as_str().expect("an id is text").to_owned())
                .or_default() += 1;
            let place = format!("{} {}", document["transaction_date"], document["id"]);
            assert!(place > last, "{place} after {last}");
            last = place;
        }
        assert_eq!(seen.len(), ids.len(), "{query}");
        assert!(ids.iter().all(|id| seen.get(id) == Some(&1)), "{query}");
        while deeds.load(Ordering::Relaxed) == before {
            tokio::task::yield_now().await;
        }
    }
    intruder.abort();
    let ended = intruder.await;
    assert!(
        ended.is_err_and(|error| error.is_cancelled()),
        "the intruder was at work to the end"
    );
}

/// A connection that asked for an export, of which it takes no more than it reads.
async fn ask_slowly(book: &Book) -> Wire {
    let mut wire = Wire::open_narrow(book.address()).await;
    let request = format!(
        "GET /api/v1/transactions/export?format=ndjson HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Authorization: Bearer {OPERATOR_KEY}\r\n\r\n"
    );
    wire.send(request.as_bytes()).await;
    assert_eq!(wire.status_line().await, "HTTP/1.1 200 OK");
    wire
}

async fn a_slow_client_holds_no_connection_to_the_database(book: &Book) {
    // One connection that reads for each of the threads: whoever kept it would keep everybody out.
    let book = book.with_settings(|settings| settings.read_pool = 1).await;
    let long: HashMap<String, String> = (0..20)
        .map(|number| (format!("key {number}"), "x".repeat(500)))
        .collect();
    let count = fill(&book, 1_000, &json!({ "metadata": long })).await.len();
    let mut slow = Vec::new();
    for _ in 0..8 {
        slow.push(ask_slowly(&book).await);
    }
    for _ in 0..50 {
        let read = tokio::time::timeout(Duration::from_secs(5), async { book.get("/users/ada/balances").await }).await;
        let _ = read.expect("nothing is held").expect(200);
    }
    for mut stream in slow {
        let rest = stream.rest().await;
        assert!(rest.ends_with("\r\n0\r\n\r\n"), "the answer is whole");
        assert_eq!(rest.matches("\"parent_id\":null").count(), count);
    }
}

async fn an_export_is_packed_like_everything_else(book: &Book) {
    let _ = fill(book, 400, &json!({})).await;
    for format in ["csv", "ndjson"] {
        let path = format!("/transactions/export?format={format}");
        let plain = book.get(&path).await.expect(200);
        assert!(plain.maybe_header("Content-Encoding").is_none());
        for encoding in ["gzip", "br", "zstd"] {
            let packed = book.get(&path).header("Accept-Encoding", encoding).await.expect(200);
            assert_eq!(packed.header("Content-Encoding"), encoding, "{format}");
            assert!(packed.text.len() < plain.text.len() / 4, "{format} {encoding}");
        }
        let unpacked = book.decompressing().get(&path).await.expect(200);
        assert_eq!(unpacked.text, plain.text);
    }
}
