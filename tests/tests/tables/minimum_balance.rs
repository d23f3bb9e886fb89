//! A ledger's `default_minimum_balance`: what the accounts have that are made by their first use.

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Book, on_both};

on_both!(
    the_first_debit_of_a_user_is_held_to_the_ledgers_minimum,
    the_ledgers_minimum_is_in_the_currency_of_the_account,
    a_minimum_that_the_currency_does_not_have_refuses_the_first_use,
);

async fn set_default(book: &Book, minimum: &str) {
    let _ = book
        .patch("/ledgers/main", &json!({"default_minimum_balance": minimum}))
        .await
        .expect(200);
}

async fn the_first_debit_of_a_user_is_held_to_the_ledgers_minimum(book: &Book) {
    set_default(book, "0").await;
    let first = book.post("/transactions", &debit("ada", "1.00"));
    let refused = book.refuses(first, "insufficient_funds", 422).await;
    assert_eq!(
        (refused.text("available"), refused.text("minimum_balance")),
        ("0.00", "0.00")
    );
    let made = book.create(&credit("ada", "20.00")).await;
    assert_eq!(book.account_of("ada", "main", "USD").await["minimum_balance"], "0.00");
    let world = format!("/accounts/{}", made.text("source_account_id"));
    let world = book.get(&world).await.expect(200);
    assert_eq!(world.body["minimum_balance"], Value::Null);
    assert_eq!(world.body["balance"], "-20.00");
    let _ = book.create(&debit("ada", "20.00")).await;
    let more = book.post("/transactions", &debit("ada", "0.01"));
    let _ = book.refuses(more, "insufficient_funds", 422).await;
}

async fn the_ledgers_minimum_is_in_the_currency_of_the_account(book: &Book) {
    set_default(book, "-0.5").await;
    let _ = book.create(&debit("ada", "0.50")).await;
    assert_eq!(book.account_of("ada", "main", "USD").await["minimum_balance"], "-0.50");
    let dinars = |amount: &str| with(debit("ada", amount), json!({"currency": "KWD"}));
    let _ = book.create(&dinars("0.500")).await;
    assert_eq!(book.account_of("ada", "main", "KWD").await["minimum_balance"], "-0.500");
    let more = book.post("/transactions", &dinars("0.001"));
    let _ = book.refuses(more, "insufficient_funds", 422).await;
}

async fn a_minimum_that_the_currency_does_not_have_refuses_the_first_use(book: &Book) {
    let yen = with(credit("ada", "1000"), json!({"currency": "JPY"}));
    let _ = book.create(&yen).await;
    set_default(book, "-0.5").await;
    let _ = book.create(&yen).await;
    let of_bob = with(credit("bob", "1000"), json!({"currency": "JPY"}));
    let refused = book.post("/transactions", &of_bob);
    let refused = book.refuses(refused, "validation_failed", 422).await;
    let errors: Vec<_> = refused.errors().iter().map(|error| &error["code"]).collect();
    assert_eq!(errors, ["too_many_decimals"], "{}", refused.text);
}
