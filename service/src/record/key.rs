//! The document of an API key; its secret is in none.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::named_enum;
use crate::value::Timestamp;

named_enum! {
    /// What the bearer of a key may do; each role may do what the one before it may.
    Role {
        /// Reads.
        Reader = "reader",
        /// Writes users, accounts and transactions.
        Writer = "writer",
        /// Keys and settings of the key's own ledger.
        Admin = "admin",
        /// Every ledger.
        Operator = "operator",
    }
}

impl Role {
    /// Whether a bearer of this role may do what `needed` may.
    #[must_use]
    pub fn covers(self, needed: Self) -> bool {
        self.rank() >= needed.rank()
    }

    fn rank(self) -> u8 {
        match self {
            Self::Reader => 0,
            Self::Writer => 1,
            Self::Admin => 2,
            Self::Operator => 3,
        }
    }
}

/// An API key, as listed and as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// UUIDv7.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// The ledger it was made in; an operator's key reaches all.
    pub ledger: String,
    /// The first characters of the secret, to tell keys apart by.
    pub prefix: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
