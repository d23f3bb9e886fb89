//! Too much, or too slow: 503 with `Retry-After`, and nothing lost; section 2 of the contract.

use std::time::{Duration, Instant};

use tests::body::credit;
use tests::{Answer, Book, eventually, on_both};

on_both!(
    a_full_queue_is_refused_at_once,
    a_write_that_cannot_commit_in_time_is_unavailable_and_leaves_nothing,
    a_write_whose_time_passes_in_the_queue_is_not_made_any_more,
    reading_goes_on_while_writing_is_blocked,
);

async fn a_full_queue_is_refused_at_once(book: &Book) {
    let book = book.with_settings(|settings| {
        settings.queue_max = 4;
        settings.batch_max = 2;
    });
    let book = book.await;
    let _ = book.create(&credit("ada", "1.00")).await;
    let block = book.database().block_writes().await;
    let waiting: Vec<_> = (0..40)
        .map(|_| {
            let client = book.client();
            tokio::spawn(async move {
                let started = Instant::now();
                (
                    client.post("/transactions", &credit("ada", "1.00")).await,
                    started.elapsed(),
                )
            })
        })
        .collect();
    // Those that found no room are answered while writing is still blocked; the others wait.
    eventually("most are refused", Duration::from_secs(10), async || {
        (waiting.iter().filter(|task| task.is_finished()).count() >= 40 - 4 - 2).then_some(())
    })
    .await;
    let _ = book.anonymous().get_root("/livez").await.expect(200);
    drop(block);
    let mut made = 0;
    let mut refused = 0;
    for task in waiting {
        let (answer, elapsed) = task.await.expect("every client is answered");
        match answer.status {
            201 => made += 1,
            _ if answer.body["code"] == "overloaded" => {
                let _ = answer.problem("overloaded", 503);
                assert!(elapsed < Duration::from_secs(5), "refused after {elapsed:?}");
                refused += 1;
            }
            // Whoever was in the batch when the database gave up waiting for the lock.
            _ => drop(answer.problem("unavailable", 503)),
        }
    }
    assert!(refused >= 34, "{refused} of 40 were refused");
    assert_eq!(book.walk("/transactions", 200).await.len(), 1 + made);
    let _ = book.create(&credit("ada", "1.00")).await;
}

async fn a_write_that_cannot_commit_in_time_is_unavailable_and_leaves_nothing(book: &Book) {
    let book = book
        .with_settings(|settings| settings.request_timeout = Duration::from_secs(1))
        .await;
    let _ = book.create(&credit("ada", "1.00")).await;
    let block = book.database().block_writes().await;
    let before = book.database().snapshot().await;
    let started = Instant::now();
    let refused: Answer = book.post("/transactions", &credit("ada", "20.00")).key("k").await;
    // What it waits for is a lock, and for that 5 s at most, whatever its own time.
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "answered after {:?}",
        started.elapsed()
    );
    let _ = refused.problem("unavailable", 503);
    book.database().snapshot().await.assert_same_as(&before);
    drop(block);
    let made = eventually("writing works again", Duration::from_secs(10), async || {
        let answer = book.post("/transactions", &credit("ada", "20.00")).key("k").await;
        (answer.status != 503).then_some(answer)
    });
    let _ = made.await.expect(201);
    assert_eq!(book.balance_of("ada").await, "21.00");
}

async fn a_write_whose_time_passes_in_the_queue_is_not_made_any_more(book: &Book) {
    let book = book
        .with_settings(|settings| {
            settings.request_timeout = Duration::from_millis(500);
            settings.batch_max = 1;
        })
        .await;
    let _ = book.create(&credit("first", "1.00")).await;
    let block = book.database().block_writes().await;
    let waiting: Vec<_> = (0..9)
        .map(|number| {
            let client = book.client();
            let body = credit(&format!("user-{number}"), "1.00");
            tokio::spawn(async move { client.post("/transactions", &body).await })
        })
        .collect();
    // One waits for the lock, the others for its commit.
    book.queued(8).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(block);
    let mut made = 0;
    for task in waiting {
        let answer = task.await.expect("every client is answered");
        if answer.status == 201 {
            made += 1;
        } else {
            let _ = answer.problem("unavailable", 503);
        }
    }
    assert_eq!(made, 1, "it was begun in time");
    assert_eq!(book.walk("/transactions", 200).await.len(), 2);
    assert_eq!(book.walk("/users", 200).await.len(), 2);
    let _ = book.create(&credit("first", "1.00")).await;
}

async fn reading_goes_on_while_writing_is_blocked(book: &Book) {
    let made = book.create(&credit("ada", "1.00")).await;
    let block = book.database().block_writes().await;
    for path in [
        format!("/transactions/{}", made.id()),
        "/users".to_owned(),
        "/users/ada/stats".to_owned(),
    ] {
        let _ = book.get(&path).await.expect(200);
    }
    let _ = book.anonymous().get_root("/readyz").await.expect(200);
    drop(block);
}
