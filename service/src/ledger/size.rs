//! How large a request is, by which queues and batches are bounded.

use super::command::{Command, CreateTransaction, Movement, UpdateTransaction};
use super::request::{Precondition, Request};
use crate::value::{Category, FullName, MetadataPatch, Name, Reference, Text, UserId};

impl Request {
    /// How many commands it counts for: a list is as many as it has items.
    #[must_use]
    pub fn weight(&self) -> usize {
        match &self.command {
            Command::CreateTransactions(list) => list.items.len().max(1),
            _ => 1,
        }
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
            self.acting_user.as_ref().map_or(0, |user| user.as_str().len()),
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
            Self::CreateTransactions(list) => list.items.iter().fold(0, |sum, item| {
                let own = size_of_val(item).saturating_add(item.command.text_bytes());
                sum.saturating_add(own)
            }),
            Self::UpdateTransaction(command) => command.text_bytes(),
            Self::VoidTransaction { reason, .. }
            | Self::RestoreTransaction { reason, .. }
            | Self::VoidHold { reason, .. } => bytes_of([reason.as_ref().map(Text::as_str)]),
            Self::RefundTransaction(command) => {
                bytes_of([command.reason.as_ref().map(Text::as_str)]).saturating_add(command.metadata.size_bytes())
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
            Self::CreateCurrency(command) => bytes_of([Some(command.name.as_str())]),
            Self::CreateLimit(command) => bytes_of([
                Some(command.name.as_str()),
                command.category.as_ref().map(Category::as_str),
            ]),
            Self::UpdateLimit(command) => bytes_of([command.name.as_ref().map(Name::as_str)]),
            Self::CreateLedger(command) => bytes_of([Some(command.name.as_str())]),
            Self::UpdateLedger(command) => bytes_of([command.reason.as_ref().map(Text::as_str)]),
            Self::CloseThrough(command) => bytes_of([command.reason.as_ref().map(Text::as_str)]),
            Self::CreateKey(command) | Self::CreateFirstKey(command) => {
                bytes_of([Some(command.name.as_str()), Some(command.prefix.as_str())])
            }
            Self::CreateToken(command) => bytes_of([Some(command.user_id.as_str())]),
            Self::CaptureHold(_)
            | Self::ExtendHold { .. }
            | Self::ExpireHold { .. }
            | Self::DeleteLimit { .. }
            | Self::RevokeKey { .. } => 0,
            Self::EraseUser(command) => bytes_of([Some(command.id.as_str())]),
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ledger::request::Idempotency;

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
            acting_user: None,
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
            acting_user: None,
            request_id: "r".repeat(128),
            ..update(None, None, 0)
        };
        assert_eq!(with_key.size_bytes(), empty + 10 + 128);
    }
}
