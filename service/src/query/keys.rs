//! Lists of API keys.

use entity::api_key::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::list::{List, read_page};
use super::merge::merge;
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
            ledger: row.ledger_id.map(|_| self.ledger.name.clone()),
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

impl KeyList<'_> {
    /// One range of the index by ledger, or two that are merged.
    fn statement(&self, before: Uuid, limit: u64) -> SelectStatement {
        let of = |ledger: Expr| {
            Entity::find()
                .filter(ledger)
                .filter(Column::Id.lt(before))
                .order_by_desc(Column::Id)
                .limit(limit)
                .into_query()
        };
        let own = of(Column::LedgerId.eq(self.reader.ledger.id));
        if !self.with_operators {
            return own;
        }
        merge([own, of(Column::LedgerId.is_null())], [Column::Id], &Order::Desc, limit)
    }
}

impl List for KeyList<'_> {
    type Row = Model;
    type Position = Uuid;

    fn description(&self) -> String {
        format!("{} keys {}", self.reader.ledger.id, self.with_operators)
    }

    async fn chunk(&self, after: Option<&Uuid>, limit: u64) -> Result<Vec<Model>, LedgerError> {
        let statement = self.statement(after.copied().unwrap_or(Uuid::max()), limit);
        let found = self.reader.db.query_all(&statement).await?;
        let rows = found.iter().map(|row| Model::from_query_result(row, ""));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn position(&self, row: &Model) -> Uuid {
        row.id
    }
}
