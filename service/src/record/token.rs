//! The document of a user's token; the token itself is in none.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::named_enum;
use crate::value::Timestamp;

named_enum! {
    /// What the bearer of a user's token may do; a writer may also read.
    TokenScope {
        /// Reads what is the user's.
        Read = "read",
        /// Also moves money out of the user's accounts.
        Write = "write",
    }
}

impl TokenScope {
    /// Whether a bearer of this scope may do what `needed` may.
    #[must_use]
    pub fn covers(self, needed: Self) -> bool {
        self == needed || self == Self::Write
    }
}

/// A user's token, as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// UUIDv7; the token names it as `jti`.
    pub id: Uuid,
    /// Whom its bearer acts as.
    pub user_id: String,
    /// What its bearer may do.
    pub scope: TokenScope,
    /// When it stops working by itself; a whole second.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}
