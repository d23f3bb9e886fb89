//! What can be read of a ledger: every method hands on to [`Reader`].

use uuid::Uuid;

use super::{Daybook, Ledger};
use crate::database::MAIN_LEDGER;
use crate::journal::Proof;
use crate::query::{
    AccountFilter, BalanceTime, Currencies, LimitFilter, Page, PageRequest, Reader, StatementQuery, StatisticsQuery,
    TransactionFilter, TransactionVersion,
};
use crate::record::{
    AccountBalanceRecord, AccountRecord, BalanceRecord, BlockRecord, ClosingRecord, CurrencyRecord, EntryRecord,
    EventsRecord, HeadRecord, KeyRecord, LedgerRecord, LimitRecord, LimitUsageRecord, RevisionRecord, Role,
    StatementRecord, StatisticsRecord, TransactionRecord, UserRecord,
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

    /// A page of a transaction's history, oldest first.
    ///
    /// # Errors
    /// `NotFound(Transaction)`, `InvalidCursor`.
    pub async fn list_revisions(
        &self,
        ledger: &Ledger,
        id: Uuid,
        page: &PageRequest,
    ) -> Result<Page<RevisionRecord>, LedgerError> {
        self.reader(ledger).list_revisions(id, page).await
    }

    /// A user.
    ///
    /// # Errors
    /// `NotFound(User)`.
    pub async fn find_user(&self, ledger: &Ledger, id: &UserId) -> Result<UserRecord, LedgerError> {
        self.reader(ledger).find_user(id).await
    }

    /// A page of users, by id bytewise; `search` is a substring, letter case folded, of id, full name or e-mail.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_users(
        &self,
        ledger: &Ledger,
        search: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<UserRecord>, LedgerError> {
        self.reader(ledger).list_users(search, page).await
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

    /// A page of accounts, newest first.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_accounts(
        &self,
        ledger: &Ledger,
        filter: &AccountFilter,
        page: &PageRequest,
    ) -> Result<Page<AccountRecord>, LedgerError> {
        self.reader(ledger).list_accounts(filter, page).await
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

    /// A page of the currencies that a transaction can be in: the ledger's own, then those of ISO 4217, each by code.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_currencies(
        &self,
        ledger: &Ledger,
        page: &PageRequest,
    ) -> Result<Page<CurrencyRecord>, LedgerError> {
        self.reader(ledger).list_currencies(page).await
    }

    /// The ledger itself, and how it is set up.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn find_ledger(&self, ledger: &Ledger) -> Result<LedgerRecord, LedgerError> {
        self.reader(ledger).find_setup().await
    }

    /// A page of all ledgers, by name.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_ledgers(&self, page: &PageRequest) -> Result<Page<LedgerRecord>, LedgerError> {
        let main = self.ledger(MAIN_LEDGER).await?;
        self.reader(&main).list_ledgers(page).await
    }

    /// How far the ledger is closed.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn find_closing(&self, ledger: &Ledger) -> Result<ClosingRecord, LedgerError> {
        self.reader(ledger).find_closing().await
    }

    /// A spending limit.
    ///
    /// # Errors
    /// `NotFound(Limit)`.
    pub async fn find_limit(&self, ledger: &Ledger, id: Uuid) -> Result<LimitRecord, LedgerError> {
        self.reader(ledger).find_limit(id).await
    }

    /// A page of spending limits, newest first.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_limits(
        &self,
        ledger: &Ledger,
        filter: &LimitFilter,
        page: &PageRequest,
    ) -> Result<Page<LimitRecord>, LedgerError> {
        self.reader(ledger).list_limits(filter, page).await
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

    /// The newest block of the ledger.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn find_head(&self, ledger: &Ledger) -> Result<HeadRecord, LedgerError> {
        self.reader(ledger).find_head().await
    }

    /// A page of the ledger's blocks from a height on, in their order.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_blocks(
        &self,
        ledger: &Ledger,
        from_height: i64,
        page: &PageRequest,
    ) -> Result<Page<BlockRecord>, LedgerError> {
        self.reader(ledger).list_blocks(from_height, page).await
    }

    /// A page of the ledger's events after a position, in their order, as far as `seen_by` may know them.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_events(
        &self,
        ledger: &Ledger,
        after: i64,
        seen_by: Role,
        page: &PageRequest,
    ) -> Result<EventsRecord, LedgerError> {
        self.reader(ledger).list_events(after, seen_by, page).await
    }

    /// The proof that a version of a transaction is in the journal; `None`: the version that stands.
    ///
    /// # Errors
    /// `NotFound(Transaction)`; also where there is no such version.
    pub async fn prove_transaction(
        &self,
        ledger: &Ledger,
        id: Uuid,
        version: Option<i64>,
    ) -> Result<Proof, LedgerError> {
        self.reader(ledger).prove_transaction(id, version).await
    }

    /// A page of the ledger's keys, newest first; operators also see theirs.
    ///
    /// # Errors
    /// `InvalidCursor`.
    pub async fn list_keys(
        &self,
        ledger: &Ledger,
        seen_by: Role,
        page: &PageRequest,
    ) -> Result<Page<KeyRecord>, LedgerError> {
        self.reader(ledger).list_keys(seen_by, page).await
    }

    pub(super) fn reader<'a>(&'a self, ledger: &'a Ledger) -> Reader<'a> {
        Reader {
            db: &self.database.read,
            ledger,
            currency_cache: &self.currencies,
        }
    }
}
