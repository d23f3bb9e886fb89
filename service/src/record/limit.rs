//! The documents of a spending limit, and of what was used of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::named_enum;
use crate::money::CurrencyCode;
use crate::value::{Day, Timestamp};

named_enum! {
    /// Which way money goes, seen from its owner.
    Direction {
        /// In.
        Credit = "credit",
        /// Out.
        Debit = "debit",
    }
}

named_enum! {
    /// What a limit counts together: posted transactions by the day that they are dated on, in the time zone of the user.
    LimitWindow {
        /// Each transaction by itself.
        Transaction = "transaction",
        /// A calendar day.
        Day = "day",
        /// Monday to Sunday.
        Week = "week",
        /// A calendar month.
        Month = "month",
    }
}

named_enum! {
    /// Whether a limit holds.
    LimitStatus {
        /// It does.
        Active = "active",
        /// It does not, until it is active again.
        Disabled = "disabled",
        /// It does not, for good, and is shown no more.
        Deleted = "deleted",
    }
}

/// Whom a limit is for: one of the members, or neither for every user by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitScope {
    /// All accounts of this user together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// This account of a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<Uuid>,
}

/// A spending limit, as answered and as recorded. Amounts are in major units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRecord {
    /// UUIDv7.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Whom it is for.
    pub scope: LimitScope,
    /// The currency of the transactions that it counts.
    pub currency: CurrencyCode,
    /// The way of the money that it counts.
    pub direction: Direction,
    /// What it counts together.
    pub window: LimitWindow,
    /// The most that the amounts of a window may add up to.
    pub max_amount: Option<String>,
    /// The most transactions of a window.
    pub max_count: Option<i64>,
    /// Only transactions of this category are counted; null for all.
    pub category: Option<String>,
    /// Whether it holds.
    pub status: LimitStatus,
    /// 1 when created, one more with each change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When its newest version was recorded.
    pub updated_at: Timestamp,
}

/// A limit that holds for a user, and what was used of it in the window of now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitUsageRecord {
    /// The limit.
    #[serde(flatten)]
    pub limit: LimitRecord,
    /// First day of the window; null where each transaction is one.
    pub window_start: Option<Day>,
    /// Last day of the window.
    pub window_end: Option<Day>,
    /// What the amounts add up to.
    pub used: String,
    /// What is left of `max_amount`, zero where more was used; null without one.
    pub remaining: Option<String>,
    /// How many transactions there are.
    pub used_count: i64,
    /// How many are left of `max_count`, zero where there are more; null without one.
    pub remaining_count: Option<i64>,
}
