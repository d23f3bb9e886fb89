//! Recording that holds are past their time, which releases what they kept.
//!
//! Nobody waits for it to refuse a capture: from its time on, a hold is decided as expired. Every instance that serves
//! looks for holds that are due; where several find one, the first records it and the others find nothing to do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use tokio::task::{AbortHandle, JoinSet};
use uuid::Uuid;

use crate::commit::Committer;
use crate::database::Database;
use crate::ledger::{Command, Precondition, Request};
use crate::{LedgerError, clock};

/// How often holds that are due are looked for: what they kept is released within 5 s.
const SWEEP_PERIOD: Duration = Duration::from_secs(1);
/// Holds that are read, and handed to the queues, at a time.
const PAGE_HOLDS: usize = 500;
/// Most pages whose holds wait in queues: a ledger that does not get on keeps the others waiting no longer than it may.
const PAGES_MAX: usize = 10;
/// How long a hold may wait in its queue; it is found again in the next period.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(3);
/// Who records it.
const ACTOR: &str = "system:expiry";

/// The task that ends holds whose time is over.
#[derive(Debug)]
pub(crate) struct Expiry(AbortHandle);

impl Expiry {
    /// Sweeps at once, then in each period.
    pub(crate) fn start(database: Database, committer: Arc<Committer>) -> Self {
        let task = tokio::spawn(async move {
            let mut periods = tokio::time::interval(SWEEP_PERIOD);
            periods.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut has_failed = false;
            loop {
                periods.tick().await;
                let swept = sweep(&database, &committer).await;
                if let (Err(error), false) = (&swept, has_failed) {
                    log::warn!("holds that are due are expired later: {error}");
                }
                has_failed = swept.is_err();
            }
        });
        Self(task.abort_handle())
    }

    /// Ends the task; what it has handed to the queues is recorded all the same.
    pub(crate) fn stop(&self) {
        self.0.abort();
    }
}

#[derive(Clone, Copy, FromQueryResult)]
struct Due {
    ledger_id: i64,
    id: Uuid,
    expires_at: i64,
}

/// Expires every hold that is due now.
///
/// # Errors
/// The first that occurred; the other holds were expired.
async fn sweep(database: &Database, committer: &Arc<Committer>) -> Result<(), LedgerError> {
    let now = clock::now().micros();
    let mut after = Due {
        ledger_id: i64::MIN,
        id: Uuid::nil(),
        expires_at: i64::MIN,
    };
    let (mut pages, mut swept) = (JoinSet::new(), Ok(()));
    loop {
        let backend = database.read.get_database_backend();
        let values = [
            now.into(),
            after.expires_at.into(),
            after.ledger_id.into(),
            after.id.into(),
        ];
        let page = Due::find_by_statement(Statement::from_sql_and_values(backend, due_sql(), values));
        let page = page.all(&database.read).await?;
        let next = page.last().copied().filter(|_| page.len() == PAGE_HOLDS);
        let committer = Arc::clone(committer);
        pages.spawn(async move {
            let expired = join_all(page.iter().map(|due| expire(&committer, due))).await;
            expired.into_iter().fold(Ok(()), Result::and)
        });
        while pages.len() >= if next.is_some() { PAGES_MAX } else { 1 } {
            match pages.join_next().await {
                Some(Ok(expired)) => swept = swept.and(expired),
                Some(Err(error)) => swept = swept.and(Err(LedgerError::Internal(error.to_string()))),
                None => break,
            }
        }
        match next {
            Some(last) => after = last,
            None => return swept,
        }
    }
}

/// Holds that are due at $1, after the last one of the page before. The status is no parameter: else PostgreSQL would
/// not take the index that has pending ones alone.
fn due_sql() -> String {
    format!(
        "SELECT ledger_id, id, expires_at FROM transactions
        WHERE status = 'pending' AND expires_at IS NOT NULL AND expires_at <= $1
            AND (expires_at, ledger_id, id) > ($2, $3, $4)
        ORDER BY expires_at, ledger_id, id LIMIT {PAGE_HOLDS}"
    )
}

async fn expire(committer: &Committer, due: &Due) -> Result<(), LedgerError> {
    let request = Request {
        command: Command::ExpireHold { id: due.id },
        precondition: Precondition::Any,
        idempotency: None,
        dry_run: false,
        actor: ACTOR.to_owned(),
        acting_user: None,
        request_id: due.id.to_string(),
    };
    let now = Instant::now();
    let deadline = now.checked_add(QUEUE_TIMEOUT).unwrap_or(now);
    committer.submit(due.ledger_id, request, deadline).await.map(|_| ())
}
