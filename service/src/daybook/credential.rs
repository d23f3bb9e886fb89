//! Whoever asks: by a key, or by a user's token.

use uuid::Uuid;

use crate::record::{Role, TokenScope};
use crate::value::UserId;

/// Whoever asks, and in which ledger.
#[derive(Clone, Debug)]
pub struct Credential {
    /// What was shown, and what it allows.
    pub bearer: Bearer,
    /// The ledger it belongs to; `None` for an operator.
    pub ledger: Option<String>,
}

/// What was shown, and what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// An API key.
    Key {
        /// The key.
        id: Uuid,
        /// What its bearer may do.
        role: Role,
    },
    /// A token, whose bearer acts as one user.
    User {
        /// The user, who may not be there.
        id: UserId,
        /// What its bearer may do.
        scope: TokenScope,
    },
}

impl Credential {
    /// The role of a key; a user has none.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match &self.bearer {
            Bearer::Key { role, .. } => Some(*role),
            Bearer::User { .. } => None,
        }
    }

    /// The one user that the bearer acts as.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        match &self.bearer {
            Bearer::Key { .. } => None,
            Bearer::User { id, .. } => Some(id),
        }
    }

    /// As the journal names it.
    #[must_use]
    pub fn actor(&self) -> String {
        match &self.bearer {
            Bearer::Key { id, .. } => format!("key:{id}"),
            Bearer::User { id, .. } => format!("user:{}", id.as_str()),
        }
    }
}
