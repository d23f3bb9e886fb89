//! How many connections there are at once.

use std::time::Duration;

use tests::wire::Wire;
use tests::{Book, on_both};

on_both!(a_connection_too_many_waits_until_one_ends);

const CONNECTIONS_MAX: usize = 4;
const GET: &[u8] = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn a_connection_too_many_waits_until_one_ends(book: &Book) {
    let book = book
        .with_settings(|settings| settings.connections_max = CONNECTIONS_MAX)
        .await;
    let mut open = Vec::new();
    for number in 0..CONNECTIONS_MAX {
        let mut wire = Wire::open(book.address()).await;
        wire.send(GET).await;
        assert_eq!(wire.answer().await.status, 200, "{number}");
        open.push(wire);
    }
    let mut waiting = Wire::open(book.address()).await;
    waiting.send(GET).await;
    let early = tokio::time::timeout(Duration::from_secs(1), waiting.answer()).await;
    assert!(early.is_err(), "it is one too many: {early:?}");
    // Those that are there are served meanwhile.
    for wire in &mut open {
        wire.send(GET).await;
        assert_eq!(wire.answer().await.status, 200);
    }
    drop(open.pop());
    assert_eq!(waiting.answer().await.status, 200);
}
