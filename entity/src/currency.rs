//! The currencies that a ledger has used, or made for itself.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "currencies")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// The code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Decimals of the major unit; they never change.
    pub exponent: i64,
    /// What people call it, where it is the ledger's own.
    pub name: Option<String>,
    /// When it was first used, or made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// Position of the event that made it, where it is the ledger's own.
    pub position: Option<i64>,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
