//! What can be read of a whole ledger, and so is refused where one user alone is shown; every method hands on to [`Reader`].

use uuid::Uuid;

use super::{Daybook, Ledger};
use crate::LedgerError;
use crate::database::MAIN_LEDGER;
use crate::journal::Proof;
use crate::query::{AccountFilter, LimitFilter, Page, PageRequest, Reader};
use crate::record::{
    AccountRecord, BlockRecord, ClosingRecord, CurrencyRecord, EventsRecord, HeadRecord, KeyRecord, LedgerRecord,
    LimitRecord, RevisionRecord, Role, UserRecord,
};

/// Beside the errors that each names, all answer `Forbidden` for a ledger of which one user's part is shown.
impl Daybook {
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
        self.whole(ledger)?.list_revisions(id, page).await
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
        self.whole(ledger)?.list_users(search, page).await
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
        self.whole(ledger)?.list_accounts(filter, page).await
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
        self.whole(ledger)?.list_currencies(page).await
    }

    /// The ledger itself, and how it is set up.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn find_ledger(&self, ledger: &Ledger) -> Result<LedgerRecord, LedgerError> {
        self.whole(ledger)?.find_setup().await
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
        self.whole(ledger)?.find_closing().await
    }

    /// A spending limit.
    ///
    /// # Errors
    /// `NotFound(Limit)`.
    pub async fn find_limit(&self, ledger: &Ledger, id: Uuid) -> Result<LimitRecord, LedgerError> {
        self.whole(ledger)?.find_limit(id).await
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
        self.whole(ledger)?.list_limits(filter, page).await
    }

    /// The newest block of the ledger.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn find_head(&self, ledger: &Ledger) -> Result<HeadRecord, LedgerError> {
        self.whole(ledger)?.find_head().await
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
        self.whole(ledger)?.list_blocks(from_height, page).await
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
        self.whole(ledger)?.list_events(after, seen_by, page).await
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
        self.whole(ledger)?.prove_transaction(id, version).await
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
        self.whole(ledger)?.list_keys(seen_by, page).await
    }

    fn whole<'a>(&'a self, ledger: &'a Ledger) -> Result<Reader<'a>, LedgerError> {
        let reader = self.reader(ledger);
        reader.check_whole()?;
        Ok(reader)
    }
}
