//! Accounts with their balances.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// A user's id; empty for the ledger itself.
    pub owner: String,
    /// Unique with the owner and the currency.
    pub name: String,
    /// The one currency that it holds.
    pub currency: String,
    /// Sum of its entries.
    pub balance: i64,
    /// Reserved by holds on money going out.
    pub held_out: i64,
    /// Announced by holds on money coming in.
    pub held_in: i64,
    /// The least that the available balance may be lowered to.
    pub minimum_balance: Option<i64>,
    /// `open`, `frozen` or `closed`.
    pub status: String,
    /// Its newest entry; 0 where there is none.
    pub seq: i64,
    /// The caller's own members: a JSON object.
    pub metadata: String,
    /// 1 when made, one more with every command that changes it.
    pub version: i64,
    /// When it was recorded.
    pub created_at: i64,
    /// When its newest version was recorded.
    pub updated_at: i64,
    /// Position of its newest event.
    pub position: i64,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
