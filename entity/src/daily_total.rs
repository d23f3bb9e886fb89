//! Counts and sums of posted transactions by day.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "daily_totals")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// A user's id; empty for the whole ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    /// The currency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    /// Which grouping of the owner's days; 0 for the whole ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    /// Days since 1970-01-01.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i64,
    /// The category; empty for all of the day, with or without one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: String,
    /// How many credits.
    pub credit_count: i64,
    /// Sum of the credits.
    pub credit_total: i64,
    /// How many debits.
    pub debit_count: i64,
    /// Sum of the debits.
    pub debit_total: i64,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
