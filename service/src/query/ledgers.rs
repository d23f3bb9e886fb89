//! The ledgers of a database, as operators see them.

use entity::ledger::{Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::list::{List, read_page};
use super::width::Width;
use super::{Page, PageRequest, Reader, rows};
use crate::database::Readers;
use crate::record::LedgerRecord;
use crate::value::LedgerName;
use crate::{LedgerError, Resource};

impl Reader<'_> {
    /// The ledger that is read, and how it is set up.
    pub(crate) async fn find_setup(&self) -> Result<LedgerRecord, LedgerError> {
        let row = Entity::find_by_id(self.ledger.id).one(self.db).await?;
        let row = row.ok_or(LedgerError::NotFound(Resource::Ledger))?;
        Ok(rows::ledger_setup(row)?.record())
    }

    /// A page of all ledgers of the database, by name.
    pub(crate) async fn list_ledgers(&self, request: &PageRequest) -> Result<Page<LedgerRecord>, LedgerError> {
        let page = read_page(&LedgerList { db: self.db }, request).await?;
        page.try_map(|row| Ok(rows::ledger_setup(row)?.record()))
    }
}

struct LedgerList<'a> {
    db: &'a Readers,
}

impl List for LedgerList<'_> {
    type Row = Model;
    type Position = String;

    fn description(&self) -> String {
        "ledgers".to_owned()
    }

    async fn chunk(&self, after: Option<&String>, limit: u64, _: Width) -> Result<Vec<Model>, LedgerError> {
        // No name is empty, so that the first page begins after the empty one.
        let ledgers = Entity::find()
            .filter(Column::Name.gt(after.map_or("", String::as_str)))
            .order_by_asc(Column::Name)
            .limit(limit);
        Ok(ledgers.all(self.db).await?)
    }

    fn position(&self, row: &Model) -> String {
        row.name.clone()
    }

    fn accepts(position: &String) -> bool {
        LedgerName::parse(position).is_ok()
    }
}
