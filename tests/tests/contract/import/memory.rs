//! The memory of the server does not grow with the file, and no more of it is read than is recorded.

use std::time::Duration;

use serde_json::json;
use tests::program::{Folder, Serving};
use tests::wire::Wire;
use tests::{Book, Client, Database, OPERATOR_KEY, on_both};

use super::NDJSON;
use super::streamed::{chunk, head};

on_both!(
    the_memory_of_the_server_does_not_grow_with_the_file,
    no_more_is_read_than_can_be_recorded,
);

const MIB: usize = 1024 * 1024;
/// The file of the first test.
const FILE_BYTES: usize = 200 * MIB;
/// What the server may take on for it, far less than the file. Most of it are the window of rows and its commits.
const GROWTH_KIB_MAX: u64 = 128 * 1024;
/// What may be read of a file none of whose rows can be recorded: window, queue, and what lies in sockets.
const READ_AHEAD_BYTES_MAX: usize = 32 * MIB;
/// Longer than to send all of that takes.
const SEND_TIME_MAX: Duration = Duration::from_secs(4);

/// A server of its own, whose memory is nobody else's.
async fn serve(book: &Book, folder: &Folder) -> (Database, Serving) {
    let database = Database::migrated(book.engine())
        .await
        .expect("the engine was there a moment ago");
    let server = Serving::on(database.url(), folder).await;
    (database, server)
}

/// A row with as much text as a good one may have.
fn row(number: usize) -> String {
    let text = "x".repeat(500);
    let metadata: serde_json::Map<_, _> = (0..50).map(|key| (format!("key-{key}"), json!(text))).collect();
    let row = json!({
        "type": "credit", "user_id": format!("user-{number}"), "amount": "1", "description": text, "metadata": metadata,
    });
    format!("{row}\n")
}

async fn is_alive(client: &Client) {
    let _ = client.anonymous().get_root("/livez").await.expect(200);
}

async fn the_memory_of_the_server_does_not_grow_with_the_file(book: &Book) {
    let folder = Folder::empty();
    let (database, server) = serve(book, &folder).await;
    let client = server.client(OPERATOR_KEY);
    is_alive(&client).await;
    let before = server.memory_max_kib();
    let mut wire = Wire::open(server.address()).await;
    wire.send(head(NDJSON).as_bytes()).await;
    let good = (0..1_500).map(row).collect::<Vec<_>>().concat();
    wire.send(chunk(&good).as_bytes()).await;
    // Rows that are too long, rows that say nothing, blank lines, and one that has no end.
    let long = format!("{}\n", "y".repeat(3 * MIB));
    let bad = "{\"type\":\"gift\"}\n".repeat(5_000);
    let mut sent = good.len();
    let (mut rows, mut turns) = (0, 0);
    while sent < FILE_BYTES / 2 {
        for piece in [&long, &bad, &"\n".repeat(MIB)] {
            wire.send(chunk(piece).as_bytes()).await;
            sent += piece.len();
        }
        rows += 5_001;
        turns += 1;
    }
    while sent < FILE_BYTES {
        wire.send(chunk(&"z".repeat(MIB)).as_bytes()).await;
        sent += MIB;
    }
    wire.send(chunk("").as_bytes()).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert_eq!(
        (&answer.body["accepted"], &answer.body["rejected"]),
        (&json!(1_500), &json!(rows + 1))
    );
    assert!(turns > 10, "{turns}");
    let growth = server.memory_max_kib() - before;
    assert!(growth < GROWTH_KIB_MAX, "it took {growth} KiB for {sent} bytes");
    database.verify().await;
}

async fn no_more_is_read_than_can_be_recorded(book: &Book) {
    let folder = Folder::empty();
    let (database, server) = serve(book, &folder).await;
    let client = server.client(OPERATOR_KEY);
    is_alive(&client).await;
    let before = server.memory_max_kib();
    let block = database.block_writes().await;
    let mut wire = Wire::open(server.address()).await;
    wire.send(head(NDJSON).as_bytes()).await;
    let mut sent = 0;
    let send = async {
        for number in 0.. {
            let row = chunk(&row(number));
            wire.send(row.as_bytes()).await;
            sent += row.len();
        }
    };
    let ended = tokio::time::timeout(SEND_TIME_MAX, send).await;
    assert!(ended.is_err(), "somebody reads without end");
    assert!((MIB..READ_AHEAD_BYTES_MAX).contains(&sent), "{sent} bytes were taken");
    let growth = server.memory_max_kib() - before;
    assert!(growth < GROWTH_KIB_MAX, "it took {growth} KiB");
    is_alive(&client).await;
    drop((wire, block));
}
