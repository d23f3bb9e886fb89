//! What can be asked for of a ledger as a whole: its currencies, its close, and who may call it.

use crate::ledger::state::{LedgerSecret, LedgerSettings};
use crate::money::{AmountText, Currency};
use crate::record::{Role, TokenScope};
use crate::value::{Day, LedgerName, Name, Text, Timestamp, UserId};

/// A currency to make; its code is none of ISO 4217.
#[derive(Clone, Debug)]
pub struct CreateCurrency {
    /// Its code, and the exponent that it has for good.
    pub currency: Currency,
    /// What people call it.
    pub name: Name,
}

/// How far a ledger shall be closed.
#[derive(Clone, Debug)]
pub struct CloseThrough {
    /// The last day, in UTC; `None`: no day.
    pub day: Option<Day>,
    /// Why.
    pub reason: Option<Text>,
}

/// A ledger to make beside `main`.
#[derive(Clone, Debug)]
pub struct CreateLedger {
    /// What callers shall pick it by.
    pub name: LedgerName,
    /// How it shall be set up.
    pub settings: LedgerSettings,
    /// What its requests will be told apart under; drawn by whoever asks.
    pub secret: LedgerSecret,
}

/// Changes to the settings of the ledger that is asked: `None` leaves one as it is.
#[derive(Clone, Debug, Default)]
pub struct UpdateLedger {
    /// Another currency of requests that name none; one of ISO 4217.
    pub default_currency: Option<Currency>,
    /// `Some(None)` lifts it.
    pub default_minimum_balance: Option<Option<AmountText>>,
    /// Whether a write must have an idempotency key.
    pub require_idempotency_key: Option<bool>,
    /// Whether a write of something that has a version must say which one it expects.
    pub require_if_match: Option<bool>,
    /// Whether users' tokens may record, change and delete the users' own credits and debits.
    pub users_may_edit: Option<bool>,
    /// Why.
    pub reason: Option<Text>,
}

/// An API key to make. Its secret was made by the caller of the service, which keeps the hash alone.
#[derive(Clone, Debug)]
pub struct CreateKey {
    /// What people call it.
    pub name: Name,
    /// What its bearer may do.
    pub role: Role,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// The first characters of the secret.
    pub prefix: String,
}

/// A token of a user to make. It is signed by the caller of the service, once its making is committed.
#[derive(Clone, Debug)]
pub struct CreateToken {
    /// Whom its bearer acts as; must exist.
    pub user_id: UserId,
    /// What its bearer may do.
    pub scope: TokenScope,
    /// How long it works.
    pub expires_in_s: u32,
}
