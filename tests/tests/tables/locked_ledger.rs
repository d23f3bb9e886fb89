//! A ledger whose row is locked. On PostgreSQL alone: SQLite has one writer for all ledgers.

use std::time::Duration;

use tests::body::credit;
use tests::{Book, on_postgres};

use crate::two_ledgers::two_ledgers;

on_postgres!(a_ledger_that_is_locked_keeps_no_other_from_committing);

async fn a_ledger_that_is_locked_keeps_no_other_from_committing(book: &Book) {
    let [main, shop] = two_ledgers(book).await;
    let url = book.database().url();
    let mut session = <sqlx::PgConnection as sqlx::Connection>::connect(url)
        .await
        .expect("PostgreSQL answers");
    sqlx::raw_sql("BEGIN; SELECT * FROM ledgers WHERE name = 'main' FOR UPDATE")
        .execute(&mut session)
        .await
        .expect("the ledger's row is locked");
    let stuck = tokio::spawn(async move { main.post("/transactions", &credit("ada", "1.00")).await });
    for _ in 0..20 {
        let _ = shop.create(&credit("ada", "1.00")).await;
    }
    assert!(!stuck.is_finished(), "the locked ledger waits");
    sqlx::raw_sql("COMMIT")
        .execute(&mut session)
        .await
        .expect("the lock is given back");
    let made = tokio::time::timeout(Duration::from_secs(10), stuck).await;
    let _ = made
        .expect("the other ledger goes on")
        .expect("its client is answered")
        .expect(201);
}
