//! That one block follows from another: the headers between the two, each of which has the hash of the one before.

use uuid::Uuid;

use super::chain::{Hash, block_hash};
use crate::record::BlockRecord;

/// Why a list of blocks does not lead from one block to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// A header is not the one that was hashed, or not of this ledger.
    #[error("block {0} of the list does not hash to its hash")]
    Hash(i64),
    /// A block is missing, comes twice, or was put in.
    #[error("block {0} of the list does not follow from the one before it")]
    Broken(i64),
    /// The block that shall be linked is another one.
    #[error("the list has another block {0} than the proof")]
    Other(i64),
}

/// Blocks of one ledger in the order of their heights, as far as they were read; those below a block's own are passed over.
#[derive(Clone, Debug)]
pub struct Links {
    ledger: Uuid,
    from: BlockRecord,
    newest: Option<BlockRecord>,
}

impl Links {
    /// Begins at the block `from`.
    #[must_use]
    pub fn new(ledger: Uuid, from: BlockRecord) -> Self {
        Self {
            ledger,
            from,
            newest: None,
        }
    }

    /// Goes on to the next block of the list, and gives its hash where it is the first block or follows from it.
    ///
    /// # Errors
    /// Where it does not.
    pub fn add(&mut self, block: BlockRecord) -> Result<Option<Hash>, LinkFault> {
        let height = block.height;
        if height < self.from.height {
            return Ok(None);
        }
        if block_hash(&block.header(self.ledger)) != block.hash {
            return Err(LinkFault::Hash(height));
        }
        match &self.newest {
            None if height == self.from.height && block != self.from => return Err(LinkFault::Other(height)),
            None if height == self.from.height => {}
            // Whoever saved the blocks after it has what is needed as well.
            None if !follows(&self.from, &block) => return Err(LinkFault::Broken(height)),
            Some(newest) if !follows(newest, &block) => return Err(LinkFault::Broken(height)),
            None | Some(_) => {}
        }
        let hash = block.hash;
        self.newest = Some(block);
        Ok(Some(hash))
    }
}

fn follows(before: &BlockRecord, block: &BlockRecord) -> bool {
    before.height.checked_add(1) == Some(block.height)
        && before.last_position.checked_add(1) == Some(block.first_position)
        && before.recorded_at < block.recorded_at
        && before.hash == block.previous_hash
}
