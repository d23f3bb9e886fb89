//! The part of a list of transactions that an index serves: a range of it, or two that are merged.
//!
//! A list by user or by system account has two, one for each side of a transaction; the database merges them as it
//! reads them. A transaction that is on both comes twice, one right behind the other.

use sea_orm::{DbBackend, Statement};
use uuid::Uuid;

use super::row::{TransactionRow, columns};
use super::{Amounts, TransactionFilter, TransactionSort};
use crate::LedgerError;
use crate::query::parameters::Parameters;
use crate::query::width::Width;

/// Where a row stands: its sort value, [`RECORDING_KEY`] in a list by recording, and its id.
pub(super) type Position = (i64, Uuid);

/// The sort value of every row of a list by recording, which ids alone put in order.
pub(super) const RECORDING_KEY: i64 = 0;

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
    pub(super) fn position(self, row: &TransactionRow) -> Position {
        let key = match self {
            Self::Date => row.document.transaction_date.micros(),
            Self::Created => RECORDING_KEY,
            Self::Amount => row.amount,
        };
        (key, row.id())
    }

    /// The column that comes before the id.
    fn column(self) -> Option<&'static str> {
        match self {
            Self::Date => Some("transaction_date"),
            Self::Created => None,
            Self::Amount => Some("amount"),
        }
    }
}

/// A range of rows in their order; both bounds are exclusive.
#[derive(Clone, Debug)]
pub(super) struct Range {
    ledger_id: i64,
    pub(super) scope: Scope,
    pub(super) key: SortKey,
    is_descending: bool,
    low: Option<Position>,
    high: Option<Position>,
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
            low,
            high,
            currency,
        })
    }

    /// At most `limit` rows after `after`.
    ///
    /// The text is put together here and not by a query builder, which takes as long as reading the page.
    pub(super) fn statement(
        &self,
        backend: DbBackend,
        after: Option<&Position>,
        limit: u64,
        width: Width,
    ) -> Statement {
        let (low, high) = if self.is_descending {
            (self.low, [self.high, after.copied()].into_iter().flatten().min())
        } else {
            ([self.low, after.copied()].into_iter().flatten().max(), self.high)
        };
        let mut parameters = Parameters::default();
        let ledger = parameters.add(self.ledger_id);
        let limit = parameters.add(i64::try_from(limit).unwrap_or(i64::MAX));
        let bounds = self.bounds(&mut parameters, low, high);
        let order = self.order();
        let columns = columns(width);
        let select = |scope: &str| {
            format!(
                "SELECT {columns} FROM transactions \
                 WHERE ledger_id = {ledger}{scope}{bounds} ORDER BY {order} LIMIT {limit}"
            )
        };
        let text = match self.scope_conditions(&mut parameters) {
            Conditions::None => select(""),
            // There is one at most. An order would tempt a planner to walk all transactions in it.
            Conditions::Reference(reference) => {
                format!("SELECT {columns} FROM transactions WHERE ledger_id = {ledger} AND reference = {reference}")
            }
            // SQLite takes no ORDER BY before UNION, but in a subquery.
            Conditions::Sides(sides) => {
                let [first, second] = sides.map(|side| select(&side));
                format!(
                    "SELECT * FROM (SELECT * FROM ({first}) AS first_range \
                     UNION ALL SELECT * FROM ({second}) AS second_range) AS ranges ORDER BY {order} LIMIT {limit}"
                )
            }
        };
        Statement::from_sql_and_values(backend, text, parameters.0)
    }

    /// The partial indexes are found by their own conditions alone, which therefore are literals.
    fn scope_conditions(&self, parameters: &mut Parameters) -> Conditions {
        match &self.scope {
            Scope::Ledger => Conditions::None,
            Scope::Reference(reference) => Conditions::Reference(parameters.add(reference.as_str())),
            Scope::Owner(id) => {
                let id = parameters.add(id.as_str());
                let currency = self.currency.as_deref().filter(|_| self.key == SortKey::Amount);
                let currency = currency.map_or_else(String::new, |currency| {
                    format!(" AND currency = {}", parameters.add(currency))
                });
                Conditions::Sides(
                    SIDES.map(|side| format!(" AND {side}_owner = {id} AND {side}_owner <> ''{currency}")),
                )
            }
            Scope::SystemAccount(id) => {
                let id = parameters.add(*id);
                Conditions::Sides(SIDES.map(|side| format!(" AND {side}_account_id = {id} AND {side}_owner = ''")))
            }
        }
    }

    fn bounds(&self, parameters: &mut Parameters, low: Option<Position>, high: Option<Position>) -> String {
        let mut bound = |operator: &str, (key, id): Position| match self.key.column() {
            None => format!(" AND id {operator} {}", parameters.add(id)),
            Some(column) => {
                let (key, id) = (parameters.add(key), parameters.add(id));
                format!(" AND ({column}, id) {operator} ({key}, {id})")
            }
        };
        let low = low.map(|low| bound(">", low));
        let high = high.map(|high| bound("<", high));
        [low, high].into_iter().flatten().collect()
    }

    fn order(&self) -> String {
        let direction = if self.is_descending { "DESC" } else { "ASC" };
        match self.key.column() {
            None => format!("id {direction}"),
            Some(column) => format!("{column} {direction}, id {direction}"),
        }
    }
}

const SIDES: [&str; 2] = ["source", "destination"];

/// The rows with these ids, in any order.
pub(super) fn find_statement(backend: DbBackend, ledger_id: i64, ids: impl IntoIterator<Item = Uuid>) -> Statement {
    let mut parameters = Parameters::default();
    let ledger = parameters.add(ledger_id);
    let ids: Vec<String> = ids.into_iter().map(|id| parameters.add(id)).collect();
    let (columns, ids) = (columns(Width::Whole), ids.join(", "));
    let text = format!("SELECT {columns} FROM transactions WHERE ledger_id = {ledger} AND id IN ({ids})");
    Statement::from_sql_and_values(backend, text, parameters.0)
}

/// What leads to the rows, each text but the reference to be followed by further conditions.
enum Conditions {
    None,
    Reference(String),
    Sides([String; 2]),
}
