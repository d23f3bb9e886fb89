//! The document of a ledger, as operators see it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::money::CurrencyCode;
use crate::value::Timestamp;

/// A ledger, and how it is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRecord {
    /// UUIDv7; it enters the hash of each of the ledger's blocks.
    pub id: Uuid,
    /// What callers pick it by, for good.
    pub name: String,
    /// The currency of requests that name none.
    pub default_currency: CurrencyCode,
    /// The minimum balance of users' accounts that are given none, in major units of each account's currency; `None`:
    /// they may go negative without limit.
    pub default_minimum_balance: Option<String>,
    /// Whether a write must have an `Idempotency-Key`.
    pub require_idempotency_key: bool,
    /// Whether a write of something that has a version must say which one it expects.
    pub require_if_match: bool,
    /// Whether a user's token may record, change and delete the user's own credits and debits.
    pub users_may_edit: bool,
    /// 1 when made, one more with each change of the settings.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the newest version was recorded.
    pub updated_at: Timestamp,
}
