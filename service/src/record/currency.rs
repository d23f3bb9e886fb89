//! The document of a currency, which never changes.

use serde::{Deserialize, Serialize};

use super::named_enum;
use crate::money::CurrencyCode;
use crate::value::Timestamp;

named_enum! {
    /// Where a currency comes from.
    CurrencyKind {
        /// ISO 4217.
        Iso = "iso",
        /// The ledger, which made it.
        Own = "own",
    }
}

/// A currency that transactions of a ledger can be in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyRecord {
    /// Its code.
    pub code: CurrencyCode,
    /// Where it comes from.
    pub kind: CurrencyKind,
    /// Decimals of the major unit, for good.
    pub exponent: u8,
    /// What people call it.
    pub name: String,
    /// When the ledger made it; `None`: one of ISO 4217.
    pub created_at: Option<Timestamp>,
}
