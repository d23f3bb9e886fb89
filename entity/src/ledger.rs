//! Ledgers: the heads of their journals and their settings.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledgers")]
pub struct Model {
    /// Its number, given by the application.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// Its name to the outside: it enters the hash of each block.
    pub uuid: Uuid,
    /// What people and keys call it.
    pub name: String,
    /// Position of the newest event.
    pub head: i64,
    /// Height of the newest block.
    pub height: i64,
    /// Hash of the newest block.
    pub hash: Vec<u8>,
    /// When the newest block was recorded.
    pub last_recorded_at: i64,
    /// The currency of requests that name none.
    pub default_currency: String,
    /// The minimum of accounts that are made by their first use, in major units.
    pub default_minimum_balance: Option<String>,
    /// The last day whose transactions stand for good.
    pub closed_through: Option<i64>,
    /// Further settings: a JSON object.
    pub settings: String,
    /// What requests are told apart under.
    pub secret: Vec<u8>,
    /// When it was made.
    pub created_at: i64,
    /// One more with each change of `closed_through`.
    pub closing_version: i64,
    /// When that was changed last; NULL where it never was.
    pub closing_updated_at: Option<i64>,
    /// The event that recorded it.
    pub closing_position: Option<i64>,
    /// One more with each change of the settings.
    pub settings_version: i64,
    /// When they were changed last; NULL where they never were.
    pub settings_updated_at: Option<i64>,
    /// The event that recorded it, in the ledger's own journal.
    pub settings_position: Option<i64>,
    /// The event that made the ledger, in the journal of `main`; NULL for `main` itself.
    pub created_position: Option<i64>,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
