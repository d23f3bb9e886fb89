//! The document of a transaction, and of one step of its history.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::named_enum;
use crate::money::CurrencyCode;
use crate::value::{Metadata, Timestamp};

named_enum! {
    /// Which way a transaction moves money.
    TransactionKind {
        /// From the ledger's `world` account to a user's account.
        Credit = "credit",
        /// From a user's account to the ledger's `world` account.
        Debit = "debit",
        /// Between any two accounts of the ledger.
        Transfer = "transfer",
    }
}

named_enum! {
    /// Where a transaction stands.
    TransactionStatus {
        /// The money has moved.
        Posted = "posted",
        /// Deleted: the money has moved back.
        Voided = "voided",
        /// A hold: money is kept for captures.
        Pending = "pending",
        /// A hold of which some or all was captured, and nothing is kept any more.
        Captured = "captured",
        /// A hold whose time is over: nothing is kept any more.
        Expired = "expired",
    }
}

named_enum! {
    /// What a transaction is to its parent.
    TransactionRelation {
        /// It gives money of the parent back.
        Refund = "refund",
        /// It moves money that the parent keeps.
        Capture = "capture",
    }
}

impl TransactionKind {
    /// The other way round.
    pub(crate) fn reversed(self) -> Self {
        match self {
            Self::Credit => Self::Debit,
            Self::Debit => Self::Credit,
            Self::Transfer => Self::Transfer,
        }
    }

    /// Whose a transaction is, of the owners of its two accounts: a transfer's is nobody's.
    pub(crate) fn user_id(self, source: Option<&str>, destination: Option<&str>) -> Option<String> {
        let owner = match self {
            Self::Credit => destination,
            Self::Debit => source,
            Self::Transfer => None,
        };
        owner.map(str::to_owned)
    }
}

/// A transaction, as answered and as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionRecord {
    /// UUIDv7; ids of a ledger rise in the order of recording.
    pub id: Uuid,
    /// Which way the money moves.
    #[serde(rename = "type")]
    pub kind: TransactionKind,
    /// Where it stands.
    pub status: TransactionStatus,
    /// The owner of the user account of a credit or debit; null for a transfer.
    pub user_id: Option<String>,
    /// Where the money comes from.
    pub source_account_id: Uuid,
    /// Owner of the source account; null for a system account.
    pub source_user_id: Option<String>,
    /// Where the money goes.
    pub destination_account_id: Uuid,
    /// Owner of the destination account; null for a system account.
    pub destination_user_id: Option<String>,
    /// Major units, with exactly the currency's decimals.
    pub amount: String,
    /// Currency of the amount and of both accounts.
    pub currency: CurrencyCode,
    /// When it happened, as the caller says.
    pub transaction_date: Timestamp,
    /// What it was for.
    pub description: Option<String>,
    /// What it is counted under.
    pub category: Option<String>,
    /// The caller's own name for it, unique in the ledger.
    pub reference: Option<String>,
    /// The caller's own members.
    pub metadata: Metadata,
    /// The transaction that this one belongs to.
    pub parent_id: Option<Uuid>,
    /// What this one is to its parent; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<TransactionRelation>,
    /// Major units that its posted refunds give back; absent where it was never refunded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded_amount: Option<String>,
    /// Major units that the posted captures of a hold took; absent where it is no hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_amount: Option<String>,
    /// Major units that a hold still keeps; absent where it is no hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_amount: Option<String>,
    /// When a hold expires, null where it does not by itself; absent where it is no hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Option<Timestamp>>,
    /// 1 when created, one more with each change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When its newest version was recorded.
    pub updated_at: Timestamp,
}

/// One version of a transaction: the document, and who changed what, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RevisionRecord {
    /// The version that the change made.
    pub version: i64,
    /// The document right after the change.
    pub transaction: TransactionRecord,
    /// `{field: {"from": …, "to": …}}` against the version before; empty for the first.
    pub changes: serde_json::Map<String, Value>,
    /// The credential that asked for the change: `key:<id>`.
    pub actor: String,
    /// Why, where the caller said so.
    pub reason: Option<String>,
    /// The request that made the change.
    pub request_id: String,
    /// When the change was recorded.
    pub recorded_at: Timestamp,
    /// The event's position in the ledger.
    pub position: i64,
}
