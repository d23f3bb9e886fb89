//! Users, and which grouping of their statistics is shown.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// The ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ledger_id: i64,
    /// The caller's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The user's name.
    pub full_name: Option<String>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// IANA name of the zone that the user was given.
    pub time_zone: String,
    /// The caller's own members: a JSON object.
    pub metadata: String,
    /// What a search looks in, letter case folded.
    pub search_text: String,
    /// 1 when made, one more with each change.
    pub version: i64,
    /// When the user was recorded.
    pub created_at: i64,
    /// When the newest version was recorded.
    pub updated_at: i64,
    /// Position of the newest event.
    pub position: i64,
    /// IANA name of the zone that the statistics are grouped by.
    pub stats_zone: String,
    /// The totals that the statistics show.
    pub stats_generation: i64,
    /// The zone of a grouping under way.
    pub regroup_zone: Option<String>,
    /// The totals of a grouping under way.
    pub regroup_generation: Option<i64>,
    /// The last transaction that the grouping has counted; none yet where NULL.
    pub regroup_after: Option<Uuid>,
    /// The last transaction that the grouping is to count; later ones count themselves.
    pub regroup_until: Option<Uuid>,
    /// When the user was erased.
    pub erased_at: Option<i64>,
    /// Whether the texts of the user's transactions were erased as well: 1 or 0, NULL where the user was not erased.
    pub erased_texts: Option<i64>,
    /// What an erasure under way is clearing: `user`, `accounts` or `transactions`.
    pub erasing: Option<String>,
    /// The last account or transaction that it has cleared; none yet where NULL.
    pub erasing_after: Option<Uuid>,
}

/// None: rows are looked up by their own keys.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
