//! The state of a spending limit.

use uuid::Uuid;

use super::LEDGER_OWNER;
use crate::money::Currency;
use crate::record::{Direction, LimitRecord, LimitScope, LimitStatus, LimitWindow};
use crate::value::{Day, Timestamp, ValueCode, ValueError};

/// A spending limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// UUIDv7.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Whom it is for.
    pub scope: Scope,
    /// Of the maximum, and of the transactions that it counts.
    pub currency: Currency,
    /// The way of the money that it counts.
    pub direction: Direction,
    /// What it counts together.
    pub window: LimitWindow,
    /// Minor units that the amounts of a window may add up to.
    pub max_amount: Option<i64>,
    /// Most transactions of a window.
    pub max_count: Option<i64>,
    /// Only transactions of this category are counted.
    pub category: Option<String>,
    /// Whether it holds.
    pub status: LimitStatus,
    /// 1 when created, one more with each change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When its newest version was recorded.
    pub updated_at: Timestamp,
    /// Position of its newest event.
    pub position: i64,
}

/// Whom a limit is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every user by itself.
    AllUsers,
    /// All accounts of one user together.
    User(String),
    /// One account of a user.
    Account {
        /// The account.
        id: Uuid,
        /// The user.
        owner: String,
    },
}

impl Scope {
    /// The document's member.
    #[must_use]
    pub fn record(&self) -> LimitScope {
        match self {
            Self::AllUsers => LimitScope::default(),
            Self::User(id) => LimitScope {
                user_id: Some(id.clone()),
                account_id: None,
            },
            Self::Account { id, .. } => LimitScope {
                user_id: None,
                account_id: Some(*id),
            },
        }
    }

    /// The user whose transactions are counted; [`LEDGER_OWNER`] where that is every one.
    #[must_use]
    pub fn owner(&self) -> &str {
        match self {
            Self::AllUsers => LEDGER_OWNER,
            Self::User(owner) | Self::Account { owner, .. } => owner,
        }
    }

    /// The one account whose transactions are counted.
    #[must_use]
    pub fn account_id(&self) -> Option<Uuid> {
        match self {
            Self::AllUsers | Self::User(_) => None,
            Self::Account { id, .. } => Some(*id),
        }
    }

    /// The scope of that owner and account.
    #[must_use]
    pub fn stored(owner: String, account_id: Option<Uuid>) -> Self {
        match account_id {
            Some(id) => Self::Account { id, owner },
            None if owner == LEDGER_OWNER => Self::AllUsers,
            None => Self::User(owner),
        }
    }
}

impl Limit {
    /// The limit's document.
    #[must_use]
    pub fn record(&self) -> LimitRecord {
        LimitRecord {
            id: self.id,
            name: self.name.clone(),
            scope: self.scope.record(),
            currency: self.currency.code,
            direction: self.direction,
            window: self.window,
            max_amount: self.max_amount.map(|max| self.currency.format(max.into())),
            max_count: self.max_count,
            category: self.category.clone(),
            status: self.status,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

impl LimitWindow {
    /// The first and the last day of the window that `day` is in; `None` where each transaction is one.
    #[must_use]
    pub fn days(self, day: Day) -> Option<(Day, Day)> {
        match self {
            Self::Transaction => None,
            Self::Day => Some((day, day)),
            Self::Week => Some((day.week_start(), day.week_end())),
            Self::Month => Some((day.month_start(), day.month_end())),
        }
    }

    /// Tells which of a limit's maxima is wrong, and why: it has at least one, and one that counts transactions only where a
    /// window has several.
    ///
    /// # Errors
    /// `required`, `not_allowed`.
    pub fn check_maxima(self, has_amount: bool, has_count: bool) -> Result<(), (&'static str, ValueError)> {
        match (self, has_amount, has_count) {
            (Self::Transaction, _, true) => {
                let detail = "Each transaction is a window: there is always one.";
                Err(("max_count", ValueError::new(ValueCode::NotAllowed, detail)))
            }
            (_, false, false) => {
                let detail = match self {
                    Self::Transaction => "Must be given.",
                    Self::Day | Self::Week | Self::Month => "Must be given, or max_count.",
                };
                Err(("max_amount", ValueError::new(ValueCode::Required, detail)))
            }
            _ => Ok(()),
        }
    }
}
