//! What can be asked for of a ledger as a whole: its currencies, its close, and who may call it.

use crate::money::Currency;
use crate::record::Role;
use crate::value::{Day, Name, Text, Timestamp};

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
