//! Counts and sums of posted transactions of all time. A sum is `high` * 2^20 + `low`.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totals")]
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
    /// The category; empty for all, with or without one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: String,
    /// How many credits.
    pub credit_count: i64,
    /// Sum of the credits, upper part.
    pub credit_total_high: i64,
    /// Sum of the credits, lower part.
    pub credit_total_low: i64,
    /// How many debits.
    pub debit_count: i64,
    /// Sum of the debits, upper part.
    pub debit_total_high: i64,
    /// Sum of the debits, lower part.
    pub debit_total_low: i64,
    /// The day with the most transactions, the latest of several: their count * 2^24 + the day + 2^23.
    pub busiest: i64,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
