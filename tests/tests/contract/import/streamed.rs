//! The body as it comes: torn apart, slow, broken off, and into a queue that is full.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::body::credit;
use tests::wire::Wire;
use tests::{Book, OPERATOR_KEY, eventually, on_both};

use super::{CSV, NDJSON, assert_report, import, lines};

on_both!(
    a_body_in_small_pieces_is_imported,
    an_import_may_take_longer_than_a_request,
    of_a_body_that_breaks_off_whole_rows_are_kept,
    an_import_waits_for_room_in_the_queue,
    an_import_waits_for_commits_that_fail_for_a_while,
);

/// The head of an import whose body comes in chunks.
pub(super) fn head(media_type: &str) -> String {
    format!(
        "POST /api/v1/transactions/import HTTP/1.1\r\nHost: daybook\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
         Content-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
}

/// A piece of such a body; an empty one ends it.
pub(super) fn chunk(piece: &str) -> String {
    format!("{:x}\r\n{piece}\r\n", piece.len())
}

async fn a_body_in_small_pieces_is_imported(book: &Book) {
    let file = "type,user_id,amount,description\ncredit,ada,1,\"a, b\"\ncredit,añá,1,\ncredit,ada,1,é\u{20ac}\n";
    let mut wire = Wire::open(book.address()).await;
    wire.send(head(CSV).as_bytes()).await;
    for byte in file.as_bytes() {
        wire.send(b"1\r\n").await;
        wire.send(&[*byte]).await;
        wire.send(b"\r\n").await;
    }
    wire.send(chunk("").as_bytes()).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        (&answer.body["accepted"], &answer.body["rejected"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(answer.body["errors"][0]["line"], 3);
    assert_eq!(book.balance_of("ada").await, "2.00");
}

async fn an_import_may_take_longer_than_a_request(book: &Book) {
    let book = book
        .with_settings(|settings| settings.request_timeout = Duration::from_secs(1))
        .await;
    let mut wire = Wire::open(book.address()).await;
    wire.send(head(NDJSON).as_bytes()).await;
    let started = Instant::now();
    let mut rows = 0;
    while started.elapsed() < Duration::from_secs(3) {
        wire.send(chunk(&lines(&[credit("ada", "1")])).as_bytes()).await;
        rows += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // What has come is recorded while more is to come.
    eventually("rows are recorded", Duration::from_secs(5), async || {
        (book.walk("/transactions", 200).await.len() == rows).then_some(())
    })
    .await;
    wire.send(chunk("").as_bytes()).await;
    let answer = wire.answer().await;
    assert_eq!(
        (answer.status, &answer.body["accepted"]),
        (200, &json!(rows)),
        "{}",
        answer.body
    );
}

async fn of_a_body_that_breaks_off_whole_rows_are_kept(book: &Book) {
    let mut wire = Wire::open(book.address()).await;
    wire.send(head(CSV).as_bytes()).await;
    let file = "type,user_id,amount\ncredit,ada,1\ncredit,ada,1\ncredit,ada,1";
    wire.send(chunk(file).as_bytes()).await;
    let is_recorded = async || (book.walk("/transactions", 200).await.len() == 2).then_some(());
    eventually("whole rows are recorded", Duration::from_secs(5), is_recorded).await;
    drop(wire);
    // Who knows whether the last row was 1 or 1000: the next import says.
    let answer = import(book, "", CSV, format!("{file}000\n")).await;
    assert_report(&answer, [1, 2, 0], &[]);
    assert_eq!(book.balance_of("ada").await, "1002.00");
}

async fn an_import_waits_for_room_in_the_queue(book: &Book) {
    let book = book.with_settings(|settings| {
        settings.queue_max = 4;
        settings.batch_max = 2;
    });
    let book = book.await;
    let rows = vec![credit("ada", "1"); 300];
    assert_report(&import(&book, "", NDJSON, lines(&rows)).await, [300, 0, 0], &[]);
    assert_eq!(book.balance_of("ada").await, "300.00");
    book.database().verify().await;
}

async fn an_import_waits_for_commits_that_fail_for_a_while(book: &Book) {
    let _ = book.create(&credit("eve", "1")).await;
    let block = book.database().block_writes().await;
    let rows: Vec<_> = (0..2_500)
        .map(|number| {
            if number % 2 == 0 {
                credit("ada", "1")
            } else {
                json!({"type": "debit", "user_id": "ada", "amount": "1"})
            }
        })
        .collect();
    let client = book.client();
    let request = tokio::spawn(async move { import(&client, "", NDJSON, lines(&rows)).await });
    // Longer than a commit waits for the lock: rows fail, and are asked again.
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert!(!request.is_finished());
    drop(block);
    let answer = request.await.expect("the import is answered");
    assert_report(&answer, [2_500, 0, 0], &[]);
    assert_eq!(book.balance_of("ada").await, "0.00");
    assert_eq!(book.walk("/transactions?user_id=ada", 200).await.len(), 2_500);
    book.database().verify().await;
}
