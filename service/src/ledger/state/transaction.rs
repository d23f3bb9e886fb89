//! The state of a transaction, posted or a hold.

use uuid::Uuid;

use super::owner_id;
use crate::money::Currency;
use crate::record::{Direction, TransactionKind, TransactionRecord, TransactionRelation, TransactionStatus};
use crate::value::{Day, Metadata, Timestamp};

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// UUIDv7.
    pub id: Uuid,
    /// Which way the money moves.
    pub kind: TransactionKind,
    /// Where it stands.
    pub status: TransactionStatus,
    /// Where the money comes from.
    pub source: Side,
    /// Where it goes.
    pub destination: Side,
    /// Minor units, above zero.
    pub amount: i64,
    /// Of the amount and of both accounts.
    pub currency: Currency,
    /// When it happened, as the caller says.
    pub transaction_date: Timestamp,
    /// Erasable.
    pub description: Option<String>,
    /// What it is counted under.
    pub category: Option<String>,
    /// Unique in the ledger.
    pub reference: Option<String>,
    /// Erasable.
    pub metadata: Metadata,
    /// The transaction that this one belongs to.
    pub parent_id: Option<Uuid>,
    /// What this one is to its parent.
    pub relation: Option<TransactionRelation>,
    /// Minor units that its posted refunds give back; `None`: it was never refunded.
    pub refunded: Option<i64>,
    /// What makes it a hold, which moves no money itself; `None`: it is none.
    pub hold: Option<Hold>,
    /// 1 when created, one more with each change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When its newest version was recorded.
    pub updated_at: Timestamp,
    /// Position of its first event.
    pub first_position: i64,
    /// Position of its newest event.
    pub position: i64,
}

/// What a hold has besides what every transaction has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Minor units that its posted captures took.
    pub captured: i64,
    /// From when on it can no longer be captured; `None`: it stands until it is captured or voided.
    pub expires_at: Option<Timestamp>,
}

impl Hold {
    /// What the columns of a transaction tell of it; `None` where nothing was ever to be captured.
    pub(crate) fn stored(captured: Option<i64>, expires_at: Option<i64>) -> Option<Self> {
        captured.map(|captured| Self {
            captured,
            expires_at: expires_at.map(Timestamp::from_micros),
        })
    }

    /// Minor units that a hold of `amount` keeps where it stands at `status`: what is not captured, while it is pending.
    #[must_use]
    pub fn held(self, status: TransactionStatus, amount: i64) -> i64 {
        match status {
            TransactionStatus::Pending => amount.saturating_sub(self.captured),
            _ => 0,
        }
    }
}

/// One side of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The account.
    pub account_id: Uuid,
    /// The account's owner.
    pub owner: String,
    /// The day that it counts on, for each of the owner's two newest groupings; see [`Grouping::slot`](crate::ledger::Grouping::slot).
    pub days: [Option<Day>; 2],
}

impl Transaction {
    /// The side whose owner sees a movement in `direction`.
    #[must_use]
    pub fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Credit => &self.destination,
            Direction::Debit => &self.source,
        }
    }

    /// Whether some of its money was given back.
    #[must_use]
    pub fn is_refunded(&self) -> bool {
        self.refunded.is_some_and(|refunded| refunded > 0)
    }

    /// Where it stands at that time: a hold that is past its time has expired, whether or not that is recorded.
    #[must_use]
    pub fn status_at(&self, now: Timestamp) -> TransactionStatus {
        let is_due = self.hold.and_then(|hold| hold.expires_at).is_some_and(|at| at <= now);
        match self.status {
            TransactionStatus::Pending if is_due => TransactionStatus::Expired,
            status => status,
        }
    }

    /// Minor units that it keeps on its accounts; 0 for what is no hold.
    #[must_use]
    pub fn held(&self) -> i64 {
        self.hold.map_or(0, |hold| hold.held(self.status, self.amount))
    }

    /// The transaction's document.
    #[must_use]
    pub fn record(&self) -> TransactionRecord {
        let show = |minor: i64| self.currency.format(i128::from(minor));
        let (source_user_id, destination_user_id) = (owner_id(&self.source.owner), owner_id(&self.destination.owner));
        TransactionRecord {
            id: self.id,
            kind: self.kind,
            status: self.status,
            user_id: self
                .kind
                .user_id(source_user_id.as_deref(), destination_user_id.as_deref()),
            source_account_id: self.source.account_id,
            source_user_id,
            destination_account_id: self.destination.account_id,
            destination_user_id,
            amount: show(self.amount),
            currency: self.currency.code,
            transaction_date: self.transaction_date,
            description: self.description.clone(),
            category: self.category.clone(),
            reference: self.reference.clone(),
            metadata: self.metadata.clone(),
            parent_id: self.parent_id,
            relation: self.relation,
            refunded_amount: self.refunded.map(show),
            captured_amount: self.hold.map(|hold| show(hold.captured)),
            remaining_amount: self.hold.map(|_| show(self.held())),
            expires_at: self.hold.map(|hold| hold.expires_at),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
