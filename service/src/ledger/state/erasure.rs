//! That a user was erased, and how far what the erasure clears is cleared.

use uuid::Uuid;

use super::{Account, Transaction, User};
use crate::value::{Metadata, Timestamp};

/// That a user was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// When.
    pub at: Timestamp,
    /// Whether the texts of the user's transactions are erased as well.
    pub texts: bool,
}

/// What an erasure clears next, once all that comes before is cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasing {
    /// The kind of what it clears.
    pub stage: ErasureStage,
    /// The last of that kind that is cleared.
    pub after: Option<Uuid>,
}

/// The kinds of what an erasure clears, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureStage {
    /// The user's own events.
    User,
    /// The user's accounts, and their events.
    Accounts,
    /// The user's transactions, and their events.
    Transactions,
}

impl ErasureStage {
    /// How it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Accounts => "accounts",
            Self::Transactions => "transactions",
        }
    }

    /// The stage that is stored like this.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::User, Self::Accounts, Self::Transactions]
            .into_iter()
            .find(|stage| stage.as_str() == name)
    }

    /// What comes after it, in an erasure with or without texts.
    #[must_use]
    pub fn next(self, texts: bool) -> Option<Self> {
        match self {
            Self::User => Some(Self::Accounts),
            Self::Accounts => Some(Self::Transactions).filter(|_| texts),
            Self::Transactions => None,
        }
    }
}

impl User {
    /// Whether the erasure takes the metadata of the account; what was written into it afterwards stays.
    #[must_use]
    pub fn erases_account(&self, account: &Account) -> bool {
        self.erasure.is_some() && account.owner == self.id && account.position < self.position
    }

    /// Whether the erasure takes the texts of the transaction; what was written into it afterwards stays.
    #[must_use]
    pub fn erases_transaction(&self, transaction: &Transaction) -> bool {
        let is_own = [&transaction.source, &transaction.destination]
            .iter()
            .any(|side| side.owner == self.id);
        self.erasure.is_some_and(|erasure| erasure.texts) && is_own && transaction.position < self.position
    }
}

impl Account {
    /// Gives up everything that is erasable; whether there was anything.
    pub fn erase(&mut self) -> bool {
        let had = !self.metadata.members().is_empty();
        self.metadata = Metadata::default();
        had
    }
}

impl Transaction {
    /// Gives up everything that is erasable; whether there was anything.
    pub fn erase(&mut self) -> bool {
        let had = self.description.is_some() || !self.metadata.members().is_empty();
        self.description = None;
        self.metadata = Metadata::default();
        had
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_stored_by_their_names_and_end_where_there_is_nothing_to_clear() {
        for texts in [false, true] {
            let mut stages = vec![ErasureStage::User];
            while let Some(next) = stages.last().and_then(|stage| stage.next(texts)) {
                stages.push(next);
            }
            assert_eq!(stages.len(), if texts { 3 } else { 2 });
            for stage in stages {
                assert_eq!(ErasureStage::from_name(stage.as_str()), Some(stage));
            }
        }
        assert_eq!(ErasureStage::from_name("limits"), None);
    }
}
