//! The events of one commit, chained to those of the commit before. Append-only.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blocks")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// Counts from 1 without gaps in each ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub height: i64,
    /// Position of its first event.
    pub first_position: i64,
    /// Position of its last event.
    pub last_position: i64,
    /// When it was recorded.
    pub recorded_at: i64,
    /// Merkle root of its events.
    pub root: Vec<u8>,
    /// SHA-256 over the root and the members above it.
    pub hash: Vec<u8>,
    /// Hash of the block before; 32 zero bytes for the first.
    pub previous_hash: Vec<u8>,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
