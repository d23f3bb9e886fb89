//! Spending limits, those that were deleted as well.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "limits")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// The user that it is for, or whose account it is for; empty: every user by itself.
    pub owner: String,
    /// The one account that it is for.
    pub account_id: Option<Uuid>,
    /// Of the maximum, and of the transactions that it counts.
    pub currency: String,
    /// The way of the money that it counts.
    pub direction: String,
    /// The window: what it counts together.
    pub period: String,
    /// Minor units that the amounts of a window may add up to.
    pub max_amount: Option<i64>,
    /// Most transactions of a window.
    pub max_count: Option<i64>,
    /// Only transactions of this category are counted.
    pub category: Option<String>,
    /// Whether it holds.
    pub status: String,
    /// 1 when created, one more with each change.
    pub version: i64,
    /// When it was recorded; microseconds since 1970 in UTC.
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
