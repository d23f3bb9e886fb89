//! Which block is the first that something wrong leads to: before it, the journal is as it was recorded.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use super::View;
use crate::LedgerError;

/// The lowest position and the lowest height that a failure names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Suspects {
    position: Option<i64>,
    height: Option<i64>,
}

#[derive(FromQueryResult)]
struct Found {
    height: Option<i64>,
}

impl Suspects {
    /// The event at `position` has to do with a failure.
    pub(super) fn note_position(&mut self, position: i64) {
        self.position = Some(self.position.map_or(position, |lowest| lowest.min(position)));
    }

    /// The block at `height` has to do with a failure.
    pub(super) fn note_height(&mut self, height: i64) {
        self.height = Some(self.height.map_or(height, |lowest| lowest.min(height)));
    }

    /// The lowest height of both. Of a position that no block reaches it is the height above all blocks.
    pub(super) async fn first_bad_height(&self, view: &View, ledger_id: i64) -> Result<Option<i64>, LedgerError> {
        const OF_POSITION: &str = "SELECT COALESCE(
            (SELECT MIN(height) FROM blocks WHERE ledger_id = $1 AND last_position >= $2),
            (SELECT MAX(height) + 1 FROM blocks WHERE ledger_id = $1)) AS height";
        let Some(position) = self.position else {
            return Ok(self.height);
        };
        let values = [ledger_id.into(), position.into()];
        let statement = Statement::from_sql_and_values(view.get_database_backend(), OF_POSITION, values);
        let found = Found::find_by_statement(statement).one(&**view).await?;
        let of_position = found.and_then(|found| found.height).unwrap_or(1);
        Ok(Some(self.height.map_or(of_position, |height| height.min(of_position))))
    }
}
