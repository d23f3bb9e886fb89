//! A check of a ledger ends with its caller. On PostgreSQL alone, where a lock on a table keeps a check at a place that is
//! known; nothing keeps a reader of SQLite.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection, raw_sql};
use tests::{Engine, eventually};

use super::service_under_test::{self, Service};

/// What is awaited comes within this time.
const TIME_MAX: Duration = Duration::from_secs(20);

/// Keeps everybody from reading a table, until it is rolled back.
async fn locked(service: &Service, table: &str) -> PgConnection {
    let session = PgConnection::connect(service.database.url()).await;
    let mut session = session.expect("PostgreSQL answers");
    let lock = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    let done = raw_sql(AssertSqlSafe(lock)).execute(&mut session).await;
    let _ = done.expect("the table is locked");
    session
}

async fn unlock(mut session: PgConnection) {
    let ended = raw_sql("ROLLBACK").execute(&mut session).await;
    let _ = ended.expect("the lock is given back");
}

/// How many sessions of checks there are of which this holds.
async fn sessions(service: &Service, condition: &str) -> u64 {
    let query = format!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
            AND application_name = 'daybook verify' AND {condition}"
    );
    service.database.number(&query).await
}

/// The same, and which wait for a lock in a statement on this table.
async fn waiting_for(service: &Service, table: &str) -> u64 {
    let waiting = format!("wait_event_type = 'Lock' AND query LIKE '%FROM {table} %'");
    sessions(service, &waiting).await
}

#[test]
fn a_check_that_nobody_waits_for_reads_no_further() {
    service_under_test::run(reads_no_further_for_nobody());
}

async fn reads_no_further_for_nobody() {
    let Some(service) = Service::open(Engine::Postgres, |_| ()).await else {
        return;
    };
    // The first of the tables that may be long, and the last.
    let (events, answers) = (
        locked(&service, "events").await,
        locked(&service, "idempotency_keys").await,
    );
    let (daybook, ledger) = (service.daybook.clone(), Arc::clone(&service.ledger));
    let asked = tokio::spawn(async move { daybook.verify_ledger(&ledger).await });
    eventually("a check is under way", TIME_MAX, async || {
        (waiting_for(&service, "events").await == 1).then_some(())
    })
    .await;
    asked.abort();
    assert!(asked.await.is_err_and(|ended| ended.is_cancelled()));
    unlock(events).await;
    eventually("the check ends", TIME_MAX, async || {
        let further = waiting_for(&service, "idempotency_keys").await;
        assert_eq!(further, 0, "it is read for nobody");
        (sessions(&service, "TRUE").await == 0).then_some(())
    })
    .await;
    unlock(answers).await;
    // There is room for another one.
    let checked = eventually("the turn is given back", TIME_MAX, async || {
        service.daybook.verify_ledger(&service.ledger).await.ok()
    });
    assert!(checked.await.is_ok());
    service.close().await;
}
