//! A posting and a change of its account, both at once.

use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, on_both};

on_both!(
    a_debit_is_before_a_freeze_or_refused,
    a_debit_and_a_higher_minimum_never_stand_together,
);

/// How often they meet.
const ROUNDS: usize = 100;

async fn a_debit_is_before_a_freeze_or_refused(book: &Book) {
    let funded = book.create(&credit("ada", "1000.00")).await;
    let account = format!("/accounts/{}", funded.text("destination_account_id"));
    let (body, freeze, thaw) = (
        debit("ada", "1.00"),
        json!({"status": "frozen"}),
        json!({"status": "open"}),
    );
    let mut paid = 0;
    for round in 0..ROUNDS {
        let (one, other) = (book.client(), book.client());
        let (debited, frozen) = if round % 2 == 0 {
            tokio::join!(one.post("/transactions", &body), other.patch(&account, &freeze))
        } else {
            let (frozen, debited) = tokio::join!(other.patch(&account, &freeze), one.post("/transactions", &body));
            (debited, frozen)
        };
        let frozen = frozen.expect(200);
        if debited.status == 201 {
            assert!(debited.position() < frozen.position(), "round {round}");
            paid += 1;
        } else {
            let _ = debited.problem("account_frozen", 409);
        }
        // The freeze shows what was paid before it, and nothing comes after.
        let balance = format!("{}.00", 1000 - paid);
        assert_eq!(frozen.text("balance"), balance, "round {round}");
        assert_eq!(book.balance_of("ada").await, balance, "round {round}");
        let _ = book.patch(&account, &thaw).await.expect(200);
    }
    assert!((1..ROUNDS).contains(&paid), "{paid} of {ROUNDS} were first: no race");
    let debits = book.walk("/transactions?type=debit&status=posted,voided", 200).await;
    assert_eq!(debits.len(), paid);
    let entries = book.walk(&format!("{account}/entries"), 200).await;
    assert_eq!(entries.len(), paid + 1, "a refused debit leaves no entry");
    book.database().verify().await;
}

async fn a_debit_and_a_higher_minimum_never_stand_together(book: &Book) {
    let funded = book.create(&credit("ada", "10.00")).await;
    let account = format!("/accounts/{}", funded.text("destination_account_id"));
    let (body, raise, lift) = (
        debit("ada", "8.00"),
        json!({"minimum_balance": "5"}),
        json!({"minimum_balance": null}),
    );
    for round in 0..ROUNDS {
        let (one, other) = (book.client(), book.client());
        let (debited, raised) = if round % 2 == 0 {
            tokio::join!(one.post("/transactions", &body), other.patch(&account, &raise))
        } else {
            let (raised, debited) = tokio::join!(other.patch(&account, &raise), one.post("/transactions", &body));
            (debited, raised)
        };
        // Whichever was second is told that the money is not there.
        if debited.status == 201 {
            let refused = raised.problem("insufficient_funds", 422);
            assert_eq!(refused.text("available"), "2.00", "round {round}");
            let _ = book
                .delete(&format!("/transactions/{}", debited.id()))
                .await
                .expect(200);
        } else {
            let _ = raised.expect(200);
            let refused = debited.problem("insufficient_funds", 422);
            assert_eq!(refused.text("minimum_balance"), "5.00", "round {round}");
            let _ = book.patch(&account, &lift).await.expect(200);
        }
    }
    assert_eq!(book.balance_of("ada").await, "10.00");
    book.database().verify().await;
}
