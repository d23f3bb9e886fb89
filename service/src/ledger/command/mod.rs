//! What can be asked of a ledger. A command's values are checked; whether its state allows it is decided here.

mod ledgers;
mod limits;

use uuid::Uuid;

use super::request::Idempotency;
use crate::money::{AmountText, Currency};
use crate::record::{AccountStatus, Role, TransactionKind};
use crate::value::{Category, FullName, Metadata, MetadataPatch, Name, Reference, Text, TimeZone, Timestamp, UserId};

pub use ledgers::{CloseThrough, CreateCurrency, CreateKey, CreateLedger, CreateToken, UpdateLedger};
pub use limits::{CreateLimit, LimitFor, UpdateLimit};

/// One change that a caller asks for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Records a transaction.
    CreateTransaction(CreateTransaction),
    /// Records many transactions.
    CreateTransactions(CreateTransactions),
    /// Changes a posted transaction, or a hold that is pending.
    UpdateTransaction(UpdateTransaction),
    /// Deletes a posted transaction: its money moves back. Of a hold, what it still keeps is given up.
    VoidTransaction {
        /// The transaction.
        id: Uuid,
        /// Why.
        reason: Option<Text>,
    },
    /// Posts a voided transaction again.
    RestoreTransaction {
        /// The transaction.
        id: Uuid,
        /// Why.
        reason: Option<Text>,
    },
    /// Moves money that a hold keeps.
    CaptureHold(CaptureHold),
    /// Gives up what a hold still keeps.
    VoidHold {
        /// The hold.
        id: Uuid,
        /// Why.
        reason: Option<Text>,
    },
    /// Lets a hold stand until another time.
    ExtendHold {
        /// The hold.
        id: Uuid,
        /// From when on it can no longer be captured.
        expires_at: Timestamp,
    },
    /// Records that a hold is past its time. Of what is none, or is not past it, nothing is recorded.
    ExpireHold {
        /// The hold.
        id: Uuid,
    },
    /// Gives money of a posted transaction back.
    RefundTransaction(RefundTransaction),
    /// Makes a user, or replaces all of its members.
    PutUser(PutUser),
    /// Changes some of a user's members.
    UpdateUser(UpdateUser),
    /// Erases what is personal of a user, for good.
    EraseUser(EraseUser),
    /// Makes an account.
    CreateAccount(CreateAccount),
    /// Changes an account.
    UpdateAccount(UpdateAccount),
    /// Makes a currency of the ledger's own.
    CreateCurrency(CreateCurrency),
    /// Closes the ledger's past, or reopens some of it.
    CloseThrough(CloseThrough),
    /// Makes a spending limit.
    CreateLimit(CreateLimit),
    /// Changes a spending limit.
    UpdateLimit(UpdateLimit),
    /// Ends a spending limit.
    DeleteLimit {
        /// The limit.
        id: Uuid,
    },
    /// Makes a ledger; asked of `main`.
    CreateLedger(CreateLedger),
    /// Changes how the ledger is set up.
    UpdateLedger(UpdateLedger),
    /// Records that a user's token is made.
    CreateToken(CreateToken),
    /// Makes an API key.
    CreateKey(CreateKey),
    /// Makes an API key where the ledger never had one; else answers its oldest.
    CreateFirstKey(CreateKey),
    /// Ends an API key.
    RevokeKey {
        /// The key.
        id: Uuid,
        /// The role of whoever asks: only an operator may know of operator keys.
        by: Role,
    },
}

/// A transaction to record.
#[derive(Clone, Debug)]
pub struct CreateTransaction {
    /// Between whom.
    pub movement: Movement,
    /// How much, in major units; above zero.
    pub amount: AmountText,
    /// `None`: the ledger's default currency, in a transfer the source account's.
    pub currency: Option<Currency>,
    /// `None`: the time of recording.
    pub transaction_date: Option<Timestamp>,
    /// What it is for.
    pub description: Option<Text>,
    /// What it is counted under.
    pub category: Option<Category>,
    /// The caller's own name for it.
    pub reference: Option<Reference>,
    /// The caller's own members.
    pub metadata: Metadata,
    /// Keep the money instead of moving it.
    pub hold: Option<NewHold>,
}

/// Transactions to record with one request; each sees the effects of those before it.
#[derive(Clone, Debug)]
pub struct CreateTransactions {
    /// The transactions, in order.
    pub items: Vec<ListedTransaction>,
    /// All or nothing; else each for itself.
    pub is_atomic: bool,
}

/// One transaction of a list.
#[derive(Clone, Debug)]
pub struct ListedTransaction {
    /// Its number in the caller's list, from 0.
    pub index: usize,
    /// What is to be recorded.
    pub command: CreateTransaction,
    /// The caller's key for this one, if it may be sent again.
    pub idempotency: Option<Idempotency>,
}

/// How long a new hold stands.
#[derive(Clone, Copy, Debug)]
pub struct NewHold {
    /// From when on it can no longer be captured; `None`: it stands until it is captured or voided.
    pub expires_at: Option<Timestamp>,
}

/// Between which accounts a new transaction moves money.
#[derive(Clone, Debug)]
pub enum Movement {
    /// From `world` to an account of a user.
    Credit(UserSide),
    /// From an account of a user to `world`.
    Debit(UserSide),
    /// Between two accounts.
    Transfer {
        /// Where the money comes from.
        source_account_id: Uuid,
        /// Where it goes.
        destination_account_id: Uuid,
    },
}

/// The user's side of a credit or a debit.
#[derive(Clone, Debug)]
pub struct UserSide {
    /// The user; made where it was never seen.
    pub user_id: UserId,
    /// The name of a user that is made; ignored for one that is known.
    pub full_name: Option<FullName>,
    /// The account's name; `None`: `main`, which is made on first use.
    pub account: Option<Name>,
}

/// Changes to a transaction: `None` leaves a member as it is.
#[derive(Clone, Debug)]
pub struct UpdateTransaction {
    /// The transaction.
    pub id: Uuid,
    /// A new amount, in major units of the transaction's currency; above zero.
    pub amount: Option<AmountText>,
    /// Credit to debit, or back.
    pub kind: Option<TransactionKind>,
    /// A new date.
    pub transaction_date: Option<Timestamp>,
    /// `Some(None)` clears it.
    pub description: Option<Option<Text>>,
    /// `Some(None)` clears it.
    pub category: Option<Option<Category>>,
    /// `Some(None)` clears it.
    pub reference: Option<Option<Reference>>,
    /// Merged into the metadata.
    pub metadata: Option<MetadataPatch>,
    /// Why.
    pub reason: Option<Text>,
}

/// A user as it shall be.
#[derive(Clone, Debug)]
pub struct PutUser {
    /// The caller's id.
    pub id: UserId,
    /// The user's name.
    pub full_name: FullName,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// `None`: UTC.
    pub time_zone: Option<TimeZone>,
    /// The caller's own members.
    pub metadata: Metadata,
}

/// Changes to a user: `None` leaves a member as it is.
#[derive(Clone, Debug)]
pub struct UpdateUser {
    /// The user.
    pub id: UserId,
    /// A new name.
    pub full_name: Option<FullName>,
    /// `Some(None)` clears it.
    pub email: Option<Option<String>>,
    /// A new time zone: the user's statistics are grouped anew.
    pub time_zone: Option<TimeZone>,
    /// Merged into the metadata.
    pub metadata: Option<MetadataPatch>,
}

/// A user to erase.
#[derive(Clone, Debug)]
pub struct EraseUser {
    /// The user.
    pub id: UserId,
    /// Whether the texts of the user's transactions are erased as well.
    pub texts: bool,
}

/// A transaction the other way round, for money that another one moved.
#[derive(Clone, Debug)]
pub struct RefundTransaction {
    /// The transaction whose money is given back.
    pub id: Uuid,
    /// How much; `None`: all that remains.
    pub amount: Option<AmountText>,
    /// The refund's own members.
    pub metadata: Metadata,
    /// Why.
    pub reason: Option<Text>,
}

/// A transaction for money that a hold keeps.
#[derive(Clone, Debug)]
pub struct CaptureHold {
    /// The hold.
    pub id: Uuid,
    /// How much; `None`: all that remains.
    pub amount: Option<AmountText>,
    /// Whether the rest is given up.
    pub is_final: bool,
}

/// An account to make.
#[derive(Clone, Debug)]
pub struct CreateAccount {
    /// The owner; `None`: the ledger itself.
    pub user_id: Option<UserId>,
    /// Unique with owner and currency.
    pub name: Name,
    /// The one currency it holds.
    pub currency: Currency,
    /// The least that its available balance may be lowered to, at most zero; `None`: no limit.
    pub minimum_balance: Option<AmountText>,
    /// The caller's own members.
    pub metadata: Metadata,
}

/// Changes to an account: `None` leaves a member as it is.
#[derive(Clone, Debug)]
pub struct UpdateAccount {
    /// The account.
    pub id: Uuid,
    /// `Some(None)` lifts the limit.
    pub minimum_balance: Option<Option<AmountText>>,
    /// A new status.
    pub status: Option<AccountStatus>,
    /// Merged into the metadata.
    pub metadata: Option<MetadataPatch>,
}
