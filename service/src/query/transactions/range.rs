//! The part of a list of transactions that an index serves: a range of it, or two that are merged.
//!
//! A list by user or by system account has two, one for each side of a transaction; the database merges them as it
//! reads them. A transaction that is on both comes twice, one right behind the other.

use entity::transaction::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::{Amounts, TransactionFilter, TransactionSort};
use crate::LedgerError;
use crate::query::merge::merge;
use crate::query::width::{NO_METADATA, NO_TEXT, Width};

/// Where a row stands: its sort value, 0 in a list by recording, and its id.
pub(super) type Position = (i64, Uuid);

/// What can be large in a row. The text that is searched is not: it is made of short ones.
const LARGE: &[(Column, &str)] = &[(Column::Metadata, NO_METADATA), (Column::Description, NO_TEXT)];

/// The first position that there can be.
const LOWEST: Position = (i64::MIN, Uuid::nil());
/// The last position that there can be.
const HIGHEST: Position = (i64::MAX, Uuid::max());

/// Whose transactions an index leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All of the ledger's.
    Ledger,
    /// Those that touch an account of this user.
    Owner(String),
    /// Those that touch this account of the ledger itself.
    SystemAccount(Uuid),
    /// The one with this reference.
    Reference(String),
}

/// What a list is sorted by, before the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SortKey {
    /// The date that the caller gave.
    Date,
    /// The time of recording: ids rise with it.
    Created,
    /// The amount.
    Amount,
}

impl SortKey {
    /// Where `row` stands in the order.
    pub(super) fn position(self, row: &Model) -> Position {
        let key = match self {
            Self::Date => row.transaction_date,
            Self::Created => 0,
            Self::Amount => row.amount,
        };
        (key, row.id)
    }

    /// The column that comes before the id.
    fn column(self) -> Option<Column> {
        match self {
            Self::Date => Some(Column::TransactionDate),
            Self::Created => None,
            Self::Amount => Some(Column::Amount),
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Source,
    Destination,
}

/// A range of rows in their order; both bounds are exclusive.
#[derive(Clone, Debug)]
pub(super) struct Range {
    ledger_id: i64,
    pub(super) scope: Scope,
    pub(super) key: SortKey,
    is_descending: bool,
    low: Position,
    high: Position,
    /// Of the index of a user's transactions by amount.
    currency: Option<String>,
}

impl Range {
    /// The range of `filter` in the index that `scope` leads to.
    pub(super) fn new(
        ledger_id: i64,
        scope: Scope,
        filter: &TransactionFilter,
        amounts: Amounts,
    ) -> Result<Self, LedgerError> {
        let key = SortKey::from(filter.sort);
        let currency = filter.currency.map(|currency| currency.code.as_str().to_owned());
        if key == SortKey::Amount && (scope == Scope::Ledger || currency.is_none()) {
            return Err(LedgerError::Internal(
                "a list by amount needs a currency, and a user or an account".to_owned(),
            ));
        }
        let (low, high) = match key {
            SortKey::Date => (
                filter.from.map(|from| (from.micros(), Uuid::nil())),
                filter.to.map(|to| (to.micros(), Uuid::nil())),
            ),
            SortKey::Amount => (
                amounts.min.map(|min| (min, Uuid::nil())),
                amounts.max.map(|max| (max, Uuid::max())),
            ),
            SortKey::Created => (None, None),
        };
        Ok(Self {
            ledger_id,
            scope,
            key,
            is_descending: matches!(
                filter.sort,
                TransactionSort::DateDescending
                    | TransactionSort::CreatedDescending
                    | TransactionSort::AmountDescending
            ),
            low: low.unwrap_or(LOWEST),
            high: high.unwrap_or(HIGHEST),
            currency,
        })
    }

    /// At most `limit` rows after `after`.
    pub(super) fn statement(&self, after: Option<&Position>, limit: u64, width: Width) -> SelectStatement {
        let (mut low, mut high) = (self.low, self.high);
        match after {
            Some(after) if self.is_descending => high = high.min(*after),
            Some(after) => low = low.max(*after),
            None => {}
        }
        let select = |side| self.select(side, (low, high), limit, width);
        match &self.scope {
            Scope::Ledger => select(None),
            Scope::Owner(_) | Scope::SystemAccount(_) => {
                let sides = [Side::Source, Side::Destination].map(|side| select(Some(side)));
                merge(sides, self.order(), &self.direction(), limit)
            }
            Scope::Reference(reference) => self.select_reference(reference),
        }
    }

    /// There is one at most. An order would tempt a planner to walk all transactions in it.
    fn select_reference(&self, reference: &str) -> SelectStatement {
        Entity::find()
            .filter(Column::LedgerId.eq(self.ledger_id))
            .filter(Column::Reference.eq(reference))
            .filter(Column::Reference.is_not_null())
            .into_query()
    }

    fn select(
        &self,
        side: Option<Side>,
        (low, high): (Position, Position),
        limit: u64,
        width: Width,
    ) -> SelectStatement {
        let mut select = width
            .select::<Entity>(LARGE)
            .filter(Column::LedgerId.eq(self.ledger_id));
        for condition in self.scope_conditions(side).into_iter().chain(self.bounds(low, high)) {
            select = select.filter(condition);
        }
        for column in self.order() {
            select = select.order_by(column, self.direction());
        }
        select.limit(limit).into_query()
    }

    /// The partial indexes are found by their own conditions alone, which therefore are literals.
    fn scope_conditions(&self, side: Option<Side>) -> Vec<Expr> {
        let (owner, account_id, of_user, of_ledger) = match side {
            Some(Side::Source) => (
                Column::SourceOwner,
                Column::SourceAccountId,
                "source_owner <> ''",
                "source_owner = ''",
            ),
            Some(Side::Destination) => (
                Column::DestinationOwner,
                Column::DestinationAccountId,
                "destination_owner <> ''",
                "destination_owner = ''",
            ),
            None => return Vec::new(),
        };
        match &self.scope {
            Scope::Owner(id) => {
                let mut conditions = vec![owner.eq(id.as_str()), Expr::cust(of_user)];
                if self.key == SortKey::Amount {
                    conditions.extend(self.currency.as_deref().map(|currency| Column::Currency.eq(currency)));
                }
                conditions
            }
            Scope::SystemAccount(id) => vec![account_id.eq(*id), Expr::cust(of_ledger)],
            Scope::Ledger | Scope::Reference(_) => Vec::new(),
        }
    }

    fn bounds(&self, low: Position, high: Position) -> [Expr; 2] {
        match self.key.column() {
            None => [Column::Id.gt(low.1), Column::Id.lt(high.1)],
            Some(key) => {
                let place = || Expr::tuple([Expr::col(key), Expr::col(Column::Id)]);
                let bound = |(key, id): Position| Expr::tuple([Expr::val(key), Expr::val(id)]);
                [place().gt(bound(low)), place().lt(bound(high))]
            }
        }
    }

    fn order(&self) -> impl Iterator<Item = Column> + use<> {
        self.key.column().into_iter().chain([Column::Id])
    }

    fn direction(&self) -> Order {
        if self.is_descending { Order::Desc } else { Order::Asc }
    }
}
