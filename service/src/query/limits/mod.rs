//! Spending limits, and what users have used of them.

mod usage;

use entity::account;
use entity::limit::{Column, Entity, Model};
use sea_orm::sea_query::{Condition, Expr, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::list::{List, read_page};
use super::width::Width;
use super::{LimitFilter, Page, PageRequest, Reader, rows};
use crate::ledger::{LEDGER_OWNER, Limit};
use crate::record::{LimitRecord, LimitStatus, LimitUsageRecord};
use crate::value::{Timestamp, UserId};
use crate::{LedgerError, Resource};
use usage::Figures;

/// How often what a user used is read again where the user's statistics were grouped anew meanwhile.
const ATTEMPTS_MAX: usize = 5;

impl Reader<'_> {
    /// The limit.
    pub(crate) async fn find_limit(&self, id: Uuid) -> Result<LimitRecord, LedgerError> {
        let row = Entity::find_by_id((self.ledger.id, id))
            .filter(Column::Status.ne(LimitStatus::Deleted.as_str()))
            .one(self.db)
            .await?
            .ok_or(LedgerError::NotFound(Resource::Limit))?;
        let currencies = self.currencies([row.currency.as_str()]).await?;
        Ok(rows::limit(row, &currencies)?.record())
    }

    /// A page of limits, newest first.
    pub(crate) async fn list_limits(
        &self,
        filter: &LimitFilter,
        request: &PageRequest,
    ) -> Result<Page<LimitRecord>, LedgerError> {
        let limits = self.page_of_limits(&Which::Filtered(filter), request).await?;
        limits.try_map(|limit| Ok(limit.record()))
    }

    /// A page of the active limits that hold for a user, newest first, with what is used of them at `now`.
    pub(crate) async fn list_limits_of_user(
        &self,
        id: &UserId,
        now: Timestamp,
        request: &PageRequest,
    ) -> Result<Page<LimitUsageRecord>, LedgerError> {
        let mut user = self.find_user_row(id).await?;
        let limits = self.page_of_limits(&Which::OfUser(id.as_str()), request).await?;
        for _ in 0..ATTEMPTS_MAX {
            let figures = Figures::read(self, &user, &limits.data, now).await?;
            let still = self.find_user_row(id).await?;
            if still.stats_generation == user.stats_generation {
                return limits.try_map(|limit| Ok(figures.record(&limit)));
            }
            user = still;
        }
        Err(LedgerError::Unavailable(
            "the user's statistics are grouped anew".to_owned(),
        ))
    }

    async fn page_of_limits(&self, which: &Which<'_>, request: &PageRequest) -> Result<Page<Limit>, LedgerError> {
        let list = LimitList { reader: *self, which };
        let page = read_page(&list, request).await?;
        let codes = page.data.iter().map(|row| row.currency.as_str());
        let currencies = self.currencies(codes).await?;
        page.try_map(|row| rows::limit(row, &currencies))
    }
}

/// Which limits a list shows.
#[derive(Debug)]
enum Which<'a> {
    /// Those that a caller filters.
    Filtered(&'a LimitFilter),
    /// The active ones that hold for a user.
    OfUser(&'a str),
}

impl Which<'_> {
    /// Whose limits are asked for.
    fn condition(&self, ledger_id: i64) -> Condition {
        let mut owners = Condition::all();
        match self {
            Self::Filtered(filter) => {
                if let Some(user_id) = &filter.user_id {
                    owners = owners
                        .add(Column::Owner.eq(user_id.as_str()))
                        .add(Column::AccountId.is_null());
                }
                if let Some(account_id) = filter.account_id {
                    let mut owner = Query::select();
                    owner
                        .column(account::Column::Owner)
                        .from(account::Entity)
                        .and_where(account::Column::LedgerId.eq(ledger_id))
                        .and_where(account::Column::Id.eq(account_id));
                    owners = owners
                        .add(Column::Owner.in_subquery(owner))
                        .add(Column::AccountId.eq(account_id));
                }
            }
            Self::OfUser(id) => owners = owners.add(Column::Owner.is_in([LEDGER_OWNER, *id])),
        }
        if owners.is_empty() {
            return owners;
        }
        // In the words of the index by owners, which is found by them alone.
        owners.add(Expr::cust("status <> 'deleted'"))
    }

    fn shows(&self, row: &Model) -> bool {
        match self {
            Self::Filtered(filter) => {
                let currency = filter.currency.as_ref().map(|currency| currency.code);
                row.status != LimitStatus::Deleted.as_str()
                    && currency.is_none_or(|code| code.as_str() == row.currency)
                    && filter.status.is_none_or(|status| status.as_str() == row.status)
            }
            Self::OfUser(_) => row.status == LimitStatus::Active.as_str(),
        }
    }
}

struct LimitList<'a> {
    reader: Reader<'a>,
    which: &'a Which<'a>,
}

impl List for LimitList<'_> {
    type Row = Model;
    type Position = Uuid;

    fn description(&self) -> String {
        format!("{} limits {:?}", self.reader.ledger.id, self.which)
    }

    async fn chunk(&self, after: Option<&Uuid>, limit: u64, _: Width) -> Result<Vec<Model>, LedgerError> {
        let ledger_id = self.reader.ledger.id;
        let limits = Entity::find()
            .filter(Column::LedgerId.eq(ledger_id))
            .filter(Column::Id.lt(after.copied().unwrap_or(Uuid::max())))
            .filter(self.which.condition(ledger_id))
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(self.reader.db)
            .await?;
        Ok(limits)
    }

    fn position(&self, row: &Model) -> Uuid {
        row.id
    }

    fn is_filtered(&self) -> bool {
        true
    }

    fn shows(&self, row: &Model) -> bool {
        self.which.shows(row)
    }
}
