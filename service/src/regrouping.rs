//! Seeing a change of time zone through: statistics are counted by the new zone's days before the caller is answered
//! where that is soon done, and in the background where it is not.
//!
//! How far a regrouping is stands in the database, so whatever one instance leaves unfinished another takes up.
//!
//! One may never come to its end: where two days of the old zone are one of the new, that day's total may pass 2^63−1.
//! Statistics then go on to show the old zone's days, and say so. The sweep puts such a user off for longer and longer,
//! so that nobody waits behind him; it never gives up, because an edit of the day's transactions mends it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use entity::user::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::commit::{Committer, STEP_ROWS_MAX};
use crate::database::Database;
use crate::unfinished::{maybe_row, page_behind};
use crate::{Daybook, LedgerError};

/// The longest that a regrouping that cannot be completed is put off.
const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// How a change of time zone is carried out; tests alone have another than the default.
#[derive(Clone, Copy, Debug)]
pub struct RegroupingBounds {
    /// Most transactions that one step counts, and most rows of each table that it removes.
    pub step_rows: usize,
    /// Most steps before the caller is answered.
    pub steps_at_once: u32,
    /// How often regroupings that were left unfinished are looked for.
    pub sweep_period: Duration,
}

impl Default for RegroupingBounds {
    fn default() -> Self {
        Self {
            step_rows: STEP_ROWS_MAX,
            // Enough for 10,000 transactions, and for the rows to remove.
            steps_at_once: 12,
            sweep_period: Duration::from_secs(30),
        }
    }
}

impl Daybook {
    /// Takes the user's statistics to the days of a new time zone, if they are on their way there.
    pub(crate) async fn regroup(&self, ledger_id: i64, user_id: String) {
        match is_regrouping(&self.database, ledger_id, &user_id).await {
            Ok(false) => return,
            Ok(true) => {}
            Err(error) => return log::error!("statistics are to be regrouped later: {error}"),
        }
        let (committer, bounds, sweeper) = (Arc::clone(self.committer()), self.regrouping, self.sweeper.clone());
        // A task of its own: a caller that goes away must not leave a transaction of the database half way.
        let first_steps = self.committer().runtime().spawn(async move {
            let steps = committer.regroup(ledger_id, &user_id, bounds.step_rows, bounds.steps_at_once);
            match steps.await {
                Ok(true) => {}
                Ok(false) => sweeper.iter().for_each(|sweeper| sweeper.wake.notify_one()),
                Err(error) => log::error!("statistics are to be regrouped later: {error}"),
            }
        });
        if let Err(error) = first_steps.await {
            log::error!("statistics are to be regrouped later: {error}");
        }
    }
}

/// The task that takes up what this instance or another has left unfinished.
#[derive(Debug)]
pub(crate) struct Sweeper {
    wake: Arc<Notify>,
    task: AbortHandle,
}

impl Sweeper {
    /// Sweeps at once, then in each period, and whenever a regrouping was begun that takes longer.
    pub(crate) fn start(database: Database, committer: Arc<Committer>, bounds: RegroupingBounds) -> Self {
        let wake = Arc::new(Notify::new());
        let mut sweep = Sweep {
            database,
            committer,
            bounds,
            put_off: HashMap::new(),
        };
        let woken = Arc::clone(&wake);
        let task = tokio::spawn(async move {
            let mut periods = tokio::time::interval(bounds.sweep_period);
            loop {
                tokio::select! {
                    _ = periods.tick() => {}
                    () = woken.notified() => {}
                }
                if let Err(error) = sweep.run().await {
                    log::warn!("unfinished regroupings were not looked for: {error}");
                }
            }
        });
        Self {
            wake,
            task: task.abort_handle(),
        }
    }

    /// Ends the task, which closes the connection that it may be using.
    pub(crate) fn stop(&self) {
        self.task.abort();
    }
}

/// One regrouping: ledger, user, and the generation that is coming. Another change of zone is another one.
type Key = (i64, String, Option<i64>);

/// Until when a regrouping that could not be completed is passed over.
#[derive(Clone, Copy)]
struct PutOff {
    pause: Duration,
    until: Instant,
}

struct Sweep {
    database: Database,
    committer: Arc<Committer>,
    bounds: RegroupingBounds,
    put_off: HashMap<Key, PutOff>,
}

impl Sweep {
    /// Sees every unfinished regrouping to its end, but for those that are put off.
    async fn run(&mut self) -> Result<(), LedgerError> {
        let mut still_put_off = HashMap::new();
        let mut after = None;
        loop {
            let page = unfinished(&self.database, after.as_ref()).await?;
            for key in &page {
                if let Some(put_off) = self.regroup(key).await {
                    still_put_off.insert(key.clone(), put_off);
                }
            }
            match page.last() {
                Some(last) => after = Some(last.clone()),
                None => break,
            }
        }
        self.put_off = still_put_off;
        Ok(())
    }

    /// Sees one regrouping to its end; until when it is put off, where that cannot be.
    async fn regroup(&self, key: &Key) -> Option<PutOff> {
        let before = self.put_off.get(key).copied();
        if let Some(before) = before.filter(|before| Instant::now() < before.until) {
            return Some(before);
        }
        let (ledger_id, user_id, _) = key;
        // No user is named in the log: an id may be somebody's address.
        let steps = self
            .committer
            .regroup(*ledger_id, user_id, self.bounds.step_rows, u32::MAX);
        match steps.await {
            Ok(_) => None,
            Err(error @ (LedgerError::AmountOverflow | LedgerError::Internal(_))) => {
                let pause = before.map_or(self.bounds.sweep_period, |before| before.pause.saturating_mul(2));
                let pause = pause.min(PAUSE_MAX);
                log::warn!(
                    "the statistics of a user of ledger {ledger_id} cannot be regrouped, and are left for {} s: {error}",
                    pause.as_secs()
                );
                let until = Instant::now().checked_add(pause)?;
                Some(PutOff { pause, until })
            }
            Err(error) => {
                log::warn!("statistics are to be regrouped later: {error}");
                None
            }
        }
    }
}

async fn is_regrouping(database: &Database, ledger_id: i64, user_id: &str) -> Result<bool, LedgerError> {
    let user = maybe_row(database, ledger_id, user_id).await?;
    Ok(user.is_some_and(|user| user.regroup_generation.is_some()))
}

/// The next unfinished regroupings, in the order of ledgers and users.
async fn unfinished(database: &Database, after: Option<&Key>) -> Result<Vec<Key>, LedgerError> {
    let select = Entity::find()
        .select_only()
        .columns([Column::LedgerId, Column::Id, Column::RegroupGeneration])
        .filter(Column::RegroupGeneration.is_not_null());
    let after = after.map(|(ledger_id, user_id, _)| (*ledger_id, user_id.as_str()));
    let keys = page_behind(select, after).into_tuple().all(&database.read).await?;
    Ok(keys)
}
