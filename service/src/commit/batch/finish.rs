//! The end of a batch: the rest of what it saves, `COMMIT`, and what became of it where the answer was lost.

use std::time::{Duration, Instant};

use super::{PAUSE, PAUSE_MAX, Target, guard};
use crate::commit::failure::Failure;
use crate::commit::seal::SealedBlock;
use crate::commit::statement::Statement;
use crate::commit::txn::Txn;
use crate::journal::Hash;

/// How long the answer to `COMMIT` is waited for.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the outcome of a commit is looked for once its answer was lost.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(5);

/// How a batch failed once its records were saved.
pub(super) enum Unfinished {
    /// Before `COMMIT` was sent.
    Before(Failure),
    /// After that.
    After(Failure),
}

/// Saves the rest and commits; everything before `COMMIT` may take until `left` has passed.
pub(super) async fn finish(mut txn: Txn, rest: [Option<Statement>; 2], left: Duration) -> Result<(), Unfinished> {
    let saved = guard(left, async {
        for statement in rest {
            txn.save(statement).await?;
        }
        Ok(txn)
    });
    let txn = saved.await.map_err(Unfinished::Before)?;
    guard(COMMIT_TIMEOUT, txn.commit()).await.map_err(Unfinished::After)
}

impl Target {
    /// Learns what became of a commit that ended in `failure`: locks the ledger's row, which waits for the old commit
    /// where it still runs, and looks for the block at its height. It was kept where this is `Ok`.
    ///
    /// # Errors
    /// `failure` itself where the commit was not kept, `Unsettled` where that could not be learnt in time.
    pub(super) async fn settle(&self, failure: Failure, block: Option<&SealedBlock>) -> Result<(), Failure> {
        // A batch without events kept at most what it would answer again.
        let Some(block) = block else { return Err(failure) };
        let started = Instant::now();
        let mut pause = PAUSE;
        loop {
            let left = SETTLE_TIMEOUT.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Err(Failure::Unsettled(failure.to_string()));
            }
            match guard(left, self.maybe_block_hash(block.header.height)).await {
                Ok(found) if found == Some(block.hash) => return Ok(()),
                Ok(_) => return Err(failure),
                Err(failure) => log::warn!("the outcome of a commit is still looked for: {failure}"),
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(PAUSE_MAX);
        }
    }

    async fn maybe_block_hash(&self, height: i64) -> Result<Option<Hash>, Failure> {
        let (mut txn, _) = Txn::begin(&self.pool, self.ledger_id).await?;
        let found = txn.maybe_block_hash(self.ledger_id, height).await?;
        txn.rollback().await?;
        Ok(found)
    }
}
