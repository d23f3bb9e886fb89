//! Lists of API keys.

use entity::api_key::{Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::list::{List, read_page};
use super::width::Width;
use super::{Page, PageRequest, Reader, rows};
use crate::LedgerError;
use crate::record::{KeyRecord, Role};
use crate::value::Timestamp;

impl Reader<'_> {
    /// A page of the ledger's keys, newest first; operators also see theirs.
    pub(crate) async fn list_keys(&self, seen_by: Role, request: &PageRequest) -> Result<Page<KeyRecord>, LedgerError> {
        let list = KeyList {
            reader: *self,
            with_operators: seen_by == Role::Operator,
        };
        let page = read_page(&list, request).await?;
        page.try_map(|row| self.key_record(row))
    }

    fn key_record(&self, row: Model) -> Result<KeyRecord, LedgerError> {
        Ok(KeyRecord {
            id: row.id,
            name: row.name,
            role: rows::named(&row.role, Role::from_name)?,
            ledger: self.ledger.name.clone(),
            prefix: row.prefix,
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_micros),
            revoked_at: row.revoked_at.map(Timestamp::from_micros),
        })
    }
}

struct KeyList<'a> {
    reader: Reader<'a>,
    with_operators: bool,
}

impl List for KeyList<'_> {
    type Row = Model;
    type Position = Uuid;

    fn description(&self) -> String {
        format!("{} keys {}", self.reader.ledger.id, self.with_operators)
    }

    async fn chunk(&self, after: Option<&Uuid>, limit: u64, _: Width) -> Result<Vec<Model>, LedgerError> {
        let mut keys = Entity::find()
            .filter(Column::LedgerId.eq(self.reader.ledger.id))
            .filter(Column::Id.lt(after.copied().unwrap_or(Uuid::max())))
            .order_by_desc(Column::Id)
            .limit(limit);
        if !self.with_operators {
            keys = keys.filter(Column::Role.ne(Role::Operator.as_str()));
        }
        Ok(keys.all(self.reader.db).await?)
    }

    fn position(&self, row: &Model) -> Uuid {
        row.id
    }
}
