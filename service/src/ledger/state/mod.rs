//! The current state of a ledger's resources, in minor units: what commands are decided over.

mod erasure;
mod ledger;
mod limit;
mod transaction;

use uuid::Uuid;

use super::grouping::{Grouping, Regrouping};
use crate::money::Currency;
use crate::record::{AccountKind, AccountRecord, AccountStatus, ClosingRecord, KeyRecord, Role, UserRecord};
use crate::value::{Day, Metadata, TimeZone, Timestamp};

pub use erasure::{Erasing, Erasure, ErasureStage};
pub use ledger::{LedgerRules, LedgerSecret, LedgerSettings, LedgerSetup, NewLedger};
pub use limit::{Limit, Scope};
pub use transaction::{Hold, Side, Transaction};

/// The name of the system account that money comes from and goes to.
pub const WORLD: &str = "world";
/// The name of a user's account that needs none.
pub const MAIN: &str = "main";
/// The owner of system accounts and of a ledger's own statistics. No user id is empty.
pub const LEDGER_OWNER: &str = "";

/// A currency that a ledger has used, or one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerCurrency {
    /// Its code, and the exponent that the ledger keeps it at for good.
    pub currency: Currency,
    /// When it was first used, or made.
    pub created_at: Timestamp,
    /// What the ledger says of it where it is its own; `None`: it is one of ISO 4217.
    pub own: Option<OwnCurrency>,
}

/// What makes a currency one of the ledger's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCurrency {
    /// What people call it.
    pub name: String,
    /// Position of the event that made it.
    pub position: i64,
}

/// How far a ledger is closed: what is dated until then stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// The last closed day, in UTC; `None`: none is.
    pub through: Option<Day>,
    /// One more with each change; 0 before the first.
    pub version: i64,
    /// When the newest version was recorded.
    pub updated_at: Option<Timestamp>,
    /// Position of its event.
    pub position: Option<i64>,
}

impl Closing {
    /// The document.
    #[must_use]
    pub fn record(&self) -> ClosingRecord {
        ClosingRecord {
            closed_through: self.through,
            version: self.version,
            updated_at: self.updated_at,
        }
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The caller's id.
    pub id: String,
    /// Erasable.
    pub full_name: Option<String>,
    /// Erasable.
    pub email: Option<String>,
    /// The zone that the user lives in.
    pub time_zone: TimeZone,
    /// Erasable.
    pub metadata: Metadata,
    /// 1 when created, one more with each change.
    pub version: i64,
    /// When the user was recorded.
    pub created_at: Timestamp,
    /// When the newest version was recorded.
    pub updated_at: Timestamp,
    /// Position of the newest event.
    pub position: i64,
    /// How the user's statistics are grouped into days.
    pub grouping: Grouping,
    /// The grouping that will replace it, while it is being filled; once it has, until the rows of the one before are
    /// removed.
    pub regrouping: Option<Regrouping>,
    /// That the user was erased: no command may name the user any more.
    pub erasure: Option<Erasure>,
    /// How far the erasure is, until all that it clears is cleared.
    pub erasing: Option<Erasing>,
}

impl User {
    /// The user's document.
    #[must_use]
    pub fn record(&self) -> UserRecord {
        UserRecord {
            id: self.id.clone(),
            full_name: self.full_name.clone(),
            email: self.email.clone(),
            time_zone: self.time_zone.name().to_owned(),
            metadata: UserRecord::shown_metadata(self.metadata.clone(), self.erasure.is_some()),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            erased_at: self.erasure.map(|erasure| erasure.at),
            erased_texts: self.erasure.map(|erasure| erasure.texts),
        }
    }

    /// The groupings that count the transaction now.
    pub fn groupings_of(&self, transaction_id: Uuid) -> impl Iterator<Item = Grouping> + use<> {
        let coming = self.coming().filter(|regrouping| regrouping.counts(transaction_id));
        std::iter::once(self.grouping).chain(coming.map(|regrouping| regrouping.grouping))
    }

    /// The grouping that is being filled, if there is one; one that is shown already is not.
    #[must_use]
    pub fn coming(&self) -> Option<Regrouping> {
        self.regrouping
            .filter(|regrouping| regrouping.grouping.generation != self.grouping.generation)
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// UUIDv7.
    pub id: Uuid,
    /// A user's id, or [`LEDGER_OWNER`].
    pub owner: String,
    /// Unique with owner and currency.
    pub name: String,
    /// The one currency it holds.
    pub currency: Currency,
    /// Sum of its entries.
    pub balance: i64,
    /// Reserved by holds on money going out; never negative.
    pub held_out: i64,
    /// Announced by holds on money coming in; never negative.
    pub held_in: i64,
    /// The least that what is available may be lowered to; `None`: no limit.
    pub minimum_balance: Option<i64>,
    /// What may happen to it.
    pub status: AccountStatus,
    /// Its newest entry's number, 0 before the first.
    pub seq: i64,
    /// Erasable.
    pub metadata: Metadata,
    /// 1 when created, one more with every command that changes the account.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When its newest version was recorded.
    pub updated_at: Timestamp,
    /// Position of its newest event; postings are no events of the account.
    pub position: i64,
}

impl Account {
    /// Balance less what is reserved.
    #[must_use]
    pub fn available(&self) -> i128 {
        // Two 64-bit values always have a 128-bit difference.
        i128::from(self.balance).saturating_sub(i128::from(self.held_out))
    }

    /// Its side of a transaction that counts on no day yet.
    #[must_use]
    pub fn side(&self) -> Side {
        Side {
            account_id: self.id,
            owner: self.owner.clone(),
            days: [None; 2],
        }
    }

    /// Whether it belongs to the ledger itself.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.owner == LEDGER_OWNER
    }

    /// Whether it is the account that money comes from and goes to.
    #[must_use]
    pub fn is_world(&self) -> bool {
        self.is_system() && self.name == WORLD
    }

    /// The account's document.
    #[must_use]
    pub fn record(&self) -> AccountRecord {
        let show = |minor: i64| self.currency.format(i128::from(minor));
        AccountRecord {
            id: self.id,
            user_id: owner_id(&self.owner),
            name: self.name.clone(),
            currency: self.currency.code,
            kind: if self.is_system() {
                AccountKind::System
            } else {
                AccountKind::User
            },
            balance: show(self.balance),
            held_out: show(self.held_out),
            held_in: show(self.held_in),
            available: self.currency.format(self.available()),
            minimum_balance: self.minimum_balance.map(show),
            status: self.status,
            metadata: self.metadata.clone(),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// An API key; of its secret, the hash alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// What is shown of it.
    pub record: KeyRecord,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// Position of its newest event.
    pub position: i64,
}

impl Key {
    /// Whether a bearer of `role` in the ledger called `ledger` may know of it.
    #[must_use]
    pub fn is_visible_to(&self, role: Role, ledger: &str) -> bool {
        self.record.ledger == ledger && (self.record.role != Role::Operator || role == Role::Operator)
    }
}

/// Whose id `owner` is; `None` for the ledger itself.
pub(crate) fn owner_id(owner: &str) -> Option<String> {
    (owner != LEDGER_OWNER).then(|| owner.to_owned())
}
