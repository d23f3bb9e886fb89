//! Users, and what they own.

use std::collections::BTreeMap;

use entity::{account, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::list::{List, padded, read_page};
use super::width::{NO_METADATA, Width};
use super::{Page, PageRequest, Reader, rows};
use crate::ledger::Account;
use crate::money::CurrencyCode;
use crate::record::{BalanceRecord, UserRecord};
use crate::value::{UserId, fold};
use crate::{LedgerError, Resource};

impl Reader<'_> {
    /// The user.
    pub(crate) async fn find_user(&self, id: &UserId) -> Result<UserRecord, LedgerError> {
        self.find_user_row(id).await.and_then(rows::user_record)
    }

    /// Refuses a user that the caller does not see.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub(super) fn check_user(&self, id: &UserId) -> Result<(), LedgerError> {
        if self.ledger.shows(id.as_str()) {
            Ok(())
        } else {
            Err(LedgerError::NotFound(Resource::User))
        }
    }

    pub(super) async fn find_user_row(&self, id: &UserId) -> Result<user::Model, LedgerError> {
        user::Entity::find_by_id((self.ledger.id, id.as_str().to_owned()))
            .one(self.db)
            .await?
            .filter(|row| self.ledger.shows(&row.id))
            .ok_or(LedgerError::NotFound(Resource::User))
    }

    /// A page of users, by id.
    pub(crate) async fn list_users(
        &self,
        search: Option<&str>,
        request: &PageRequest,
    ) -> Result<Page<UserRecord>, LedgerError> {
        let list = UserList {
            reader: *self,
            search: search.map(fold),
        };
        read_page(&list, request).await?.try_map(rows::user_record)
    }

    /// The user's accounts, by currency and name, with their sums.
    pub(crate) async fn list_balances(&self, id: &UserId) -> Result<Vec<BalanceRecord>, LedgerError> {
        self.check_user(id)?;
        let found = account::Entity::find()
            .filter(account::Column::LedgerId.eq(self.ledger.id))
            .filter(account::Column::Owner.eq(id.as_str()))
            .all(self.db)
            .await?;
        if found.is_empty() {
            self.find_user(id).await?;
        }
        let currencies = self.currencies(found.iter().map(|row| row.currency.as_str())).await?;
        let mut by_currency: BTreeMap<CurrencyCode, Vec<Account>> = BTreeMap::new();
        for row in found {
            let account = rows::account(row, &currencies)?;
            by_currency.entry(account.currency.code).or_default().push(account);
        }
        Ok(by_currency.into_values().filter_map(balance_record).collect())
    }
}

/// The sums of accounts of one currency; `None` of none.
fn balance_record(mut accounts: Vec<Account>) -> Option<BalanceRecord> {
    accounts.sort_by(|left, right| left.name.cmp(&right.name));
    let currency = accounts.first()?.currency;
    // Sums of as many 64-bit values as memory holds are far from 128 bits.
    let sum = |member: fn(&Account) -> i128| currency.format(accounts.iter().map(member).fold(0, i128::saturating_add));
    Some(BalanceRecord {
        currency: currency.code,
        balance: sum(|account| account.balance.into()),
        held_out: sum(|account| account.held_out.into()),
        held_in: sum(|account| account.held_in.into()),
        available: sum(Account::available),
        accounts: accounts.iter().map(Account::record).collect(),
    })
}

struct UserList<'a> {
    reader: Reader<'a>,
    search: Option<String>,
}

impl List for UserList<'_> {
    type Row = user::Model;
    type Position = String;

    fn description(&self) -> String {
        format!("{} users {:?}", self.reader.ledger.id, self.search)
    }

    async fn chunk(&self, after: Option<&String>, limit: u64, width: Width) -> Result<Vec<user::Model>, LedgerError> {
        // No id is empty, so that the first page begins after the empty one.
        let after = after.map_or("", String::as_str);
        let users = width
            .select::<user::Entity>(&[(user::Column::Metadata, NO_METADATA)])
            .filter(user::Column::LedgerId.eq(self.reader.ledger.id))
            .filter(user::Column::Id.gt(after))
            .order_by_asc(user::Column::Id)
            .limit(limit)
            .all(self.reader.db)
            .await?;
        Ok(users)
    }

    async fn complete(&self, rows: Vec<user::Model>) -> Result<Vec<user::Model>, LedgerError> {
        let users = user::Entity::find()
            .filter(user::Column::LedgerId.eq(self.reader.ledger.id))
            .filter(user::Column::Id.is_in(padded(rows.into_iter().map(|row| row.id))))
            .all(self.reader.db)
            .await?;
        Ok(users)
    }

    fn position(&self, row: &user::Model) -> String {
        row.id.clone()
    }

    fn is_filtered(&self) -> bool {
        self.search.is_some()
    }

    fn shows(&self, row: &user::Model) -> bool {
        self.search
            .as_ref()
            .is_none_or(|search| row.search_text.contains(search.as_str()))
    }

    fn accepts(position: &String) -> bool {
        UserId::parse(position).is_ok()
    }
}
