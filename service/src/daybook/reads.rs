//! What can be read of a ledger, of which a user is shown the user's own: every method hands on to [`Reader`].

use uuid::Uuid;

use super::{Daybook, Ledger};
use crate::query::{
    BalanceTime, Currencies, Page, PageRequest, Reader, StatementQuery, StatisticsQuery, TransactionFilter,
    TransactionVersion,
};
use crate::record::{
    AccountBalanceRecord, AccountRecord, BalanceRecord, EntryRecord, LimitUsageRecord, StatementRecord,
    StatisticsRecord, TransactionRecord, UserRecord,
};
use crate::value::UserId;
use crate::{LedgerError, clock};

impl Daybook {
    /// A transaction, as it stands or as it was.
    ///
    /// # Errors
    /// `NotFound(Transaction)`; also where there was no such version, or none yet.
    pub async fn find_transaction(
        &self,
        ledger: &Ledger,
        id: Uuid,
        version: TransactionVersion,
    ) -> Result<TransactionRecord, LedgerError> {
        self.reader(ledger).find_transaction(id, version).await
    }

    /// A page of transactions.
    ///
    /// # Errors
    /// `InvalidCursor`; `Invalid` for an amount that is none of its currency.
    pub async fn list_transactions(
        &self,
        ledger: &Ledger,
        filter: &TransactionFilter,
        page: &PageRequest,
    ) -> Result<Page<TransactionRecord>, LedgerError> {
        self.reader(ledger).list_transactions(filter, page).await
    }

    /// A user.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn find_user(&self, ledger: &Ledger, id: &UserId) -> Result<UserRecord, LedgerError> {
        self.reader(ledger).find_user(id).await
    }

    /// What a user owns, by currency in alphabetical order.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn list_balances(&self, ledger: &Ledger, id: &UserId) -> Result<Vec<BalanceRecord>, LedgerError> {
        self.reader(ledger).list_balances(id).await
    }

    /// An account.
    ///
    /// # Errors
    /// `NotFound(Account)`.
    pub async fn find_account(&self, ledger: &Ledger, id: Uuid) -> Result<AccountRecord, LedgerError> {
        self.reader(ledger).find_account(id).await
    }

    /// A page of an account's journal, newest first.
    ///
    /// # Errors
    /// `NotFound(Account)`, `InvalidCursor`.
    pub async fn list_entries(
        &self,
        ledger: &Ledger,
        account_id: Uuid,
        page: &PageRequest,
    ) -> Result<Page<EntryRecord>, LedgerError> {
        self.reader(ledger).list_entries(account_id, page).await
    }

    /// The balance of an account at a time.
    ///
    /// # Errors
    /// `NotFound(Account)`.
    pub async fn find_balance(
        &self,
        ledger: &Ledger,
        account_id: Uuid,
        time: BalanceTime,
    ) -> Result<AccountBalanceRecord, LedgerError> {
        self.reader(ledger).find_balance(account_id, time).await
    }

    /// A page of an account's statement, oldest line first.
    ///
    /// # Errors
    /// `NotFound(Account)`, `InvalidCursor`.
    pub async fn find_statement(
        &self,
        ledger: &Ledger,
        query: &StatementQuery,
        page: &PageRequest,
    ) -> Result<StatementRecord, LedgerError> {
        self.reader(ledger).find_statement(query, page).await
    }

    /// Statistics of a user or of the whole ledger.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn find_statistics(
        &self,
        ledger: &Ledger,
        query: &StatisticsQuery,
    ) -> Result<StatisticsRecord, LedgerError> {
        self.reader(ledger).find_statistics(query).await
    }

    /// The currencies that the ledger has used or made, those called `codes` among them.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn currencies(
        &self,
        ledger: &Ledger,
        codes: impl IntoIterator<Item = &str>,
    ) -> Result<Currencies, LedgerError> {
        self.reader(ledger).currencies(codes).await
    }

    /// A page of the active limits that hold for a user, newest first, with what is used of them now.
    ///
    /// # Errors
    /// `NotFound(User)`, `InvalidCursor`.
    pub async fn list_limits_of_user(
        &self,
        ledger: &Ledger,
        id: &UserId,
        page: &PageRequest,
    ) -> Result<Page<LimitUsageRecord>, LedgerError> {
        self.reader(ledger).list_limits_of_user(id, clock::now(), page).await
    }

    pub(super) fn reader<'a>(&'a self, ledger: &'a Ledger) -> Reader<'a> {
        Reader {
            db: &self.database.read,
            ledger,
            currency_cache: &self.currencies,
        }
    }
}
