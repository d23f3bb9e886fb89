//! Ledgers: how one is set up, and those that are made beside `main`.

use std::fmt;

use uuid::Uuid;

use crate::money::{AmountText, Currency};
use crate::record::LedgerRecord;
use crate::value::Timestamp;

/// What an operator decides of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerSettings {
    /// The currency of requests that name none; one of ISO 4217.
    pub default_currency: Currency,
    /// The minimum balance of users' accounts that are given none.
    pub default_minimum_balance: Option<AmountText>,
    /// The rules that are on.
    pub rules: LedgerRules,
}

/// What callers of a ledger must do, or may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct LedgerRules {
    /// A write must have an idempotency key.
    pub require_idempotency_key: bool,
    /// A write of something that has a version must say which one it expects.
    pub require_if_match: bool,
    /// A user's token may record, change and delete the user's own credits and debits.
    pub users_may_edit: bool,
}

/// A ledger's settings as they stand, and when they came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerSetup {
    /// Names the ledger in its hashes.
    pub uuid: Uuid,
    /// What callers pick it by.
    pub name: String,
    /// How it is set up.
    pub settings: LedgerSettings,
    /// 1 when made, one more with each change.
    pub version: i64,
    /// When the ledger was made.
    pub created_at: Timestamp,
    /// When the newest version was recorded.
    pub updated_at: Timestamp,
    /// Position of the event in the ledger's own journal that recorded it; `None`: they are those that it was made with.
    pub position: Option<i64>,
}

impl LedgerSetup {
    /// The ledger's document.
    #[must_use]
    pub fn record(&self) -> LedgerRecord {
        let LedgerSettings {
            default_currency,
            default_minimum_balance,
            rules,
        } = &self.settings;
        LedgerRecord {
            id: self.uuid,
            name: self.name.clone(),
            default_currency: default_currency.code,
            default_minimum_balance: default_minimum_balance.as_ref().and_then(|amount| {
                let minor = amount.minor_units(*default_currency);
                minor.map_or_else(
                    |_| amount.shortest(),
                    |minor| Some(default_currency.format(minor.into())),
                )
            }),
            require_idempotency_key: rules.require_idempotency_key,
            require_if_match: rules.require_if_match,
            users_may_edit: rules.users_may_edit,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// A ledger that a command makes.
#[derive(Clone, Debug)]
pub struct NewLedger {
    /// Its number in the database.
    pub id: i64,
    /// What it is.
    pub setup: LedgerSetup,
    /// Position of the event that made it, in the journal of `main`.
    pub created_position: i64,
    /// What its requests are told apart under.
    pub secret: LedgerSecret,
}

/// What the requests of a ledger are told apart under; it is shown nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LedgerSecret(pub [u8; 32]);

/// That there is one.
impl fmt::Debug for LedgerSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LedgerSecret(…)")
    }
}
