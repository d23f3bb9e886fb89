//! The newest version of each transaction.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transactions")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// UUIDv7; ids rise in the order of recording.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `credit`, `debit` or `transfer`.
    pub kind: String,
    /// `posted` or `voided`; of a hold `pending`, `captured`, `voided` or `expired`.
    pub status: String,
    /// Where the money comes from.
    pub source_account_id: Uuid,
    /// Owner of that account; empty for the ledger itself.
    pub source_owner: String,
    /// The owner's day under an even generation of statistics.
    pub source_day_0: Option<i64>,
    /// The owner's day under an odd generation of statistics.
    pub source_day_1: Option<i64>,
    /// Where the money goes.
    pub destination_account_id: Uuid,
    /// Owner of that account; empty for the ledger itself.
    pub destination_owner: String,
    /// The owner's day under an even generation of statistics.
    pub destination_day_0: Option<i64>,
    /// The owner's day under an odd generation of statistics.
    pub destination_day_1: Option<i64>,
    /// Above zero.
    pub amount: i64,
    /// Currency of the amount and of both accounts.
    pub currency: String,
    /// When it happened, as the caller says.
    pub transaction_date: i64,
    /// What it was for.
    pub description: Option<String>,
    /// What it is counted under.
    pub category: Option<String>,
    /// The caller's own name for it, unique in the ledger.
    pub reference: Option<String>,
    /// The caller's own members: a JSON object.
    pub metadata: String,
    /// Description, reference and category, letter case folded; NULL where all are.
    pub search_text: Option<String>,
    /// The transaction that this one belongs to.
    pub parent_id: Option<Uuid>,
    /// 1 when made, one more with each change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: i64,
    /// When its newest version was recorded.
    pub updated_at: i64,
    /// Position of its first event.
    pub first_position: i64,
    /// Position of its newest event.
    pub position: i64,
    /// What this one is to its parent.
    pub relation: Option<String>,
    /// What its posted refunds give back; NULL where it was never refunded.
    pub refunded: Option<i64>,
    /// What the posted captures of a hold took of it; NULL for what is no hold.
    pub captured: Option<i64>,
    /// When a hold expires; NULL where it stands until it is captured or voided.
    pub expires_at: Option<i64>,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
