//! The bound of a day's total, which no amount is large enough to be tested for beforehand: the database's refusal of the
//! sum, in the middle of a batch.

use std::time::Duration;

use serde_json::json;
use tests::accounting::assert_zero_sum;
use tests::body::{credit, debit, with};
use tests::{Answer, Book, Request, on_both};

on_both!(
    a_full_day_refuses_what_does_not_fit_and_none_of_its_neighbours,
    a_day_that_loses_and_gains_in_one_commit_is_the_busiest,
);

/// How long a command is waited for to be taken out of an empty queue.
const ALONE_FOR: Duration = Duration::from_millis(500);

/// Half of 2^63 minor units, and the other half but for six: together five less than the largest total.
const HALVES: [&str; 2] = ["46116860184273879.04", "46116860184273878.98"];

/// Sends all so that they are committed together, but for the first, which is a batch by itself; the answers in order.
async fn send_together(book: &Book, requests: Vec<Request>) -> Vec<Answer> {
    let block = book.database().block_writes().await;
    let count = u64::try_from(requests.len()).expect("a small number");
    let mut waiting = Vec::new();
    for request in requests {
        waiting.push(tokio::spawn(request.into_future()));
        if waiting.len() == 1 {
            tokio::time::sleep(ALONE_FOR).await;
        }
    }
    book.queued(count - 1).await;
    drop(block);
    let mut answers = Vec::new();
    for task in waiting {
        answers.push(task.await.expect("every client is answered"));
    }
    answers
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
    let requests = bodies.iter().map(|body| book.client().post("/transactions", body));
    let answers = send_together(book, requests.collect()).await;
    let outcomes: Vec<_> = bodies
        .iter()
        .zip(answers)
        .map(|(body, answer)| {
            let is_made = answer.status == 201;
            if !is_made {
                let _ = answer.problem("amount_overflow", 422);
            }
            (body, is_made)
        })
        .collect();
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

async fn a_day_that_loses_and_gains_in_one_commit_is_the_busiest(book: &Book) {
    let on = |day: &str, body| with(body, json!({"transaction_date": format!("2026-01-{day}T12:00:00Z")}));
    let _ = book.create(&on("01", credit("ada", "9.00"))).await;
    let moved = book.create(&on("10", debit("ada", "1.00"))).await;
    let path = format!("/transactions/{}", moved.text("id"));
    let client = book.client();
    let mut requests = vec![
        client.post("/transactions", &credit("bo", "1.00")),
        client.patch(&path, &json!({"transaction_date": "2026-01-20T12:00:00Z"})),
    ];
    requests.extend((0..3).map(|_| client.post("/transactions", &on("10", credit("ada", "1.00")))));
    for answer in send_together(book, requests).await {
        assert!(answer.status < 300, "{}", answer.status);
    }
    let statistics = book.get("/users/ada/stats").await.expect(200);
    let usd = &statistics.body["currencies"][0];
    assert_eq!(
        (&usd["day_with_highest_transactions"], &usd["busiest_day_count"]),
        (&json!("2026-01-10"), &json!(3))
    );
    book.database().verify().await;
}
