//! The bound of a day's total, which no amount is large enough to be tested for beforehand: the database's refusal of the
//! sum, in the middle of a batch.

use std::time::Duration;

use serde_json::json;
use tests::accounting::assert_zero_sum;
use tests::body::{credit, debit, with};
use tests::{Book, on_both};

on_both!(a_full_day_refuses_what_does_not_fit_and_none_of_its_neighbours,);

/// How long a command is waited for to be taken out of an empty queue.
const ALONE_FOR: Duration = Duration::from_millis(500);

/// Half of 2^63 minor units, and the other half but for six: together five less than the largest total.
const HALVES: [&str; 2] = ["46116860184273879.04", "46116860184273878.98"];

/// Posts all at once, so that they are committed together; how many were made, and how many were `amount_overflow`.
async fn post_together(book: &Book, bodies: Vec<serde_json::Value>) -> Vec<(serde_json::Value, bool)> {
    let block = book.database().block_writes().await;
    let count = u64::try_from(bodies.len()).expect("a small number");
    let mut waiting = Vec::new();
    for body in bodies {
        let client = book.client();
        waiting.push(tokio::spawn(async move {
            (body.clone(), client.post("/transactions", &body).await)
        }));
        if waiting.len() == 1 {
            // It is the first batch, which waits for the lock; the others are the second.
            tokio::time::sleep(ALONE_FOR).await;
        }
    }
    book.queued(count - 1).await;
    drop(block);
    let mut outcomes = Vec::new();
    for task in waiting {
        let (body, answer) = task.await.expect("every client is answered");
        let is_made = answer.status == 201;
        if !is_made {
            let _ = answer.problem("amount_overflow", 422);
        }
        outcomes.push((body, is_made));
    }
    outcomes
}

async fn a_full_day_refuses_what_does_not_fit_and_none_of_its_neighbours(book: &Book) {
    let today = json!({"transaction_date": "2026-01-31T12:00:00Z"});
    let on_the_day = |body| with(body, today.clone());
    for amount in HALVES {
        let _ = book.create(&on_the_day(credit("ada", amount))).await;
        let _ = book.create(&on_the_day(debit("ada", amount))).await;
    }
    assert_eq!(book.balance_of("ada").await, "0.00");
    let mut bodies = Vec::new();
    for number in 0..32 {
        bodies.push(on_the_day(credit("ada", "0.01")));
        // The ledger's own total of the day is as full as ada's, so neighbours have another currency or another day.
        let neighbour = credit(&format!("user-{number}"), "0.01");
        bodies.push(if number % 2 == 0 {
            on_the_day(with(neighbour, json!({"currency": "EUR"})))
        } else {
            with(neighbour, json!({"transaction_date": "2026-01-30T12:00:00Z"}))
        });
    }
    let blocks = book.database().number("SELECT count(*) FROM blocks").await;
    let outcomes = post_together(book, bodies).await;
    // Those that were refused took nobody's batch apart: 37 were made in a few commits.
    let blocks = book.database().number("SELECT count(*) FROM blocks").await - blocks;
    assert!(blocks <= 8, "{blocks} blocks");
    let made = |is_adas: bool| {
        let own = outcomes
            .iter()
            .filter(|(body, _)| (body["user_id"] == "ada") == is_adas);
        own.filter(|(_, is_made)| *is_made).count()
    };
    assert_eq!((made(true), made(false)), (5, 32));
    assert_eq!(book.balance_of("ada").await, "0.05");
    let statistics = book.get("/users/ada/stats").await.expect(200);
    assert_eq!(
        statistics.body["currencies"][0]["credits"]["total"],
        "92233720368547758.07"
    );
    assert_zero_sum(book).await;
    book.database().verify().await;
}
