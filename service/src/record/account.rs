//! The documents of an account, of a line in its journal and of a user's balances.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::named_enum;
use crate::money::CurrencyCode;
use crate::value::{Metadata, Timestamp};

named_enum! {
    /// Whom an account belongs to.
    AccountKind {
        /// A user.
        User = "user",
        /// The ledger itself.
        System = "system",
    }
}

named_enum! {
    /// What may happen to an account.
    AccountStatus {
        /// Anything.
        Open = "open",
        /// No change of its balance or its holds, until it is opened again.
        Frozen = "frozen",
        /// No change of its balance or its holds, for good.
        Closed = "closed",
    }
}

/// An account, as answered and as recorded. Amounts are in major units and may be negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRecord {
    /// UUIDv7.
    pub id: Uuid,
    /// The owner; null for a system account.
    pub user_id: Option<String>,
    /// Unique with the owner and the currency.
    pub name: String,
    /// The one currency that the account holds.
    pub currency: CurrencyCode,
    /// Whom it belongs to.
    pub kind: AccountKind,
    /// Sum of its entries.
    pub balance: String,
    /// Reserved by holds on money going out.
    pub held_out: String,
    /// Announced by holds on money coming in.
    pub held_in: String,
    /// `balance` − `held_out`.
    pub available: String,
    /// The least that `available` may be lowered to; null for no limit.
    pub minimum_balance: Option<String>,
    /// What may happen to it.
    pub status: AccountStatus,
    /// The caller's own members.
    pub metadata: Metadata,
    /// 1 when created, one more with every command that changes the account.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When its newest version was recorded.
    pub updated_at: Timestamp,
}

/// One line of an account's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryRecord {
    /// Counts from 1 without gaps.
    pub seq: i64,
    /// The transaction that moved the money.
    pub transaction_id: Uuid,
    /// The version of the transaction that wrote the line.
    pub transaction_version: i64,
    /// Positive = credit, negative = debit.
    pub amount: String,
    /// The account's balance after the line.
    pub balance: String,
    /// When the transaction happened, as the caller said.
    pub transaction_date: Timestamp,
    /// When the line was written.
    pub recorded_at: Timestamp,
}

/// What a user owns in one currency, over all accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BalanceRecord {
    /// The currency of every amount here.
    pub currency: CurrencyCode,
    /// Sum of the accounts' balances.
    pub balance: String,
    /// Sum of what is reserved.
    pub held_out: String,
    /// Sum of what is announced.
    pub held_in: String,
    /// `balance` − `held_out`.
    pub available: String,
    /// The accounts, in the order of their names.
    pub accounts: Vec<AccountRecord>,
}
