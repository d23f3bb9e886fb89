//! What the ledger answers when it does not do what was asked.
//!
//! [`LedgerError`] is everything a command or a read can be refused for. Its variants carry data, never HTTP: which
//! status and code they become is one `match` in the `api` crate. What the database says stays inside
//! [`LedgerError::Internal`] and [`LedgerError::Unavailable`], for the log and for nobody else.

use uuid::Uuid;

use crate::record::{LimitWindow, TransactionStatus};
use crate::value::{Day, FieldError};

/// The kinds of resource that can be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A user.
    User,
    /// An account.
    Account,
    /// A transaction, or a version of one.
    Transaction,
    /// A ledger.
    Ledger,
    /// An API key.
    Key,
    /// A spending limit.
    Limit,
}

impl Resource {
    /// The word for it in codes and sentences.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Account => "account",
            Self::Transaction => "transaction",
            Self::Ledger => "ledger",
            Self::Key => "key",
            Self::Limit => "limit",
        }
    }
}

/// Which maximum of a spending limit would be passed, and how much of it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exceeded {
    /// That of the amounts, in major units.
    Amount {
        /// The most.
        max: String,
        /// What they add up to.
        used: String,
    },
    /// That of the transactions.
    Count {
        /// The most.
        max: i64,
        /// How many there are.
        used: i64,
    },
}

/// Why the ledger refused. A refused command has left nothing behind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Values that only the ledger's state can judge, such as an amount's decimals in an account's currency.
    #[error("the request has invalid values")]
    Invalid(Vec<FieldError>),
    /// The cursor was not made by this list, or by another filter or sort of it.
    #[error("the cursor does not belong to this list")]
    InvalidCursor,
    /// Whoever acts on behalf of a user may not do this.
    #[error("a user may not do this")]
    Forbidden,
    /// No such resource in this ledger.
    #[error("no such {}", .0.as_str())]
    NotFound(Resource),
    /// The caller's `If-Match` names another version than the current one.
    #[error("the version is not the current one")]
    VersionMismatch {
        /// The version that stands; `None` where the resource does not exist.
        current_version: Option<i64>,
    },
    /// The transaction's status does not allow the change.
    #[error("a {} transaction does not allow this", .current_status.as_str())]
    TransactionNotEditable {
        /// The status that stands.
        current_status: TransactionStatus,
    },
    /// The account is closed for good.
    #[error("the account is closed")]
    AccountClosed {
        /// The account.
        account_id: Uuid,
    },
    /// The account is frozen.
    #[error("the account is frozen")]
    AccountFrozen {
        /// The account.
        account_id: Uuid,
    },
    /// A posted transaction of the closed past would be added, changed or taken back.
    #[error("the ledger is closed through {closed_through}")]
    PeriodClosed {
        /// The last closed day, in UTC.
        closed_through: Day,
    },
    /// The account still has a balance or holds.
    #[error("the account is not empty")]
    AccountNotEmpty {
        /// The account.
        account_id: Uuid,
    },
    /// Another transaction of the ledger has the reference.
    #[error("the reference is taken")]
    ReferenceTaken {
        /// The transaction that has it; `None` where whoever asks may not know of it.
        resource_id: Option<Uuid>,
    },
    /// The owner has an account of this name and currency.
    #[error("the account exists")]
    AccountExists {
        /// That account; `None` where it will be made by its first use (`world`).
        resource_id: Option<Uuid>,
    },
    /// There is a ledger of this name.
    #[error("the ledger exists")]
    LedgerExists {
        /// That ledger.
        resource_id: Uuid,
    },
    /// Source and destination are one account.
    #[error("source and destination are one account")]
    SameAccount,
    /// The accounts and the amount do not share one currency.
    #[error("the accounts and the amount do not share one currency")]
    CurrencyMismatch,
    /// More than remains of a transaction would be given back.
    #[error("more than remains")]
    AmountExceedsRemaining {
        /// What remains, in major units.
        remaining_amount: String,
    },
    /// A balance, a held amount or a day's total would pass 2^63−1 minor units.
    #[error("an amount would pass the largest that can be kept")]
    AmountOverflow,
    /// A window of a spending limit would pass its maximum.
    #[error("a spending limit would be passed")]
    LimitExceeded {
        /// The limit.
        limit_id: Uuid,
        /// What it counts together.
        window: LimitWindow,
        /// Which maximum.
        exceeded: Exceeded,
    },
    /// A limit would be passed that holds for another user than the one who asks, to whom nothing more is told.
    #[error("a spending limit of another user would be passed")]
    LimitOfAnotherExceeded,
    /// The available balance would fall below the account's minimum.
    #[error("the available balance does not suffice")]
    InsufficientFunds {
        /// The account that would fall below its minimum.
        account_id: Uuid,
        /// What is available now, in major units.
        available: String,
        /// The least that must remain, in major units.
        minimum_balance: String,
    },
    /// One transaction of an atomic list was refused, and with it the list.
    #[error("transaction {index} of the list: {error}")]
    Item {
        /// Its number in the list, from 0.
        index: usize,
        /// Why.
        error: Box<LedgerError>,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused {
        /// What the first request made or changed.
        resource_id: String,
    },
    /// The queue of the ledger is full.
    #[error("too much is waiting")]
    Overloaded,
    /// The database does not answer, or did not in time; nothing was kept.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The commit's outcome could not be learnt in time; a retry with the same idempotency key settles it.
    #[error("the outcome of the commit is not known: {0}")]
    OutcomeUnknown(String),
    /// A fault of the service itself; nothing was kept.
    #[error("internal fault: {0}")]
    Internal(String),
}

impl LedgerError {
    /// The error's name, as the contract and the meters spell it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "validation_failed",
            Self::InvalidCursor => "invalid_cursor",
            Self::Forbidden => "forbidden",
            Self::NotFound(Resource::User) => "user_not_found",
            Self::NotFound(Resource::Account) => "account_not_found",
            Self::NotFound(Resource::Transaction) => "transaction_not_found",
            Self::NotFound(Resource::Ledger) => "ledger_not_found",
            Self::NotFound(Resource::Key) => "key_not_found",
            Self::NotFound(Resource::Limit) => "limit_not_found",
            Self::VersionMismatch { .. } => "version_mismatch",
            Self::TransactionNotEditable { .. } => "transaction_not_editable",
            Self::AccountClosed { .. } => "account_closed",
            Self::AccountFrozen { .. } => "account_frozen",
            Self::PeriodClosed { .. } => "period_closed",
            Self::AccountNotEmpty { .. } => "account_not_empty",
            Self::ReferenceTaken { .. } => "reference_taken",
            Self::AccountExists { .. } => "account_exists",
            Self::LedgerExists { .. } => "ledger_exists",
            Self::SameAccount => "same_account",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::AmountExceedsRemaining { .. } => "amount_exceeds_remaining",
            Self::AmountOverflow => "amount_overflow",
            Self::LimitExceeded { .. } | Self::LimitOfAnotherExceeded => "limit_exceeded",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::Item { error, .. } => error.code(),
            Self::IdempotencyKeyReused { .. } => "idempotency_key_reused",
            Self::Overloaded => "overloaded",
            Self::Unavailable(_) => "unavailable",
            Self::OutcomeUnknown(_) => "outcome_unknown",
            Self::Internal(_) => "internal",
        }
    }
}
