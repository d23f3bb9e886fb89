//! Whether the database is ready. Anybody may ask, as often as they like, so that one look serves all who ask meanwhile.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;

use crate::LedgerError;
use crate::database::Database;

/// How long after a look nobody looks again, where it was good.
const KEPT_FOR: Duration = Duration::from_millis(100);

/// What the last look found.
#[derive(Clone, Debug)]
pub(super) struct Readiness(Cache<(), ()>);

impl Readiness {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(1).time_to_live(KEPT_FOR).build())
    }

    /// Whether the database answers and its schema is the one this program was built for.
    ///
    /// # Errors
    /// `Unavailable`.
    pub(super) async fn check(&self, database: &Database) -> Result<(), LedgerError> {
        let checked = self.0.try_get_with((), database.check_ready()).await;
        checked.map_err(|error: Arc<LedgerError>| LedgerError::clone(&error))
    }
}
