//! The rows of an import that wait for the ledger, in the order of the file.
//!
//! So many are asked at once that one commit takes hundreds, and no more: who reads the file waits here. A row that
//! cannot be decided for a while (the queue is full, the database is away) is asked again, and so is every row after it
//! that was refused, since what it was refused for may be cured by the former. None is recorded twice by that: each has
//! a reference or a key that the ledger knows it by.

mod references;
mod settle;

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::{FutureExt, LocalBoxFuture, ready};
use futures_util::stream::FuturesOrdered;
use tokio::time::sleep;

use service::ledger::{Command, Request};
use service::{Daybook, Ledger, LedgerError};

use self::references::{Met, References};
use self::settle::{given_up, is_passing, settle};
use super::report::{Report, RowError};
use crate::problem::Problem;

/// Most rows that are asked and not answered: some batches' worth, so that the next one is there when one ends.
const WAITING_MAX: usize = 1_000;
/// Most bytes of them.
const WAITING_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The longest that a row may wait for its commit, before it is asked again.
const ROW_TIME_MAX: Duration = Duration::from_secs(30);
/// How long no row may be decided before the import is given up.
const PATIENCE: Duration = Duration::from_secs(15);
/// What is waited before a row is asked again.
const PAUSE: Duration = Duration::from_millis(50);

/// Where rows are asked for.
struct Target {
    daybook: Daybook,
    ledger: Arc<Ledger>,
}

/// A row on its way.
struct Row {
    line: u64,
    /// `None` for one that could not even be read.
    request: Option<Request>,
    /// Whether it may have been recorded already when it was asked before.
    may_be_recorded: bool,
}

/// What a row came to.
enum Outcome {
    Accepted(Option<i64>),
    Duplicate,
    Refused(RowError),
    /// Not decided, or not known how.
    Failed(LedgerError),
}

/// Rows that are not answered yet.
pub(super) struct Queue {
    target: Rc<Target>,
    waiting: FuturesOrdered<LocalBoxFuture<'static, (Row, Outcome)>>,
    waiting_bytes: usize,
    /// Since when no row was decided, though one was asked.
    failing_since: Option<Instant>,
    report: Report,
    /// In a dry run: the references of the rows that would be accepted.
    references: Option<References>,
}

impl Queue {
    pub(super) fn new(daybook: Daybook, ledger: Arc<Ledger>, dry_run: bool) -> Self {
        Self {
            target: Rc::new(Target { daybook, ledger }),
            waiting: FuturesOrdered::new(),
            waiting_bytes: 0,
            failing_since: None,
            report: Report::default(),
            references: dry_run.then(References::default),
        }
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.target.ledger
    }

    pub(super) fn report(&self) -> &Report {
        &self.report
    }

    pub(super) fn into_report(self) -> Report {
        self.report
    }

    /// Asks for the row on `line`, once there is room.
    ///
    /// # Errors
    /// 503 where no row could be decided for long.
    pub(super) async fn ask(&mut self, line: u64, request: Request) -> Result<(), Problem> {
        self.make_room().await?;
        self.submit(Row {
            line,
            request: Some(request),
            may_be_recorded: false,
        })
        .await;
        Ok(())
    }

    /// Lets the row on `line` be told as refused, in its turn.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(super) async fn refuse(&mut self, line: u64, problem: &Problem) -> Result<(), Problem> {
        self.make_room().await?;
        let row = Row {
            line,
            request: None,
            may_be_recorded: false,
        };
        self.wait_for(row, ready(Outcome::Refused(RowError::new(line, problem))));
        Ok(())
    }

    /// Counts a row that is recorded already.
    pub(super) fn pass_duplicate(&mut self) {
        self.report.pass_duplicate();
    }

    /// Waits until every row is answered.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(super) async fn settle_all(&mut self) -> Result<(), Problem> {
        while !self.waiting.is_empty() {
            self.settle_next().await?;
        }
        Ok(())
    }

    /// What `read` finds; `None` where it is not there.
    ///
    /// # Errors
    /// 503 where the database does not answer for long.
    pub(super) async fn look_up<T>(
        &mut self,
        read: impl AsyncFn(&Daybook, &Ledger) -> Result<T, LedgerError>,
    ) -> Result<Option<T>, Problem> {
        loop {
            match read(&self.target.daybook, &self.target.ledger).await {
                Ok(found) => {
                    self.failing_since = None;
                    return Ok(Some(found));
                }
                Err(LedgerError::NotFound(_)) => return Ok(None),
                Err(error) if is_passing(&error) && self.has_patience() => sleep(PAUSE).await,
                Err(error) if is_passing(&error) => return Err(given_up(&error)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn make_room(&mut self) -> Result<(), Problem> {
        while self.waiting.len() >= WAITING_MAX || self.waiting_bytes >= WAITING_BYTES_MAX {
            self.settle_next().await?;
        }
        Ok(())
    }

    /// Puts a row that has a request into the ledger's queue, behind those that were put there before.
    async fn submit(&mut self, row: Row) {
        let Some(request) = &row.request else { return };
        let queued = loop {
            let deadline = Instant::now().checked_add(ROW_TIME_MAX).unwrap_or_else(Instant::now);
            let queued = self
                .target
                .daybook
                .enqueue(&self.target.ledger, request.clone(), deadline);
            // Not past the row: those after it would be decided before it.
            match queued {
                Err(LedgerError::Overloaded) if self.has_patience() => sleep(PAUSE).await,
                queued => break queued,
            }
        };
        let command = match &request.command {
            Command::CreateTransaction(command) => Some(command.clone()),
            _ => None,
        };
        let outcome = settle(Rc::clone(&self.target), command, queued, row.line);
        self.wait_for(row, outcome);
    }

    fn wait_for(&mut self, row: Row, outcome: impl Future<Output = Outcome> + 'static) {
        self.waiting_bytes = self.waiting_bytes.saturating_add(row.bytes());
        self.waiting
            .push_back(outcome.map(|outcome| (row, outcome)).boxed_local());
    }

    async fn next(&mut self) -> Option<(Row, Outcome)> {
        let (row, outcome) = self.waiting.next().await?;
        self.waiting_bytes = self.waiting_bytes.saturating_sub(row.bytes());
        Some((row, outcome))
    }

    async fn settle_next(&mut self) -> Result<(), Problem> {
        match self.next().await {
            Some((row, Outcome::Failed(error))) => self.ask_again(row, &error).await,
            Some((row, outcome)) => {
                self.count(&row, outcome);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Asks once more for a row that failed, and for every row after it that was not accepted.
    async fn ask_again(&mut self, mut failed: Row, error: &LedgerError) -> Result<(), Problem> {
        failed.may_be_recorded |= matches!(error, LedgerError::OutcomeUnknown(_));
        let mut again = vec![(failed, None)];
        while let Some((mut row, outcome)) = self.next().await {
            match outcome {
                Outcome::Accepted(_) | Outcome::Duplicate => self.count(&row, outcome),
                Outcome::Refused(told) => again.push((row, Some(told))),
                Outcome::Failed(error) => {
                    row.may_be_recorded |= matches!(error, LedgerError::OutcomeUnknown(_));
                    again.push((row, None));
                }
            }
        }
        if !self.has_patience() {
            return Err(given_up(error));
        }
        sleep(PAUSE).await;
        for (row, told) in again {
            match told {
                Some(told) if row.request.is_none() => self.wait_for(row, ready(Outcome::Refused(told))),
                _ => self.submit(row).await,
            }
        }
        Ok(())
    }

    fn count(&mut self, row: &Row, outcome: Outcome) {
        self.failing_since = None;
        match outcome {
            Outcome::Accepted(position) => match self.meet(row) {
                Met::New => self.report.accept(position),
                Met::Same => self.report.pass_duplicate(),
                Met::Other(problem) => self.report.reject(RowError::new(row.line, &problem)),
            },
            // What was recorded before is most likely what was asked for before.
            Outcome::Duplicate if row.may_be_recorded => self.report.accept(None),
            Outcome::Duplicate => self.report.pass_duplicate(),
            Outcome::Refused(told) => self.report.reject(told),
            Outcome::Failed(error) => self.report.reject(RowError::new(row.line, &error.into())),
        }
    }

    /// What the rows before say of the reference of this one. Only in a dry run the ledger does not know them.
    fn meet(&mut self, row: &Row) -> Met {
        let command = row.request.as_ref().map(|request| &request.command);
        match (&mut self.references, command) {
            (Some(references), Some(Command::CreateTransaction(command))) => references.meet(command),
            _ => Met::New,
        }
    }

    /// Whether it is too early to give up.
    fn has_patience(&mut self) -> bool {
        self.failing_since.get_or_insert_with(Instant::now).elapsed() < PATIENCE
    }
}

impl Row {
    fn bytes(&self) -> usize {
        self.request.as_ref().map_or(0, Request::size_bytes)
    }
}
