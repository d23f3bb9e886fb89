//! Accounts, and the lines of their journals.

use entity::{account, entry};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::list::{List, check_cursor, padded, read_page};
use super::width::{NO_METADATA, Width};
use super::{AccountFilter, Page, PageRequest, Reader, rows};
use crate::ledger::LEDGER_OWNER;
use crate::money::Currency;
use crate::record::{AccountKind, AccountRecord, EntryRecord};
use crate::value::Timestamp;
use crate::{LedgerError, Resource};

impl Reader<'_> {
    /// The account.
    pub(crate) async fn find_account(&self, id: Uuid) -> Result<AccountRecord, LedgerError> {
        let row = self.find_account_row(id).await?;
        let currencies = self.currencies([row.currency.as_str()]).await?;
        Ok(rows::account(row, &currencies)?.record())
    }

    pub(super) async fn find_account_row(&self, id: Uuid) -> Result<account::Model, LedgerError> {
        account::Entity::find_by_id((self.ledger.id, id))
            .one(self.db)
            .await?
            .filter(|row| self.ledger.shows(&row.owner))
            .ok_or(LedgerError::NotFound(Resource::Account))
    }

    /// A page of accounts, newest first.
    pub(crate) async fn list_accounts(
        &self,
        filter: &AccountFilter,
        request: &PageRequest,
    ) -> Result<Page<AccountRecord>, LedgerError> {
        let list = AccountList { reader: *self, filter };
        let page = read_page(&list, request).await?;
        let currencies = self
            .currencies(page.data.iter().map(|row| row.currency.as_str()))
            .await?;
        page.try_map(|row| Ok(rows::account(row, &currencies)?.record()))
    }

    /// A page of the account's journal, newest first.
    pub(crate) async fn list_entries(
        &self,
        account_id: Uuid,
        request: &PageRequest,
    ) -> Result<Page<EntryRecord>, LedgerError> {
        let list = EntryList {
            reader: *self,
            account_id,
        };
        check_cursor::<EntryList<'_>>(&list.description(), request)?;
        let account = self.find_account_row(account_id).await?;
        let currency = self
            .currencies([account.currency.as_str()])
            .await?
            .find(&account.currency)?;
        let page = read_page(&list, request).await?;
        page.try_map(|row| Ok(entry_record(&row, currency)))
    }
}

fn entry_record(row: &entry::Model, currency: Currency) -> EntryRecord {
    EntryRecord {
        seq: row.seq,
        transaction_id: row.transaction_id,
        transaction_version: row.transaction_version,
        amount: currency.format(row.amount.into()),
        balance: currency.format(row.balance.into()),
        transaction_date: Timestamp::from_micros(row.transaction_date),
        recorded_at: Timestamp::from_micros(row.recorded_at),
    }
}

struct AccountList<'a> {
    reader: Reader<'a>,
    filter: &'a AccountFilter,
}

impl AccountList<'_> {
    /// The one owner whose accounts are asked for.
    fn owner(&self) -> Option<&str> {
        match (&self.filter.user_id, self.filter.kind) {
            (Some(user_id), _) => Some(user_id.as_str()),
            (None, Some(AccountKind::System)) => Some(LEDGER_OWNER),
            (None, _) => None,
        }
    }
}

impl List for AccountList<'_> {
    type Row = account::Model;
    type Position = Uuid;

    fn description(&self) -> String {
        format!("{} accounts {:?}", self.reader.ledger.id, self.filter)
    }

    async fn chunk(&self, after: Option<&Uuid>, limit: u64, width: Width) -> Result<Vec<account::Model>, LedgerError> {
        let mut select = width
            .select::<account::Entity>(&[(account::Column::Metadata, NO_METADATA)])
            .filter(account::Column::LedgerId.eq(self.reader.ledger.id))
            .filter(account::Column::Id.lt(after.copied().unwrap_or(Uuid::max())))
            .order_by_desc(account::Column::Id)
            .limit(limit);
        if let Some(owner) = self.owner() {
            select = select.filter(account::Column::Owner.eq(owner));
        }
        Ok(select.all(self.reader.db).await?)
    }

    async fn complete(&self, rows: Vec<account::Model>) -> Result<Vec<account::Model>, LedgerError> {
        let accounts = account::Entity::find()
            .filter(account::Column::LedgerId.eq(self.reader.ledger.id))
            .filter(account::Column::Id.is_in(padded(rows.into_iter().map(|row| row.id))))
            .all(self.reader.db)
            .await?;
        Ok(accounts)
    }

    fn position(&self, row: &account::Model) -> Uuid {
        row.id
    }

    fn is_filtered(&self) -> bool {
        self.filter.currency.is_some() || self.filter.status.is_some()
    }

    fn shows(&self, row: &account::Model) -> bool {
        let filter = self.filter;
        let kind = if row.owner == LEDGER_OWNER {
            AccountKind::System
        } else {
            AccountKind::User
        };
        filter.kind.is_none_or(|wanted| wanted == kind)
            && filter
                .currency
                .is_none_or(|currency| currency.code.as_str() == row.currency)
            && filter.status.is_none_or(|status| status.as_str() == row.status)
    }
}

struct EntryList<'a> {
    reader: Reader<'a>,
    account_id: Uuid,
}

impl List for EntryList<'_> {
    type Row = entry::Model;
    type Position = i64;

    fn description(&self) -> String {
        format!("{} entries of {}", self.reader.ledger.id, self.account_id)
    }

    async fn chunk(&self, after: Option<&i64>, limit: u64, _: Width) -> Result<Vec<entry::Model>, LedgerError> {
        let entries = entry::Entity::find()
            .filter(entry::Column::LedgerId.eq(self.reader.ledger.id))
            .filter(entry::Column::AccountId.eq(self.account_id))
            .filter(entry::Column::Seq.lt(after.copied().unwrap_or(i64::MAX)))
            .order_by_desc(entry::Column::Seq)
            .limit(limit)
            .all(self.reader.db)
            .await?;
        Ok(entries)
    }

    fn position(&self, row: &entry::Model) -> i64 {
        row.seq
    }
}
