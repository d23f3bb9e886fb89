//! Blocks: the newest, all in their order, and the one that an event is in.

use entity::{block, ledger};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
};

use crate::journal::Hash;
use crate::query::list::{List, read_page};
use crate::query::width::Width;
use crate::query::{Page, PageRequest, Reader};
use crate::record::{BlockRecord, HeadRecord};
use crate::value::Timestamp;
use crate::{LedgerError, Resource};

/// The block with the event at `$2`: the highest that begins there or before. Blocks follow each other without a gap, so
/// it is found by halving, as the balance at a time is, with as many look-ups by key as the height `$3` has bits.
/// Parameters: ledger, position, height, first step.
const OF_EVENT: &str = "
WITH RECURSIVE search (found, step) AS (
    SELECT CAST(0 AS BIGINT), CAST($4 AS BIGINT)
    UNION ALL
    SELECT CASE WHEN s.found + s.step <= $3 AND (
            SELECT b.first_position FROM blocks b
            WHERE b.ledger_id = $1 AND b.height = s.found + s.step) <= $2
        THEN s.found + s.step ELSE s.found END, s.step / 2
    FROM search s WHERE s.step > 0)
SELECT * FROM blocks WHERE ledger_id = $1 AND height = (SELECT s.found FROM search s WHERE s.step = 0)";

impl Reader<'_> {
    /// The newest block.
    pub(crate) async fn find_head(&self) -> Result<HeadRecord, LedgerError> {
        let ledger = self.find_own_row().await?;
        Ok(HeadRecord {
            ledger: ledger.uuid,
            height: ledger.height,
            position: ledger.head,
            hash: hash(&ledger.hash)?,
            recorded_at: (ledger.height > 0).then_some(Timestamp::from_micros(ledger.last_recorded_at)),
        })
    }

    /// A page of the blocks from a height on.
    pub(crate) async fn list_blocks(
        &self,
        from_height: i64,
        request: &PageRequest,
    ) -> Result<Page<BlockRecord>, LedgerError> {
        let list = BlockList {
            reader: *self,
            from_height,
        };
        read_page(&list, request).await?.try_map(|row| record(&row))
    }

    pub(super) async fn find_own_row(&self) -> Result<ledger::Model, LedgerError> {
        let row = ledger::Entity::find_by_id(self.ledger.id).one(self.db).await?;
        row.ok_or(LedgerError::NotFound(Resource::Ledger))
    }

    /// The block with the event at `position`, in a ledger of `height` blocks.
    pub(super) async fn find_block_of(&self, position: i64, height: i64) -> Result<Option<BlockRecord>, LedgerError> {
        let bits = height.checked_ilog2();
        let first_step = bits.map_or(0, |bits| 2_i64.saturating_pow(bits));
        let values = [self.ledger.id, position, height, first_step].map(Into::into);
        let statement = Statement::from_sql_and_values(self.db.get_database_backend(), OF_EVENT, values);
        let found = block::Model::find_by_statement(statement).one(self.db).await?;
        found
            .filter(|block| (block.first_position..=block.last_position).contains(&position))
            .map(|block| record(&block))
            .transpose()
    }
}

struct BlockList<'a> {
    reader: Reader<'a>,
    from_height: i64,
}

impl List for BlockList<'_> {
    type Row = block::Model;
    type Position = i64;

    fn description(&self) -> String {
        format!("{} blocks from {}", self.reader.ledger.id, self.from_height)
    }

    async fn chunk(&self, after: Option<&i64>, limit: u64, _: Width) -> Result<Vec<block::Model>, LedgerError> {
        let after = after.copied().unwrap_or(i64::MIN);
        let blocks = block::Entity::find()
            .filter(block::Column::LedgerId.eq(self.reader.ledger.id))
            .filter(block::Column::Height.gt(after.max(self.from_height.saturating_sub(1))))
            .order_by_asc(block::Column::Height)
            .limit(limit)
            .all(self.reader.db)
            .await?;
        Ok(blocks)
    }

    fn position(&self, block: &block::Model) -> i64 {
        block.height
    }
}

fn record(block: &block::Model) -> Result<BlockRecord, LedgerError> {
    Ok(BlockRecord {
        height: block.height,
        first_position: block.first_position,
        last_position: block.last_position,
        recorded_at: Timestamp::from_micros(block.recorded_at),
        root: hash(&block.root)?,
        previous_hash: hash(&block.previous_hash)?,
        hash: hash(&block.hash)?,
    })
}

pub(super) fn hash(stored: &[u8]) -> Result<Hash, LedgerError> {
    Hash::try_from(stored).map_err(|_| LedgerError::Internal("a stored hash is no SHA-256".to_owned()))
}
