//! Refunds and deletions at once.

use std::sync::Arc;

use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, on_both};

use super::{path, read};

on_both!(
    refunds_at_once_never_pass_the_amount,
    refund_and_void_at_once_leave_one_of_them,
);

/// How often two or more meet.
const ROUNDS: usize = 100;

async fn refunds_at_once_never_pass_the_amount(book: &Book) {
    let _ = book.create(&credit("ada", "5000.00")).await;
    for round in 0..ROUNDS {
        let paid = book.create(&debit("ada", "30.00")).await;
        let path = Arc::new(format!("{}/refund", path(&paid)));
        let attempts = (0..4).map(|_| {
            let (client, path) = (book.client(), Arc::clone(&path));
            tokio::spawn(async move { client.post(&path, &json!({"amount": "10"})).await.status })
        });
        let mut statuses = Vec::new();
        for attempt in attempts.collect::<Vec<_>>() {
            statuses.push(attempt.await.expect("every client is answered"));
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 201, 422], "round {round}");
        assert_eq!(read(book, &paid).await["refunded_amount"], "30.00");
    }
    assert_eq!(book.balance_of("ada").await, "5000.00");
    book.database().verify().await;
}

async fn refund_and_void_at_once_leave_one_of_them(book: &Book) {
    let _ = book.create(&credit("ada", "5000.00")).await;
    for round in 0..ROUNDS {
        let paid = book.create(&debit("ada", "30.00")).await;
        let (refund_path, own_path) = (format!("{}/refund", path(&paid)), path(&paid));
        let (one, other) = (book.client(), book.client());
        let no_body = json!({});
        let (refunded, voided) = if round % 2 == 0 {
            tokio::join!(one.post(&refund_path, &no_body), other.delete(&own_path))
        } else {
            let (voided, refunded) = tokio::join!(one.delete(&own_path), other.post(&refund_path, &no_body));
            (refunded, voided)
        };
        let outcome = (refunded.status, voided.status);
        assert!(matches!(outcome, (201, 409) | (409, 200)), "round {round}: {outcome:?}");
        assert_eq!(book.balance_of("ada").await, "5000.00", "round {round}");
    }
    book.database().verify().await;
}
