//! What was used of spending limits: how many transactions of a window there are, and what they add up to.
//!
//! A batch looks at few windows, and which these are is known once it is decided. So a command that needs a window which
//! the snapshot lacks takes it for empty, and says that it lacks it; the batch is decided again once that is loaded.
//! Windows that are loaded are kept up to date by every command, and so from batch to batch.

use uuid::Uuid;

use crate::money::CurrencyCode;
use crate::record::Direction;
use crate::value::Day;

/// Whose transactions of which days are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UsageKey {
    /// The user.
    pub owner: String,
    /// One account of the user; `None`: all together.
    pub account_id: Option<Uuid>,
    /// The currency.
    pub currency: CurrencyCode,
    /// The way of the money.
    pub direction: Direction,
    /// A category, or [`super::ALL_CATEGORIES`].
    pub category: String,
    /// The number of the user's grouping whose days these are.
    pub generation: i64,
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
}

/// What is counted there, or by how much that changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Transactions.
    pub count: i64,
    /// Their minor units.
    pub amount: i128,
}

impl Usage {
    /// Both together; far from the bounds of their types.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            amount: self.amount.saturating_add(other.amount),
        }
    }
}
