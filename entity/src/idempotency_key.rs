//! Requests that succeeded, by the key that their caller gave them.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// What stands for the caller's key: half of its SHA-256.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Uuid,
    /// Tells the request from another with the same key.
    pub fingerprint: Vec<u8>,
    /// How it was answered: 200, 201 or 204.
    pub status: i64,
    /// Position of the event whose document is the answer.
    pub answer_position: i64,
    /// The position that the caller was told.
    pub head_position: i64,
    /// Members of the answer that no event records: a JSON object.
    pub overlay: Option<String>,
    /// When it was recorded.
    pub created_at: i64,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
