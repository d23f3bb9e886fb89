//! The journal of a ledger. Append-only, but for the erasure of `personal` and `salt`.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// Counts from 1 without gaps in each ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// What happened, such as `transaction.created`.
    pub kind: String,
    /// What it happened to, such as `transactions/ID`.
    pub subject: String,
    /// The version of the subject that it made.
    pub subject_version: i64,
    /// The credential that asked for it.
    pub actor: String,
    /// The request that asked for it.
    pub request_id: String,
    /// The version of the form of `data`.
    pub schema_version: i64,
    /// The document right after the change, without its personal part: a JSON object.
    pub data: String,
    /// The personal part: a JSON object; NULL where it was erased.
    pub personal: Option<String>,
    /// What keeps the commitment from being guessed; NULL where it was erased.
    pub salt: Option<Vec<u8>>,
    /// SHA-256 of salt and personal part.
    pub commitment: Vec<u8>,
    /// When it was recorded.
    pub recorded_at: i64,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
