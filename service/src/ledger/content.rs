//! What a transaction to record says, compared with another that says it and with one that is recorded.
//!
//! By value: `20.5` is `20.50`, a time is the instant that it names. The name of a user that would be made is no part of
//! it, since it is no part of the transaction.

use serde_json::json;

use super::command::{CreateTransaction, Movement, UserSide};
use super::state::MAIN;
use crate::money::AmountText;
use crate::record::{TransactionKind, TransactionRecord};
use crate::value::Timestamp;

impl CreateTransaction {
    /// One text for everything that it says, the same for every spelling of it.
    #[must_use]
    pub fn content(&self) -> String {
        let Self {
            movement,
            amount,
            currency,
            transaction_date,
            description,
            category,
            reference,
            metadata,
            hold,
        } = self;
        let sides = match movement {
            Movement::Credit(side) | Movement::Debit(side) => json!([side.user_id.as_str(), side.account_name()]),
            Movement::Transfer {
                source_account_id,
                destination_account_id,
            } => json!([source_account_id, destination_account_id]),
        };
        json!([
            movement.kind().as_str(),
            sides,
            amount.shortest(),
            currency.map(|currency| currency.code.to_string()),
            transaction_date.map(|date| date.micros()),
            description.as_ref().map(|text| text.as_str()),
            category.as_ref().map(|text| text.as_str()),
            reference.as_ref().map(|text| text.as_str()),
            metadata,
            hold.map(|hold| [hold.expires_at.map(Timestamp::micros)]),
        ])
        .to_string()
    }

    /// Whether `record` is what it would record. `account` is the name of the record's account that is not the world's,
    /// where it has just one. A date that is not given is the time of recording, whichever that was, and so is a
    /// currency that is not given.
    #[must_use]
    pub fn is_recorded_as(&self, record: &TransactionRecord, account: &str) -> bool {
        let Self {
            movement,
            amount,
            currency,
            transaction_date,
            description,
            category,
            reference,
            metadata,
            hold,
        } = self;
        let text = |own: Option<&str>, recorded: &Option<String>| own == recorded.as_deref();
        movement.is_recorded_as(record, account)
            && AmountText::parse(&record.amount).is_ok_and(|recorded| amount.is_worth(&recorded))
            && currency.is_none_or(|currency| currency.code == record.currency)
            && transaction_date.is_none_or(|date| date == record.transaction_date)
            && text(description.as_ref().map(|text| text.as_str()), &record.description)
            && text(category.as_ref().map(|text| text.as_str()), &record.category)
            && text(reference.as_ref().map(|text| text.as_str()), &record.reference)
            && *metadata == record.metadata
            && hold.map(|hold| hold.expires_at) == record.expires_at
    }
}

impl Movement {
    fn kind(&self) -> TransactionKind {
        match self {
            Self::Credit(_) => TransactionKind::Credit,
            Self::Debit(_) => TransactionKind::Debit,
            Self::Transfer { .. } => TransactionKind::Transfer,
        }
    }

    fn is_recorded_as(&self, record: &TransactionRecord, account: &str) -> bool {
        let sides = match self {
            Self::Credit(side) | Self::Debit(side) => {
                record.user_id.as_deref() == Some(side.user_id.as_str()) && side.account_name() == account
            }
            Self::Transfer {
                source_account_id,
                destination_account_id,
            } => {
                record.source_account_id == *source_account_id
                    && record.destination_account_id == *destination_account_id
            }
        };
        sides && self.kind() == record.kind
    }
}

impl UserSide {
    fn account_name(&self) -> &str {
        self.account.as_ref().map_or(MAIN, |name| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;
    use crate::money::Currency;
    use crate::record::TransactionStatus;
    use crate::value::{Category, FullName, Metadata, Name, Reference, Text, Timestamp, UserId};

    const DATE: &str = "2026-01-31T09:30:00Z";

    fn credit() -> CreateTransaction {
        CreateTransaction {
            movement: Movement::Credit(UserSide {
                user_id: UserId::parse("ada").unwrap(),
                full_name: None,
                account: None,
            }),
            amount: AmountText::parse("20.5").unwrap(),
            currency: Some(Currency::parse("USD").unwrap()),
            transaction_date: Some(Timestamp::parse(DATE).unwrap()),
            description: None,
            category: Some(Category::parse("rent").unwrap()),
            reference: Some(Reference::parse("r-1").unwrap()),
            metadata: Metadata::default(),
            hold: None,
        }
    }

    fn record() -> TransactionRecord {
        let date = Timestamp::parse(DATE).unwrap();
        TransactionRecord {
            id: Uuid::nil(),
            kind: TransactionKind::Credit,
            status: TransactionStatus::Posted,
            user_id: Some("ada".to_owned()),
            source_account_id: Uuid::nil(),
            source_user_id: None,
            destination_account_id: Uuid::max(),
            destination_user_id: Some("ada".to_owned()),
            amount: "20.50".to_owned(),
            currency: Currency::parse("USD").unwrap().code,
            transaction_date: date,
            description: None,
            category: Some("rent".to_owned()),
            reference: Some("r-1".to_owned()),
            metadata: Metadata::default(),
            parent_id: None,
            relation: None,
            refunded_amount: None,
            captured_amount: None,
            remaining_amount: None,
            expires_at: None,
            version: 1,
            created_at: date,
            updated_at: date,
        }
    }

    /// Each says something else than [`credit`].
    fn others() -> Vec<CreateTransaction> {
        let side = |user_id: &str, account: Option<&str>| UserSide {
            user_id: UserId::parse(user_id).unwrap(),
            full_name: None,
            account: account.map(|name| Name::parse(name).unwrap()),
        };
        let metadata = BTreeMap::from([("colour".to_owned(), "blue".to_owned())]);
        let movement = |movement| CreateTransaction { movement, ..credit() };
        vec![
            movement(Movement::Debit(side("ada", None))),
            movement(Movement::Credit(side("bob", None))),
            movement(Movement::Credit(side("ada", Some("savings")))),
            movement(Movement::Transfer {
                source_account_id: Uuid::nil(),
                destination_account_id: Uuid::max(),
            }),
            CreateTransaction {
                amount: AmountText::parse("20.51").unwrap(),
                ..credit()
            },
            CreateTransaction {
                currency: Some(Currency::parse("EUR").unwrap()),
                ..credit()
            },
            CreateTransaction {
                transaction_date: Some(Timestamp::parse("2026-01-31T09:30:01Z").unwrap()),
                ..credit()
            },
            CreateTransaction {
                description: Some(Text::parse("flat").unwrap()),
                ..credit()
            },
            CreateTransaction {
                category: None,
                ..credit()
            },
            CreateTransaction {
                reference: None,
                ..credit()
            },
            CreateTransaction {
                metadata: Metadata::parse("metadata", metadata).unwrap(),
                ..credit()
            },
        ]
    }

    /// Each says the same as [`credit`].
    fn spellings() -> Vec<CreateTransaction> {
        let named = UserSide {
            user_id: UserId::parse("ada").unwrap(),
            full_name: Some(FullName::parse("Ada").unwrap()),
            account: Some(Name::parse("main").unwrap()),
        };
        vec![
            credit(),
            CreateTransaction {
                movement: Movement::Credit(named),
                amount: AmountText::parse("20.50").unwrap(),
                transaction_date: Some(Timestamp::parse("2026-01-31T10:30:00.000+01:00").unwrap()),
                ..credit()
            },
        ]
    }

    #[test]
    fn content_is_told_by_value() {
        for spelling in spellings() {
            assert_eq!(spelling.content(), credit().content());
            assert!(spelling.is_recorded_as(&record(), "main"), "{spelling:?}");
        }
        for other in others() {
            assert_ne!(other.content(), credit().content(), "{other:?}");
            assert!(!other.is_recorded_as(&record(), "main"), "{other:?}");
        }
    }

    #[test]
    fn what_the_ledger_chooses_where_nothing_is_said_is_recorded_as_said() {
        let brief = CreateTransaction {
            currency: None,
            transaction_date: None,
            ..credit()
        };
        assert!(brief.is_recorded_as(&record(), "main"));
        assert!(!credit().is_recorded_as(&record(), "savings"));
    }
}
