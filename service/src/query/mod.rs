//! Reads: straight from the pool, keyset cursors, never an OFFSET, one statement where two would have to agree.

mod accounts;
mod audit;
mod balance;
mod closing;
mod currencies;
mod keys;
mod ledgers;
mod limits;
mod list;
mod page;
mod parameters;
mod revisions;
pub(crate) mod rows;
mod statement;
mod statistics;
mod transactions;
mod users;
mod width;

use uuid::Uuid;

use crate::database::Readers;
use crate::money::{AmountText, Currency};
use crate::record::{AccountKind, AccountStatus, LimitStatus, TransactionKind, TransactionStatus};
use crate::value::{Day, Timestamp, UserId};
use crate::{Ledger, LedgerError};
pub(crate) use audit::leaf_of;
pub use currencies::Currencies;
pub(crate) use currencies::CurrencyCache;
pub use page::{PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, Page, PageRequest};
pub(crate) use statement::Walk;

/// Which transactions a list shows, and in which order.
#[derive(Clone, Debug, Default)]
pub struct TransactionFilter {
    /// Those that touch an account of this user.
    pub user_id: Option<UserId>,
    /// Those that touch this account.
    pub account_id: Option<Uuid>,
    /// Of this kind.
    pub kind: Option<TransactionKind>,
    /// In one of these states; empty: all but voided.
    pub statuses: Vec<TransactionStatus>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Counted under exactly this.
    pub category: Option<String>,
    /// With exactly this reference.
    pub reference: Option<String>,
    /// Dated then or later.
    pub from: Option<Timestamp>,
    /// Dated before.
    pub to: Option<Timestamp>,
    /// Of this amount or more; needs `currency`.
    pub min_amount: Option<AmountText>,
    /// Of this amount or less; needs `currency`.
    pub max_amount: Option<AmountText>,
    /// Each a substring, letter case folded, of description, reference or category; at most eight.
    pub words: Vec<String>,
    /// The order.
    pub sort: TransactionSort,
}

/// The order of a list of transactions; ties are settled by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransactionSort {
    /// Newest date first.
    #[default]
    DateDescending,
    /// Oldest date first.
    DateAscending,
    /// Last recorded first.
    CreatedDescending,
    /// First recorded first.
    CreatedAscending,
    /// Largest first; needs `currency` and a user or an account.
    AmountDescending,
    /// Smallest first; needs `currency` and a user or an account.
    AmountAscending,
}

/// Which accounts a list shows: newest first.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// Of this user.
    pub user_id: Option<UserId>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Of users, or of the ledger.
    pub kind: Option<AccountKind>,
    /// In this state.
    pub status: Option<AccountStatus>,
}

/// Which limits a list shows: newest first, none that is deleted.
#[derive(Clone, Debug, Default)]
pub struct LimitFilter {
    /// For this user alone.
    pub user_id: Option<UserId>,
    /// For this account.
    pub account_id: Option<Uuid>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// In this state.
    pub status: Option<LimitStatus>,
}

/// Which state of a transaction is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransactionVersion {
    /// As it stands.
    #[default]
    Newest,
    /// The version of this number.
    Number(i64),
    /// The one that was the newest at this time, of what was recorded then and before.
    AsOf(Timestamp),
}

/// Of which time the balance of an account is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BalanceTime {
    /// As it stands.
    #[default]
    Now,
    /// As it stood when everything recorded until then, inclusive, was known and nothing more.
    AsOf(Timestamp),
    /// Of the transactions dated until then, inclusive, as they stand now.
    EffectiveAt(Timestamp),
}

/// Which statement is asked for.
#[derive(Clone, Debug)]
pub struct StatementQuery {
    /// Of this account.
    pub account_id: Uuid,
    /// First day, inclusive, in the zone of the account's user; `None`: from its beginning.
    pub from: Option<Day>,
    /// Last day, inclusive and not before the first; `None`: whatever is dated later.
    pub to: Option<Day>,
}

/// What statistics are asked for.
#[derive(Clone, Debug, Default)]
pub struct StatisticsQuery {
    /// Of this user; `None`: of the whole ledger.
    pub user_id: Option<UserId>,
    /// In this currency alone.
    pub currency: Option<Currency>,
    /// First day, inclusive, in the zone of the grouping.
    pub from: Option<Day>,
    /// Last day, inclusive.
    pub to: Option<Day>,
    /// With a series of these periods.
    pub interval: Option<Interval>,
}

/// The length of a period of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// A calendar day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

/// What a read of a ledger needs. No read begins a transaction, so each may be dropped half way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) db: &'a Readers,
    pub(crate) ledger: &'a Ledger,
    pub(crate) currency_cache: &'a CurrencyCache,
}

impl Reader<'_> {
    /// Refuses to show the whole ledger to one user.
    ///
    /// # Errors
    /// `Forbidden`.
    pub(crate) fn check_whole(&self) -> Result<(), LedgerError> {
        if self.ledger.seen_by.is_none() {
            Ok(())
        } else {
            Err(LedgerError::Forbidden)
        }
    }
}
