//! What ends a hold, all at once.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tests::body::{credit, debit, with};
use tests::{Book, Client, on_both};

use super::{in_ms, kept, path, pending, read};

on_both!(
    capture_and_void_at_once_leave_one_of_them,
    captures_at_once_never_pass_the_hold,
    a_capture_at_the_time_of_expiry_is_before_it_or_refused,
    hold_and_debit_at_once_never_pass_the_funds,
);

/// How often they meet.
const ROUNDS: usize = 100;

async fn capture_and_void_at_once_leave_one_of_them(book: &Book) {
    let _ = book.create(&credit("ada", "5000.00")).await;
    let mut captures = 0;
    for round in 0..ROUNDS {
        let hold = book.create(&pending(debit("ada", "10.00"))).await;
        let (capture, void) = (format!("{}/capture", path(&hold)), format!("{}/void", path(&hold)));
        let (one, other, no_body) = (book.client(), book.client(), json!({}));
        let (captured, voided) = if round % 2 == 0 {
            tokio::join!(one.post(&capture, &no_body), other.post(&void, &no_body))
        } else {
            let (voided, captured) = tokio::join!(one.post(&void, &no_body), other.post(&capture, &no_body));
            (captured, voided)
        };
        let outcome = (captured.status, voided.status);
        assert!(matches!(outcome, (201, 409) | (409, 200)), "round {round}: {outcome:?}");
        captures += usize::from(outcome.0 == 201);
        let expected = if outcome.0 == 201 { "captured" } else { "voided" };
        assert_eq!(read(book, &hold).await["status"], expected, "round {round}");
    }
    let balance = format!("{}.00", 5000 - 10 * captures);
    assert_eq!(
        kept(book, "ada").await,
        [balance.as_str(), "0.00", "0.00", balance.as_str()]
    );
    book.database().verify().await;
}

async fn captures_at_once_never_pass_the_hold(book: &Book) {
    let _ = book.create(&credit("ada", "5000.00")).await;
    for round in 0..ROUNDS {
        let hold = book.create(&pending(debit("ada", "30.00"))).await;
        let capture = Arc::new(format!("{}/capture", path(&hold)));
        // In whatever order they come, two of these fit.
        let attempts = ["20", "10", "20", "15"].map(|amount| {
            let (client, capture) = (book.client(), Arc::clone(&capture));
            tokio::spawn(async move {
                let body = json!({"amount": amount, "final": false});
                (amount, client.post(&capture, &body).await.status)
            })
        });
        let mut sum = 0;
        for attempt in attempts {
            let (amount, status) = attempt.await.expect("every client is answered");
            assert!(matches!(status, 201 | 409 | 422), "round {round}: {status}");
            if status == 201 {
                sum += amount.parse::<u32>().expect("a number");
            }
        }
        assert!([25, 30].contains(&sum), "round {round}: {sum}");
        assert_eq!(
            read(book, &hold).await["captured_amount"],
            format!("{sum}.00"),
            "round {round}"
        );
    }
    book.database().verify().await;
}

async fn a_capture_at_the_time_of_expiry_is_before_it_or_refused(book: &Book) {
    let _ = book.create(&credit("ada", "5000.00")).await;
    let mut rounds = tokio::task::JoinSet::new();
    for round in 0..ROUNDS {
        let client = book.client();
        rounds.spawn(async move { capture_when_it_expires(&client, round).await });
    }
    let mut captures = 0;
    while let Some(captured) = rounds.join_next().await {
        captures += usize::from(captured.expect("every client is answered as the contract says"));
    }
    // Some came too late, whatever the machine; those that came in time are counted once.
    assert!(captures < ROUNDS, "{captures}");
    let balance = format!("{}.00", 5000 - 10 * captures);
    assert_eq!(book.balance_of("ada").await, balance);
    book.database().verify().await;
}

/// Makes a hold, captures it about when it expires, some rounds before and some after, and says whether that was in time.
async fn capture_when_it_expires(client: &Client, round: usize) -> bool {
    let expires_at = in_ms(1000);
    let body = with(pending(debit("ada", "10.00")), json!({"expires_at": expires_at}));
    let hold = client.create(&body).await;
    let wait = 900 + 20 * u64::try_from(round % 10).expect("a digit");
    tokio::time::sleep(Duration::from_millis(wait)).await;
    let captured = client.post(&format!("{}/capture", path(&hold)), &json!({})).await;
    if captured.status == 201 {
        assert!(captured.text("created_at") < expires_at.as_str(), "round {round}");
        return true;
    }
    let refused = captured.problem("transaction_not_editable", 409);
    assert_eq!(refused.text("current_status"), "expired", "round {round}");
    false
}

async fn hold_and_debit_at_once_never_pass_the_funds(book: &Book) {
    let first = book.create(&credit("ada", "30.00")).await;
    let account = format!("/accounts/{}", first.text("destination_account_id"));
    let _ = book.patch(&account, &json!({"minimum_balance": "0"})).await.expect(200);
    for round in 0..ROUNDS {
        let (one, other) = (book.client(), book.client());
        let (hold, debit) = (pending(debit("ada", "20.00")), debit("ada", "20.00"));
        let (held, paid) = tokio::join!(one.post("/transactions", &hold), other.post("/transactions", &debit));
        let outcome = (held.status, paid.status);
        assert!(matches!(outcome, (201, 422) | (422, 201)), "round {round}: {outcome:?}");
        let made = if outcome.0 == 201 { held } else { paid };
        let _ = book.delete(&path(&made)).await.expect(200);
    }
    assert_eq!(kept(book, "ada").await, ["30.00", "0.00", "0.00", "30.00"]);
    book.database().verify().await;
}
