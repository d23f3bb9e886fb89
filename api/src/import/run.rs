//! One import, from its first byte to its report.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web::Bytes;
use uuid::Uuid;

use service::ledger::{Command, Movement, Precondition, Request};
use service::money::CurrencyCode;
use service::query::{Currencies, TransactionVersion};
use service::value::Name;
use service::{Daybook, Ledger};

use super::csv::Header;
use super::cut::{Cutter, ROW_BYTES_MAX, RawRow};
use super::identity::Identities;
use super::queue::Queue;
use super::report::Report;
use super::row::{self, ReadRow};
use super::{OnError, Terms};
use crate::body::Tree;
use crate::format::Format;
use crate::problem::{Code, Problem};

/// Accounts of exported rows that are remembered.
const ACCOUNTS_MAX: usize = 10_000;

/// An account that exported rows name by its id.
#[derive(Clone, Debug)]
struct OwnedAccount {
    owner: Option<String>,
    name: String,
}

/// Why an import ended before its file did.
#[derive(Debug)]
pub(crate) struct Unfinished {
    pub(crate) problem: Problem,
    /// What became of the rows so far; `None` where none was read.
    pub(crate) report: Option<Report>,
}

impl From<Unfinished> for Problem {
    fn from(unfinished: Unfinished) -> Self {
        match unfinished.report.map(serde_json::to_value) {
            Some(Ok(report)) => unfinished.problem.with("report", report),
            _ => unfinished.problem,
        }
    }
}

/// A file that is being imported.
pub(crate) struct Import {
    terms: Terms,
    cutter: Cutter,
    header: Option<Header>,
    identities: Identities,
    accounts: HashMap<Uuid, Option<OwnedAccount>>,
    queue: Queue,
}

impl Import {
    pub(crate) fn new(daybook: Daybook, ledger: Arc<Ledger>, terms: Terms) -> Self {
        Self {
            cutter: Cutter::new(terms.format),
            header: None,
            identities: Identities::default(),
            accounts: HashMap::new(),
            queue: Queue::new(daybook, ledger, terms.dry_run),
            terms,
        }
    }

    /// Imports the rows that end in `piece`, and returns once there is room for more.
    ///
    /// # Errors
    /// `malformed_request` for a header that cannot be read; 503 where the database does not answer for long.
    pub(crate) async fn feed(&mut self, mut piece: Bytes) -> Result<(), Problem> {
        while !self.is_over()
            && let Some(row) = self.cutter.next(&mut piece)
        {
            self.take(row).await?;
        }
        Ok(())
    }

    /// Imports the row that the file ends with, and waits for the answer to every row.
    ///
    /// # Errors
    /// As [`Self::feed`], and `malformed_request` for a file without a header.
    pub(crate) async fn finish(&mut self) -> Result<(), Problem> {
        if !self.is_over()
            && let Some(row) = self.cutter.finish()
        {
            self.take(row).await?;
        }
        if !self.has_begun() {
            return Err(Problem::malformed(
                "The file is empty; it must begin with a header row.",
            ));
        }
        self.queue.settle_all().await
    }

    /// What became of the rows that were answered so far.
    pub(crate) fn report(&self) -> &Report {
        self.queue.report()
    }

    /// Whether no further row will be looked at.
    pub(crate) fn is_over(&self) -> bool {
        self.terms.on_error == OnError::Stop && self.report().rejected > 0
    }

    /// The report of an import whose reading came to `outcome`, once what it has asked for is answered.
    ///
    /// # Errors
    /// Why it ended before its file did, and how far it came.
    pub(crate) async fn end(mut self, outcome: Result<(), Problem>) -> Result<Report, Unfinished> {
        let settled = self.queue.settle_all().await;
        let has_begun = self.has_begun();
        let report = self.queue.into_report();
        match outcome.and(settled) {
            Ok(()) => Ok(report),
            Err(problem) => Err(Unfinished {
                problem,
                report: has_begun.then_some(report),
            }),
        }
    }

    /// Whether rows can be read, for all that is known of the file.
    fn has_begun(&self) -> bool {
        self.terms.format == Format::Ndjson || self.header.is_some()
    }

    async fn take(&mut self, raw: RawRow) -> Result<(), Problem> {
        if !self.has_begun() {
            self.header = Some(Header::read(text(&raw)?)?);
            return Ok(());
        }
        self.identities.count();
        match self.read(&raw).await? {
            Ok(row) => self.ask(raw.line, row).await?,
            Err(problem) => self.queue.refuse(raw.line, &problem).await?,
        }
        if self.terms.on_error == OnError::Stop {
            self.queue.settle_all().await?;
        }
        Ok(())
    }

    /// Reads a row, or says what is wrong with it.
    async fn read(&mut self, raw: &RawRow) -> Result<Result<ReadRow, Problem>, Problem> {
        let tree = text(raw).and_then(|text| match &self.header {
            Some(header) => header.object(text),
            None => Tree::parse(text.as_bytes()).map_err(|fault| Problem::malformed(format!("The row {fault}"))),
        });
        let tree = match tree {
            Ok(tree) => tree,
            Err(problem) => return Ok(Err(problem)),
        };
        let currencies = self.currencies(row::currency_code(&tree)).await?;
        Ok(row::read(tree, &currencies))
    }

    /// The ledger's own currencies, where `code` may be one of them.
    async fn currencies(&mut self, code: Option<&str>) -> Result<Currencies, Problem> {
        let Some(own) = code.filter(|code| CurrencyCode::parse_own(code).is_ok()) else {
            return Ok(Currencies::default());
        };
        let found = self
            .queue
            .look_up(async |daybook, ledger| daybook.currencies(ledger, [own]).await);
        Ok(found.await?.unwrap_or_default())
    }

    async fn ask(&mut self, line: u64, mut row: ReadRow) -> Result<(), Problem> {
        if let Some(id) = row.id
            && self.is_recorded(id).await?
        {
            self.queue.pass_duplicate();
            return Ok(());
        }
        self.name_account(&mut row).await?;
        let request = Request {
            idempotency: self.identities.of(&row, self.queue.ledger()),
            command: Command::CreateTransaction(row.command),
            precondition: Precondition::Any,
            dry_run: self.terms.dry_run,
            actor: self.terms.actor.clone(),
            acting_user: None,
            request_id: self.terms.request_id.clone(),
        };
        self.queue.ask(line, request).await
    }

    /// Whether the row of an export is of this ledger, and there.
    async fn is_recorded(&mut self, id: Uuid) -> Result<bool, Problem> {
        let found = self
            .queue
            .look_up(async |daybook, ledger| daybook.find_transaction(ledger, id, TransactionVersion::Newest).await);
        Ok(found.await?.is_some())
    }

    /// Names the account of a user by its name, where an exported row has its id alone. One of another ledger is not
    /// known: the row is about the user's `main` account then.
    async fn name_account(&mut self, row: &mut ReadRow) -> Result<(), Problem> {
        let (Some(id), Movement::Credit(side) | Movement::Debit(side)) = (row.account_id, &mut row.command.movement)
        else {
            return Ok(());
        };
        let account = match self.accounts.get(&id) {
            Some(account) => account.clone(),
            None => self.find_account(id).await?,
        };
        if let Some(account) = account
            && account.owner.as_deref() == Some(side.user_id.as_str())
        {
            side.account = Name::parse(&account.name).ok();
        }
        Ok(())
    }

    async fn find_account(&mut self, id: Uuid) -> Result<Option<OwnedAccount>, Problem> {
        let found = self
            .queue
            .look_up(async |daybook, ledger| daybook.find_account(ledger, id).await);
        let account = found.await?.map(|record| OwnedAccount {
            owner: record.user_id,
            name: record.name,
        });
        if self.accounts.len() >= ACCOUNTS_MAX {
            self.accounts.clear();
        }
        self.accounts.insert(id, account.clone());
        Ok(account)
    }
}

/// The text of a row.
fn text(raw: &RawRow) -> Result<&str, Problem> {
    let bytes = raw.bytes.as_deref().ok_or_else(|| {
        let detail = format!("The row has more than {ROW_BYTES_MAX} bytes.");
        Problem::new(Code::PayloadTooLarge, detail)
    })?;
    std::str::from_utf8(bytes).map_err(|_| Problem::malformed("The row is not UTF-8."))
}
