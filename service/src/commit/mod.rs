//! The imperative shell: group commit.
//!
//! Requests that arrive while a commit is on its way form the next batch ([`batcher`]). A batch is one transaction of
//! the database ([`batch`]): lock the ledger's row, load what the requests name, decide each, save what they changed,
//! chain the events to the block before, commit. Only then is anybody answered.
//!
//! | round trip on PostgreSQL | statement |
//! | --- | --- |
//! | 1 | `BEGIN` and the lock of the ledger's row |
//! | 2 | [`load`]: everything that the batch names and that is not [`kept`] from the one before |
//! | | the totals of days that a large movement is counted on, where there is one |
//! | | the windows of limits that it turns out to need, and that are not [`kept`] |
//! | | the references that the batch frees, where it does |
//! | 3 | [`save`]: every table that the batch writes; a large batch's journal in a statement of its own |
//! | | the busiest days that are looked for, where one lost some ([`busiest`]) |
//! | 4 | `COMMIT` |
//!
//! A large batch is decided, and its new transactions are inserted, while the one before is committed ([`ahead`]): it
//! begins with what is left of its third row.
//!
//! The row lock is the only lock there is: it orders the commits of a ledger across all instances, and since nothing
//! else is ever waited for, nothing deadlocks. Recorded times never go backwards: the clock is read under the lock, or
//! what was decided at an earlier reading is held against the newest block under it.

mod ahead;
mod batch;
mod batcher;
mod busiest;
mod decision;
mod erase;
mod failure;
mod kept;
mod line;
mod load;
mod regroup;
mod rows;
mod save;
mod seal;
mod session;
mod slots;
mod statement;
mod steps;
mod tables;
mod txn;

pub use batcher::Queued;
pub(crate) use batcher::{Committer, Limits};
pub(crate) use steps::STEP_ROWS_MAX;

/// What is stored makes no sense: the text says where.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Corrupt(String);

impl Corrupt {
    fn new(what: impl std::fmt::Display) -> Self {
        Self(what.to_string())
    }
}
