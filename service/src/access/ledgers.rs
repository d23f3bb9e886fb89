//! Ledgers by their names.

use std::sync::Arc;
use std::time::Duration;

use entity::ledger;
use moka::future::Cache;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::database::Readers;
use crate::query::rows;
use crate::{Ledger, LedgerError, Resource};

/// Most ledgers that are kept.
const LEDGERS_MAX: u64 = 10_000;
/// How long one is kept: a change of it is seen everywhere after that.
const LEDGER_KEPT_FOR: Duration = Duration::from_secs(4);
/// Bytes of a ledger's secret.
const SECRET_BYTES: usize = 32;

/// The ledgers that were asked for.
#[derive(Clone, Debug)]
pub(crate) struct LedgerCache(Cache<String, Arc<Ledger>>);

impl LedgerCache {
    pub(crate) fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(LEDGERS_MAX)
                .time_to_live(LEDGER_KEPT_FOR)
                .build(),
        )
    }

    /// The ledger called `name`. One that is not there is not kept, so that it is found once it is made.
    pub(crate) async fn find(&self, db: &Readers, name: &str) -> Result<Arc<Ledger>, LedgerError> {
        // Most requests end here, without a copy of the name.
        if let Some(ledger) = self.0.get(name).await {
            return Ok(ledger);
        }
        // On the heap: it is large, and every request would carry it about.
        let read = Box::pin(self.0.try_get_with(name.to_owned(), read(db, name)));
        read.await.map_err(|error: Arc<LedgerError>| LedgerError::clone(&error))
    }

    /// Forgets the ledger called `name`: this instance changed it.
    pub(crate) async fn forget(&self, name: &str) {
        self.0.invalidate(name).await;
    }
}

async fn read(db: &Readers, name: &str) -> Result<Arc<Ledger>, LedgerError> {
    let row = ledger::Entity::find()
        .filter(ledger::Column::Name.eq(name))
        .one(db)
        .await?
        .ok_or(LedgerError::NotFound(Resource::Ledger))?;
    let unreadable = |column: &str| LedgerError::Internal(format!("the {column} of ledger {} cannot be read", row.id));
    let secret = <[u8; SECRET_BYTES]>::try_from(row.secret.as_slice()).map_err(|_| unreadable("secret"))?;
    let (id, setup) = (row.id, rows::ledger_setup(row)?);
    Ok(Arc::new(Ledger {
        id,
        secret,
        name: setup.name,
        rules: setup.settings.rules,
        seen_by: None,
    }))
}
