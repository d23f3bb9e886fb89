//! What can be asked of a ledger. A command's values are checked; whether its state allows it is decided here.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::money::{AmountText, Currency};
use crate::record::{AccountStatus, Role, TransactionKind};
use crate::value::{Category, FullName, Metadata, MetadataPatch, Name, Reference, Text, TimeZone, Timestamp, UserId};

/// One change that a caller asks for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Records a transaction.
    CreateTransaction(CreateTransaction),
    /// Changes a posted transaction.
    UpdateTransaction(UpdateTransaction),
    /// Deletes a posted transaction: its money moves back.
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
    /// Makes a user, or replaces all of its members.
    PutUser(PutUser),
    /// Changes some of a user's members.
    UpdateUser(UpdateUser),
    /// Makes an account.
    CreateAccount(CreateAccount),
    /// Changes an account.
    UpdateAccount(UpdateAccount),
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

/// An API key to make. Its secret was made by the caller of the service, which keeps the hash alone.
#[derive(Clone, Debug)]
pub struct CreateKey {
    /// What people call it.
    pub name: Name,
    /// What its bearer may do.
    pub role: Role,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// The first characters of the secret.
    pub prefix: String,
}

/// A command, and how it is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked for.
    pub command: Command,
    /// The state that the caller expects.
    pub precondition: Precondition,
    /// The caller's key for this request, if it may be sent again.
    pub idempotency: Option<Idempotency>,
    /// Decide and answer, but keep nothing.
    pub dry_run: bool,
    /// The credential that asks: `key:<id>`.
    pub actor: String,
    /// The id of the HTTP request.
    pub request_id: String,
}

impl Request {
    /// The user whose statistics may have to be grouped by other days once the request is committed.
    #[must_use]
    pub fn regroups(&self) -> Option<&str> {
        match &self.command {
            Command::PutUser(command) => Some(command.id.as_str()),
            Command::UpdateUser(command) if command.time_zone.is_some() => Some(command.id.as_str()),
            _ => None,
        }
        .filter(|_| !self.dry_run)
    }

    /// How many bytes the request keeps while it waits.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let versions = match &self.precondition {
            Precondition::VersionIn(versions) => versions.len().saturating_mul(size_of::<i64>()),
            Precondition::Any | Precondition::Exists | Precondition::Absent => 0,
        };
        [
            size_of::<Self>(),
            self.command.text_bytes(),
            versions,
            self.actor.len(),
            self.request_id.len(),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

impl Command {
    /// Bytes of the texts that were given.
    fn text_bytes(&self) -> usize {
        match self {
            Self::CreateTransaction(command) => command.text_bytes(),
            Self::UpdateTransaction(command) => command.text_bytes(),
            Self::VoidTransaction { reason, .. } | Self::RestoreTransaction { reason, .. } => {
                bytes_of([reason.as_ref().map(Text::as_str)])
            }
            Self::PutUser(command) => bytes_of([
                Some(command.id.as_str()),
                Some(command.full_name.as_str()),
                command.email.as_deref(),
            ])
            .saturating_add(command.metadata.size_bytes()),
            Self::UpdateUser(command) => bytes_of([
                Some(command.id.as_str()),
                command.full_name.as_ref().map(FullName::as_str),
                command.email.as_ref().and_then(Option::as_deref),
            ])
            .saturating_add(patch_bytes(command.metadata.as_ref())),
            Self::CreateAccount(command) => bytes_of([
                command.user_id.as_ref().map(UserId::as_str),
                Some(command.name.as_str()),
            ])
            .saturating_add(command.metadata.size_bytes()),
            Self::UpdateAccount(command) => patch_bytes(command.metadata.as_ref()),
            Self::CreateKey(command) | Self::CreateFirstKey(command) => {
                bytes_of([Some(command.name.as_str()), Some(command.prefix.as_str())])
            }
            Self::RevokeKey { .. } => 0,
        }
    }
}

impl CreateTransaction {
    fn text_bytes(&self) -> usize {
        let side = match &self.movement {
            Movement::Credit(side) | Movement::Debit(side) => bytes_of([
                Some(side.user_id.as_str()),
                side.full_name.as_ref().map(FullName::as_str),
                side.account.as_ref().map(Name::as_str),
            ]),
            Movement::Transfer { .. } => 0,
        };
        let texts = bytes_of([
            self.description.as_ref().map(Text::as_str),
            self.category.as_ref().map(Category::as_str),
            self.reference.as_ref().map(Reference::as_str),
        ]);
        side.saturating_add(texts).saturating_add(self.metadata.size_bytes())
    }
}

impl UpdateTransaction {
    fn text_bytes(&self) -> usize {
        bytes_of([
            self.description.as_ref().and_then(Option::as_ref).map(Text::as_str),
            self.category.as_ref().and_then(Option::as_ref).map(Category::as_str),
            self.reference.as_ref().and_then(Option::as_ref).map(Reference::as_str),
            self.reason.as_ref().map(Text::as_str),
        ])
        .saturating_add(patch_bytes(self.metadata.as_ref()))
    }
}

fn bytes_of<const COUNT: usize>(texts: [Option<&str>; COUNT]) -> usize {
    texts.into_iter().flatten().map(str::len).sum()
}

fn patch_bytes(patch: Option<&MetadataPatch>) -> usize {
    patch.map_or(0, MetadataPatch::size_bytes)
}

/// The state that a caller expects, from the headers of a conditional request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// None.
    #[default]
    Any,
    /// `If-Match: *`: the resource must exist.
    Exists,
    /// `If-Match`: its version must be one of these.
    VersionIn(Vec<i64>),
    /// `If-None-Match: *`: it must not exist.
    Absent,
}

/// What makes a request sent twice one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// What stands for the caller's key; see [`Idempotency::key_of`].
    pub key: Uuid,
    /// Tells the request from another with the same key; see [`crate::Ledger::fingerprint`].
    pub fingerprint: [u8; 32],
}

impl Idempotency {
    /// What stands for the caller's `key` within `scope`, which is empty for API keys: the first half of a SHA-256 over
    /// both. It is as short as an id, says nothing of its caller, and two keys never share it.
    #[must_use]
    pub fn key_of(scope: &str, key: &str) -> Uuid {
        let mut hasher = Sha256::new();
        // Neither has a NUL.
        for part in [scope, "\0", key] {
            hasher.update(part);
        }
        let mut half = [0; 16];
        half.iter_mut().zip(hasher.finalize()).for_each(|(to, from)| *to = from);
        Uuid::from_bytes(half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_as_large_as_its_texts_and_what_it_expects() {
        let text = |length: usize| Text::parse(&"€".repeat(length)).unwrap();
        let update = |description, reason, versions: usize| Request {
            command: Command::UpdateTransaction(UpdateTransaction {
                id: Uuid::nil(),
                amount: None,
                kind: None,
                transaction_date: None,
                description,
                category: None,
                reference: None,
                metadata: None,
                reason,
            }),
            precondition: Precondition::VersionIn(vec![1; versions]),
            idempotency: None,
            dry_run: false,
            actor: String::new(),
            request_id: String::new(),
        };
        let empty = update(None, None, 0).size_bytes();
        assert!(empty >= size_of::<Request>());
        assert_eq!(update(Some(Some(text(500))), None, 0).size_bytes(), empty + 1500);
        assert_eq!(update(Some(None), Some(text(500)), 0).size_bytes(), empty + 1500);
        assert_eq!(update(None, None, 100).size_bytes(), empty + 800);
        let with_key = Request {
            idempotency: Some(Idempotency {
                key: Idempotency::key_of("ada", "key"),
                fingerprint: [0; 32],
            }),
            actor: "a".repeat(10),
            request_id: "r".repeat(128),
            ..update(None, None, 0)
        };
        assert_eq!(with_key.size_bytes(), empty + 10 + 128);
    }
}
