//! Checks of a ledger that are under way: one at a time. On PostgreSQL alone, where a lock on a table keeps a check at a
//! place that is known; nothing keeps a reader of SQLite.

use std::time::Duration;

use serde_json::json;
use sqlx::{Connection, PgConnection, raw_sql};
use tests::{Book, eventually, on_postgres};

use super::fill;

on_postgres!(a_second_check_at_once_is_refused);

/// What is awaited comes within this time.
const TIME_MAX: Duration = Duration::from_secs(20);

/// Keeps everybody from reading a table, until it is rolled back.
async fn locked(book: &Book, table: &str) -> PgConnection {
    let mut session = PgConnection::connect(book.database().url())
        .await
        .expect("PostgreSQL answers");
    raw_sql(sqlx::AssertSqlSafe(format!(
        "BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"
    )))
    .execute(&mut session)
    .await
    .expect("the table is locked");
    session
}

async fn unlock(mut session: PgConnection) {
    let ended = raw_sql("ROLLBACK").execute(&mut session).await;
    let _ = ended.expect("the lock is given back");
}

/// How many checks wait for a lock.
async fn waiting(book: &Book) -> u64 {
    let query = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'daybook verify' AND wait_event_type = 'Lock'";
    book.database().number(query).await
}

async fn a_second_check_at_once_is_refused(book: &Book) {
    fill(book).await;
    let events = locked(book, "events").await;
    let client = book.client();
    let first = tokio::spawn(async move { client.post("/audit/verify", &json!({})).await });
    eventually("a check is under way", TIME_MAX, async || {
        (waiting(book).await == 1).then_some(())
    })
    .await;
    let refused = book.post("/audit/verify", &json!({})).await.problem("overloaded", 503);
    assert!(refused.maybe_header("Retry-After").is_some());
    unlock(events).await;
    let first = first.await.expect("the first caller is answered").expect(200);
    assert_eq!(first.body["ok"], true);
    let _ = book.post("/audit/verify", &json!({})).await.expect(200);
}
