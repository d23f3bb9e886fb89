//! What can be asked for of spending limits.

use uuid::Uuid;

use crate::money::{AmountText, Currency};
use crate::record::{Direction, LimitStatus, LimitWindow};
use crate::value::{Category, Name, UserId};

/// A spending limit to make.
#[derive(Clone, Debug)]
pub struct CreateLimit {
    /// What people call it.
    pub name: Name,
    /// Whom it is for.
    pub scope: LimitFor,
    /// `None`: the currency of the account, else the ledger's default currency.
    pub currency: Option<Currency>,
    /// The way of the money that it counts.
    pub direction: Direction,
    /// What it counts together.
    pub window: LimitWindow,
    /// The most that a window's amounts may add up to, in major units.
    pub max_amount: Option<AmountText>,
    /// The most transactions of a window.
    pub max_count: Option<i64>,
    /// Only transactions of this category are counted.
    pub category: Option<Category>,
    /// Whether it holds from the start.
    pub status: LimitStatus,
}

/// Whom a spending limit to make is for.
#[derive(Clone, Debug)]
pub enum LimitFor {
    /// Every user by itself.
    AllUsers,
    /// All accounts of one user together.
    User(UserId),
    /// One account of a user.
    Account(Uuid),
}

/// Changes to a spending limit: `None` leaves a member as it is.
#[derive(Clone, Debug)]
pub struct UpdateLimit {
    /// The limit.
    pub id: Uuid,
    /// A new name.
    pub name: Option<Name>,
    /// `Some(None)` lifts it, where there is another.
    pub max_amount: Option<Option<AmountText>>,
    /// `Some(None)` lifts it, where there is another.
    pub max_count: Option<Option<i64>>,
    /// Whether it holds.
    pub status: Option<LimitStatus>,
}
