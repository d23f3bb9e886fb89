//! The documents of an account's statement, and of its balance in time. Amounts are in major units and may be negative.

use serde::Serialize;
use uuid::Uuid;

use crate::money::CurrencyCode;
use crate::value::{Day, Timestamp};

/// The balance of an account at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountBalanceRecord {
    /// The account.
    pub account_id: Uuid,
    /// The currency of the balance.
    pub currency: CurrencyCode,
    /// The balance then; now where no time was asked for.
    pub balance: String,
    /// As it was recorded until then, where that was asked for.
    pub as_of: Option<Timestamp>,
    /// Of current transactions dated until then, where that was asked for.
    pub effective_at: Option<Timestamp>,
}

/// A page of an account's statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementRecord {
    /// The account.
    pub account_id: Uuid,
    /// The currency of every amount here.
    pub currency: CurrencyCode,
    /// The zone whose days the period is made of.
    pub time_zone: String,
    /// First day asked for.
    pub from: Option<Day>,
    /// Last day asked for.
    pub to: Option<Day>,
    /// Before the first line of the whole period.
    pub opening_balance: String,
    /// After the last line of the whole period.
    pub closing_balance: String,
    /// Oldest first, those of one time by id.
    pub lines: Vec<StatementLineRecord>,
    /// Leads to the next page; null ends the statement.
    pub next_cursor: Option<String>,
}

/// One transaction, as one of its accounts sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementLineRecord {
    /// When it happened, as the caller says.
    pub transaction_date: Timestamp,
    /// The transaction.
    pub transaction_id: Uuid,
    /// What it was for.
    pub description: Option<String>,
    /// The account on its other side.
    pub counterparty_account_id: Uuid,
    /// Positive = money came in, negative = it went out.
    pub amount: String,
    /// The account's balance after the line, in the order of the statement.
    pub balance: String,
}
