//! The part of a list of transactions that an index serves: a range of it, or two that are merged.
//!
//! A list by user or by system account has two, one for each side of a transaction; the database merges them as it
//! reads them. A transaction that is on both comes twice, one right behind the other.

use std::sync::LazyLock;

use entity::transaction::{Column, Model};
use sea_orm::{DbBackend, IdenStatic, Iterable, Statement, Value};
use uuid::Uuid;

use super::{Amounts, TransactionFilter, TransactionSort};
use crate::LedgerError;
use crate::query::width::{NO_DAY, NO_METADATA, NO_TEXT, Width};

/// Where a row stands: its sort value, 0 in a list by recording, and its id.
pub(super) type Position = (i64, Uuid);

/// What can be large in a row. The text that is searched is not: it is made of short ones.
const LARGE: &[(Column, &str)] = &[(Column::Metadata, NO_METADATA), (Column::Description, NO_TEXT)];

/// What no document shows, in a row that is not searched.
const UNSHOWN: &[(Column, &str)] = &[
    (Column::SourceDay0, NO_DAY),
    (Column::SourceDay1, NO_DAY),
    (Column::DestinationDay0, NO_DAY),
    (Column::DestinationDay1, NO_DAY),
    (Column::SearchText, NO_TEXT),
];

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
    ///
    /// The text is put together here and not by a query builder, which takes as long as reading the page.
    pub(super) fn statement(
        &self,
        backend: DbBackend,
        after: Option<&Position>,
        limit: u64,
        width: Width,
    ) -> Statement {
        let (mut low, mut high) = (self.low, self.high);
        match after {
            Some(after) if self.is_descending => high = high.min(*after),
            Some(after) => low = low.max(*after),
            None => {}
        }
        let mut parameters = Parameters::default();
        let ledger = parameters.add(self.ledger_id);
        let limit = parameters.add(i64::try_from(limit).unwrap_or(i64::MAX));
        let bounds = self.bounds(&mut parameters, low, high);
        let order = self.order();
        let columns = columns(width);
        let select = |conditions: &str| {
            format!(
                "SELECT {columns} FROM transactions \
                 WHERE ledger_id = {ledger} AND {conditions}{bounds} ORDER BY {order} LIMIT {limit}"
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
                    format!("currency = {} AND ", parameters.add(currency))
                });
                Conditions::Sides(
                    SIDES.map(|side| format!("{side}_owner = {id} AND {side}_owner <> '' AND {currency}")),
                )
            }
            Scope::SystemAccount(id) => {
                let id = parameters.add(*id);
                Conditions::Sides(SIDES.map(|side| format!("{side}_account_id = {id} AND {side}_owner = '' AND ")))
            }
        }
    }

    fn bounds(&self, parameters: &mut Parameters, low: Position, high: Position) -> String {
        let mut bound = |operator: &str, (key, id): Position| match self.key.column() {
            None => format!("id {operator} {}", parameters.add(id)),
            Some(column) => {
                let (key, id) = (parameters.add(key), parameters.add(id));
                format!("({column}, id) {operator} ({key}, {id})")
            }
        };
        format!("{} AND {}", bound(">", low), bound("<", high))
    }

    fn order(&self) -> String {
        let direction = if self.is_descending { "DESC" } else { "ASC" };
        match self.key.column() {
            None => format!("id {direction}"),
            Some(column) => format!("{column} {direction}, id {direction}"),
        }
    }
}

/// The row with this id.
pub(super) fn find_statement(backend: DbBackend, ledger_id: i64, id: Uuid) -> Statement {
    let columns = columns(Width::Whole);
    let text = format!("SELECT {columns} FROM transactions WHERE ledger_id = $1 AND id = $2");
    Statement::from_sql_and_values(backend, text, [ledger_id.into(), id.into()])
}

/// What leads to the rows, each text but the reference to be followed by further conditions.
enum Conditions {
    None,
    Reference(String),
    Sides([String; 2]),
}

const SIDES: [&str; 2] = ["source", "destination"];

/// The values of a statement, numbered as its text names them.
#[derive(Default)]
struct Parameters(Vec<Value>);

impl Parameters {
    /// Adds a value, and gives the name that stands for it.
    fn add(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }
}

/// Every column in the order of the table, those that are not needed as the literal of their absence.
fn columns(width: Width) -> &'static str {
    static WHOLE: LazyLock<String> = LazyLock::new(|| columns_without(UNSHOWN));
    static NARROW: LazyLock<String> = LazyLock::new(|| columns_without(LARGE));
    match width {
        Width::Whole => &WHOLE,
        Width::Narrow => &NARROW,
    }
}

fn columns_without(absent: &[(Column, &str)]) -> String {
    let literal = |column: &Column| absent.iter().find(|(other, _)| other.as_str() == column.as_str());
    let columns = Column::iter().map(|column| match literal(&column) {
        Some((_, literal)) => format!("{literal} AS {}", column.as_str()),
        None => column.as_str().to_owned(),
    });
    columns.collect::<Vec<_>>().join(", ")
}
