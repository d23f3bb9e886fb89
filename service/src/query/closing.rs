//! How far a ledger is closed.

use entity::ledger::Entity;
use sea_orm::EntityTrait;

use super::{Reader, rows};
use crate::record::ClosingRecord;
use crate::value::Timestamp;
use crate::{LedgerError, Resource};

impl Reader<'_> {
    /// The ledger's period close.
    pub(crate) async fn find_closing(&self) -> Result<ClosingRecord, LedgerError> {
        let row = Entity::find_by_id(self.ledger.id).one(self.db).await?;
        let row = row.ok_or(LedgerError::NotFound(Resource::Ledger))?;
        Ok(ClosingRecord {
            closed_through: row.closed_through.map(rows::day_of),
            version: row.closing_version,
            updated_at: row.closing_updated_at.map(Timestamp::from_micros),
        })
    }
}
