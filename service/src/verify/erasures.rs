//! What erasures have taken from the journal: where a personal part must be gone, and where alone it may be.

use std::collections::HashMap;

use entity::user;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::View;
use crate::LedgerError;
use crate::record::{AccountRecord, Record, TransactionRecord};

/// What has become of the personal part of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is there.
    Kept,
    /// An erasure is clearing it: it may be there or not.
    Clearing,
    /// An erasure took it.
    Erased,
}

/// An erased user, as the row tells; that the row is right is tested with the users.
struct Erased {
    /// What is older than this is erased.
    position: i64,
    texts: bool,
    is_clearing: bool,
}

/// The ledger's erased users by id.
pub(super) struct Erasures(HashMap<String, Erased>);

impl Erasures {
    pub(super) async fn read(view: &View, ledger_id: i64) -> Result<Self, LedgerError> {
        type Row = (String, i64, Option<i64>, Option<String>);
        let rows: Vec<Row> = user::Entity::find()
            .filter(user::Column::LedgerId.eq(ledger_id))
            .filter(user::Column::ErasedAt.is_not_null())
            .select_only()
            .columns([
                user::Column::Id,
                user::Column::Position,
                user::Column::ErasedTexts,
                user::Column::Erasing,
            ])
            .into_tuple()
            .all(&**view)
            .await?;
        let erased = rows.into_iter().map(|(id, position, texts, erasing)| {
            let erased = Erased {
                position,
                texts: texts == Some(1),
                is_clearing: erasing.is_some(),
            };
            (id, erased)
        });
        Ok(Self(erased.collect()))
    }

    /// Whether no user was erased.
    pub(super) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// What has become of the personal part of the event at `position`, whose document is `record`.
    pub(super) fn fate(&self, record: &Record, position: i64) -> Fate {
        match record {
            Record::User(record) => self.fate_by([Some(&record.id), None], position, |_| true),
            Record::Account(record) => self.fate_of_account(record, position),
            Record::Transaction(record) => self.fate_of_transaction(record, position),
            Record::Batch(_)
            | Record::Currency(_)
            | Record::Closing(_)
            | Record::Ledger(_)
            | Record::Limit(_)
            | Record::Key(_)
            | Record::Token(_) => Fate::Kept,
        }
    }

    pub(super) fn fate_of_account(&self, record: &AccountRecord, position: i64) -> Fate {
        self.fate_by([record.user_id.as_ref(), None], position, |_| true)
    }

    pub(super) fn fate_of_transaction(&self, record: &TransactionRecord, position: i64) -> Fate {
        let owners = [record.source_user_id.as_ref(), record.destination_user_id.as_ref()];
        self.fate_by(owners, position, |erased| erased.texts)
    }

    fn fate_by(&self, owners: [Option<&String>; 2], position: i64, takes: impl Fn(&Erased) -> bool) -> Fate {
        let erased = owners.into_iter().flatten().filter_map(|owner| self.0.get(owner));
        let taking = erased.filter(|erased| position < erased.position && takes(erased));
        taking.fold(Fate::Kept, |fate, erased| match fate {
            Fate::Erased => Fate::Erased,
            Fate::Kept | Fate::Clearing if erased.is_clearing => Fate::Clearing,
            Fate::Kept | Fate::Clearing => Fate::Erased,
        })
    }
}
