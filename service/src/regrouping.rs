//! Seeing a change of time zone through: statistics are counted by the new zone's days before the caller is answered
//! where that is soon done, and in the background where it is not.
//!
//! How far a regrouping is stands in the database, so whatever one instance leaves unfinished another takes up.

use std::sync::Arc;
use std::time::Duration;

use entity::user::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::task::JoinHandle;

use crate::commit::Committer;
use crate::database::Database;
use crate::{Daybook, LedgerError};

/// Steps before the caller is answered: enough for 10,000 transactions, and for the rows to remove.
const STEPS_AT_ONCE: u32 = 12;
/// How often regroupings that were left unfinished are looked for.
const SWEEP_PERIOD: Duration = Duration::from_secs(30);
/// Most that are taken up by one sweep.
const SWEEP_USERS_MAX: u64 = 100;

impl Daybook {
    /// Takes the user's statistics to the days of a new time zone, if they are on their way there.
    pub(crate) async fn regroup(&self, ledger_id: i64, user_id: String) {
        match is_regrouping(&self.database, ledger_id, &user_id).await {
            Ok(false) => return,
            Ok(true) => {}
            Err(error) => return log::error!("statistics are to be regrouped later: {error}"),
        }
        let committer = Arc::clone(self.committer());
        let runtime = committer.runtime().clone();
        // A task of its own: a caller that goes away must not leave a transaction of the database half way.
        let first_steps = runtime.spawn(async move {
            match committer.regroup(ledger_id, &user_id, STEPS_AT_ONCE).await {
                Ok(true) => {}
                Ok(false) => drop(tokio::spawn(async move {
                    regroup_to_the_end(&committer, ledger_id, &user_id).await
                })),
                Err(error) => log::error!("statistics are to be regrouped later: {error}"),
            }
        });
        if let Err(error) = first_steps.await {
            log::error!("statistics are to be regrouped later: {error}");
        }
    }
}

/// Takes up, now and then, what this instance or another has left unfinished. Ends when it is aborted, which closes
/// the connection that it may be using.
pub(crate) fn sweep(database: Database, committer: Arc<Committer>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut periods = tokio::time::interval(SWEEP_PERIOD);
        loop {
            periods.tick().await;
            match unfinished(&database).await {
                Ok(users) => {
                    for (ledger_id, user_id) in users {
                        regroup_to_the_end(&committer, ledger_id, &user_id).await;
                    }
                }
                Err(error) => log::warn!("unfinished regroupings were not looked for: {error}"),
            }
        }
    })
}

async fn regroup_to_the_end(committer: &Committer, ledger_id: i64, user_id: &str) {
    if let Err(error) = committer.regroup(ledger_id, user_id, u32::MAX).await {
        log::error!("statistics are to be regrouped later: {error}");
    }
}

async fn is_regrouping(database: &Database, ledger_id: i64, user_id: &str) -> Result<bool, LedgerError> {
    let user = Entity::find_by_id((ledger_id, user_id.to_owned()))
        .one(&database.read)
        .await?;
    Ok(user.is_some_and(|user| user.regroup_generation.is_some()))
}

async fn unfinished(database: &Database) -> Result<Vec<(i64, String)>, LedgerError> {
    let users = Entity::find()
        .select_only()
        .columns([Column::LedgerId, Column::Id])
        .filter(Column::RegroupGeneration.is_not_null())
        .limit(SWEEP_USERS_MAX)
        .into_tuple()
        .all(&database.read)
        .await?;
    Ok(users)
}
