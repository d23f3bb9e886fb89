//! The lines of the journals of accounts. Append-only.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entries")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// The account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// Counts from 1 without gaps in each account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The transaction that moved the money.
    pub transaction_id: Uuid,
    /// The version of it that wrote the line.
    pub transaction_version: i64,
    /// Positive = credit, negative = debit.
    pub amount: i64,
    /// The account's balance after the line.
    pub balance: i64,
    /// When the transaction happened, as the caller said.
    pub transaction_date: i64,
    /// When the line was written.
    pub recorded_at: i64,
    /// Position of the event that it belongs to.
    pub position: i64,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
