//! Seeing an erasure through: whoever asks for one is answered once everything is cleared, and what takes longer than the
//! caller may wait goes on in the background.
//!
//! How far an erasure is stands in the database, so whatever one instance leaves unfinished another takes up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::user::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::commit::{Committer, STEP_ROWS_MAX};
use crate::database::Database;
use crate::unfinished::{maybe_row, page_behind};
use crate::{Daybook, LedgerError};

/// How an erasure is carried out; tests alone have another than the default.
#[derive(Clone, Copy, Debug)]
pub struct ErasureBounds {
    /// Most accounts or transactions that one step clears.
    pub step_rows: usize,
    /// How often erasures that were left unfinished are looked for.
    pub sweep_period: Duration,
}

impl Default for ErasureBounds {
    fn default() -> Self {
        Self {
            step_rows: STEP_ROWS_MAX,
            sweep_period: Duration::from_secs(30),
        }
    }
}

impl Daybook {
    /// Clears everything that the user's erasure takes, if it is not cleared yet.
    ///
    /// # Errors
    /// `OutcomeUnknown` where it is not cleared at the deadline, or something is in the way: it is cleared later, and
    /// whoever asks again with the same idempotency key is answered once it is.
    pub(crate) async fn erase(&self, ledger_id: i64, user_id: String, deadline: Instant) -> Result<(), LedgerError> {
        if !is_erasing(&self.database, ledger_id, &user_id)
            .await
            .map_err(as_unfinished)?
        {
            return Ok(());
        }
        let (committer, bounds) = (Arc::clone(self.committer()), self.erasure);
        // A task of its own: it goes on when its caller does not wait any more.
        let clearing = self.committer().runtime().spawn(async move {
            let cleared = committer.erase(ledger_id, &user_id, bounds.step_rows).await;
            if let Err(error) = &cleared {
                log::error!("what an erasure takes is to be cleared later: {error}");
            }
            cleared
        });
        match timeout(deadline.saturating_duration_since(Instant::now()), clearing).await {
            Ok(Ok(cleared)) => cleared.map_err(as_unfinished),
            Ok(Err(panic)) => Err(as_unfinished(LedgerError::Internal(panic.to_string()))),
            Err(_) => Err(LedgerError::OutcomeUnknown("the erasure still clears".to_owned())),
        }
    }
}

/// The erasure is recorded: whatever fails afterwards, it is not known yet when everything is cleared.
fn as_unfinished(error: LedgerError) -> LedgerError {
    LedgerError::OutcomeUnknown(format!("the erasure is recorded, and clears later: {error}"))
}

/// The task that takes up what this instance or another has left unfinished.
#[derive(Debug)]
pub(crate) struct ErasureSweeper(AbortHandle);

impl ErasureSweeper {
    /// Sweeps at once, then in each period.
    pub(crate) fn start(database: Database, committer: Arc<Committer>, bounds: ErasureBounds) -> Self {
        let task = tokio::spawn(async move {
            let mut periods = tokio::time::interval(bounds.sweep_period);
            periods.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                periods.tick().await;
                if let Err(error) = sweep(&database, &committer, bounds.step_rows).await {
                    log::warn!("unfinished erasures are taken up later: {error}");
                }
                if let Err(error) = committer.forget_log().await {
                    log::warn!("the write-ahead log is emptied later: {error}");
                }
            }
        });
        Self(task.abort_handle())
    }

    /// Ends the task, which closes the connection that it may be using.
    pub(crate) fn stop(&self) {
        self.0.abort();
    }
}

/// Sees every unfinished erasure to its end. One that fails is taken up in the next period, and keeps no other waiting.
async fn sweep(database: &Database, committer: &Committer, step_rows: usize) -> Result<(), LedgerError> {
    let mut last = None;
    loop {
        let page = list_unfinished(database, last.as_ref()).await?;
        let Some(end) = page.last() else { return Ok(()) };
        last = Some(end.clone());
        for (ledger_id, user_id) in page {
            if let Err(error) = committer.erase(ledger_id, &user_id, step_rows).await {
                log::error!("an erasure in ledger {ledger_id} is taken up later: {error}");
            }
        }
    }
}

/// The next users whose erasure is unfinished, by ledger and id, behind `last`.
async fn list_unfinished(database: &Database, last: Option<&(i64, String)>) -> Result<Vec<(i64, String)>, LedgerError> {
    let select = Entity::find()
        .select_only()
        .columns([Column::LedgerId, Column::Id])
        .filter(Column::Erasing.is_not_null());
    let last = last.map(|(ledger_id, user_id)| (*ledger_id, user_id.as_str()));
    let page = page_behind(select, last).into_tuple().all(&database.read).await?;
    Ok(page)
}

async fn is_erasing(database: &Database, ledger_id: i64, user_id: &str) -> Result<bool, LedgerError> {
    let user = maybe_row(database, ledger_id, user_id).await?;
    Ok(user.is_some_and(|user| user.erasing.is_some()))
}
