//! Keys to the API; of their secrets the hash is kept.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The ledger it was made in; an operator's opens all.
    pub ledger_id: i64,
    /// What people call it.
    pub name: String,
    /// `reader`, `writer`, `admin` or `operator`.
    pub role: String,
    /// SHA-256 of the secret.
    pub hash: Vec<u8>,
    /// The first characters of the secret.
    pub prefix: String,
    /// When it was made.
    pub created_at: i64,
    /// When it stops working by itself.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// Position of its newest event.
    pub position: i64,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
