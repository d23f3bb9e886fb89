//! The documents of the service: what the API answers is what an event records is what a subscriber is sent.
//!
//! Amounts are text in major units, times RFC 3339 in UTC. A record is read-only: it is made from the state of a
//! resource right after a change, or read back from the event that recorded the change.

mod account;
mod audit;
mod batch;
mod closing;
mod currency;
mod key;
mod ledger;
mod limit;
mod statement;
mod statistics;
mod token;
mod transaction;
mod user;

pub use account::{AccountKind, AccountRecord, AccountStatus, BalanceRecord, EntryRecord};
pub use audit::{BlockRecord, EventRecord, EventsRecord, HeadRecord};
pub use batch::BatchRecord;
pub use closing::ClosingRecord;
pub use currency::{CurrencyKind, CurrencyRecord};
pub use key::{KeyRecord, Role};
pub use ledger::LedgerRecord;
pub use limit::{Direction, LimitRecord, LimitScope, LimitStatus, LimitUsageRecord, LimitWindow};
pub use statement::{AccountBalanceRecord, StatementLineRecord, StatementRecord};
pub use statistics::{CategoryStatistics, CurrencyStatistics, DirectionStatistics, PeriodStatistics, StatisticsRecord};
pub use token::{TokenRecord, TokenScope};
pub use transaction::{RevisionRecord, TransactionKind, TransactionRecord, TransactionRelation, TransactionStatus};
pub use user::UserRecord;

/// Any one resource: the answer to a write.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Record {
    /// A transaction.
    Transaction(TransactionRecord),
    /// A user.
    User(UserRecord),
    /// An account.
    Account(AccountRecord),
    /// A currency of the ledger's own.
    Currency(CurrencyRecord),
    /// Transactions that were recorded together: an answer, and no document of an event.
    Batch(BatchRecord),
    /// How far the ledger is closed.
    Closing(ClosingRecord),
    /// A ledger, and how it is set up.
    Ledger(LedgerRecord),
    /// A spending limit.
    Limit(LimitRecord),
    /// An API key, without its secret.
    Key(KeyRecord),
    /// A user's token, without what it is shown as.
    Token(TokenRecord),
}

impl Record {
    /// The resource's version, where it has one: what an `ETag` is made of.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        match self {
            Self::Transaction(record) => Some(record.version),
            Self::User(record) => Some(record.version),
            Self::Account(record) => Some(record.version),
            Self::Closing(record) => Some(record.version),
            Self::Ledger(record) => Some(record.version),
            Self::Limit(record) => Some(record.version),
            Self::Batch(_) | Self::Currency(_) | Self::Key(_) | Self::Token(_) => None,
        }
    }

    /// The version as events count it: of a key, 1 when made and 2 when revoked.
    #[must_use]
    pub fn subject_version(&self) -> i64 {
        match self {
            Self::Key(record) => {
                if record.revoked_at.is_some() {
                    2
                } else {
                    1
                }
            }
            other => other.version().unwrap_or(1),
        }
    }

    /// The resource's id, as text.
    #[must_use]
    pub fn resource_id(&self) -> String {
        match self {
            Self::Transaction(record) => record.id.to_string(),
            Self::Currency(record) => record.code.to_string(),
            Self::User(record) => record.id.clone(),
            Self::Account(record) => record.id.to_string(),
            Self::Batch(record) => record
                .data
                .first()
                .map(|first| first.id.to_string())
                .unwrap_or_default(),
            Self::Closing(_) => "closing".to_owned(),
            Self::Ledger(record) => record.id.to_string(),
            Self::Limit(record) => record.id.to_string(),
            Self::Key(record) => record.id.to_string(),
            Self::Token(record) => record.id.to_string(),
        }
    }
}

/// Writes the names of a fieldless enum once: as the contract, the database and the events spell them.
macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value as the contract spells it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value spelled `text`, if there is one.
            #[must_use]
            pub fn from_name(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use named_enum;
