//! Keeps the keys in turn: a server makes the first, and replaces each before it is old.

use std::time::Duration;

use tokio::task::AbortHandle;

use super::Tokens;
use super::store::Rotation;
use crate::LedgerError;
use crate::database::Database;

/// How often a server looks whether a key is due, or one that was retired can go.
const PERIOD: Duration = Duration::from_secs(3600);

/// The task that does.
#[derive(Debug)]
pub(crate) struct Tender(AbortHandle);

impl Tender {
    /// Makes the first key, and then looks after the keys in each period.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub(crate) async fn start(database: Database, tokens: Tokens) -> Result<Self, LedgerError> {
        tokens.rotate(&database, Rotation::Due).await?;
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(PERIOD).await;
                if let Err(error) = tokens.rotate(&database, Rotation::Due).await {
                    log::warn!("the keys of tokens are looked after later: {error}");
                }
            }
        });
        Ok(Self(task.abort_handle()))
    }

    /// Ends the task.
    pub(crate) fn stop(&self) {
        self.0.abort();
    }
}
