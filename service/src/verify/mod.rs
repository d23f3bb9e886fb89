//! Checking a live database against the invariants of the ledger, row by row.
//!
//! Everything is read from one view, in pages by primary key, tables that belong together side by side in one order.
//! What is kept in memory is less than a hundred bytes an account, and the statistics of one owner at a time, whatever
//! the tables hold. Sums are made here, in 128 bits. Nothing is written, and nobody is kept from writing.
//!
//! | module | what it holds against what | invariant |
//! | --- | --- | --- |
//! | `journal` | events against blocks, blocks against the ledger's row | 4 |
//! | `erasures` | personal parts that are gone against the users that were erased, on the way through `journal` | 4 |
//! | `births` | the event that made a resource against its row | 5 |
//! | `transactions`, `users`, `keys`, `currencies`, `limits`, `ledgers` | rows against the versions in their events, and what searches look in against the rows | 5 |
//! | `children` | refunds and captures against what they belong to, on the way through `transactions` | 6 |
//! | `accounts` | accounts against entries, events and transactions | 1, 2, 5, 6 |
//! | `statistics` | days and totals against a recount | 3 |
//! | `answers` | idempotency keys against events | 7 |

mod accounts;
mod answers;
mod births;
mod children;
mod currencies;
mod document;
mod erasures;
mod holdings;
mod journal;
mod keys;
mod ledgers;
mod limits;
mod movements;
mod replay;
mod report;
mod scan;
mod statistics;
mod suspects;
mod tally;
mod transactions;
mod users;
mod versions;

use std::fmt::Display;
use std::sync::Weak;

use entity::ledger;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::database::{Database, View};
use crate::query::Currencies;
use crate::{LedgerError, Resource};
use erasures::Erasures;
use suspects::Suspects;

pub use report::{Counts, FAILURES_MAX, Failure, Invariant, VerifiedLedger, VerifyReport};

/// One ledger while it is checked.
struct Audit<'a> {
    view: &'a View,
    ledger: &'a ledger::Model,
    currencies: Currencies,
    erasures: Erasures,
    counts: Counts,
    suspects: Suspects,
    report: &'a mut VerifyReport,
}

impl Audit<'_> {
    /// Notes that `invariant` does not hold: `detail` is a sentence that says where.
    fn fail(&mut self, invariant: Invariant, detail: impl Display) {
        self.report.add(Failure {
            ledger: self.ledger.name.clone(),
            invariant,
            detail: detail.to_string(),
        });
    }

    /// The same, and that the event at `position` has to do with it.
    fn fail_at(&mut self, position: i64, invariant: Invariant, detail: impl Display) {
        self.suspects.note_position(position);
        self.fail(invariant, detail);
    }

    /// Notes that `invariant` does not hold of the event at `position`, unless it does.
    fn require_at(&mut self, position: i64, holds: bool, invariant: Invariant, detail: impl FnOnce() -> String) {
        if !holds {
            self.fail_at(position, invariant, detail());
        }
    }

    /// Notes that `invariant` does not hold of the block at `height`, unless it does.
    fn require_of_block(&mut self, height: i64, holds: bool, detail: impl FnOnce() -> String) {
        if !holds {
            self.suspects.note_height(height);
            self.fail(Invariant::Chain, detail());
        }
    }

    /// Notes that `invariant` does not hold, unless it does.
    fn require(&mut self, holds: bool, invariant: Invariant, detail: impl FnOnce() -> String) {
        if !holds {
            self.fail(invariant, detail());
        }
    }
}

/// Checks the ledger called `name`, or all, for as long as what `waiting` points to lives.
pub(crate) async fn run(
    database: &Database,
    name: Option<&str>,
    waiting: Weak<()>,
) -> Result<VerifyReport, LedgerError> {
    let view = database.view(waiting).await?;
    let report = check_ledgers(&view, name).await;
    view.close().await;
    report
}

async fn check_ledgers(view: &View, name: Option<&str>) -> Result<VerifyReport, LedgerError> {
    let mut select = ledger::Entity::find().order_by_asc(ledger::Column::Id);
    if let Some(name) = name {
        select = select.filter(ledger::Column::Name.eq(name));
    }
    let ledgers = select.all(&**view).await?;
    if name.is_some() && ledgers.is_empty() {
        return Err(LedgerError::NotFound(Resource::Ledger));
    }
    let mut report = VerifyReport::default();
    for ledger in &ledgers {
        let (counts, first_bad_height) = check_ledger(view, ledger, &mut report).await?;
        report.ledgers.push(VerifiedLedger {
            name: ledger.name.clone(),
            head: ledger.head,
            height: ledger.height,
            hash: ledger.hash.clone(),
            counts,
            first_bad_height,
        });
    }
    Ok(report)
}

async fn check_ledger(
    view: &View,
    ledger: &ledger::Model,
    report: &mut VerifyReport,
) -> Result<(Counts, Option<i64>), LedgerError> {
    let mut audit = Audit {
        view,
        ledger,
        currencies: Currencies::read(&**view, ledger.id).await?,
        erasures: Erasures::read(view, ledger.id).await?,
        counts: Counts::default(),
        suspects: Suspects::default(),
        report,
    };
    let births = journal::check(&mut audit).await?;
    let history = transactions::check(&mut audit).await?;
    users::check(&mut audit).await?;
    accounts::check(&mut audit, &births, history.movements, history.holdings).await?;
    keys::check(&mut audit).await?;
    currencies::check(&mut audit).await?;
    limits::check(&mut audit).await?;
    ledgers::check(&mut audit).await?;
    births.check_counts(&mut audit);
    statistics::check(&mut audit, history.tally).await?;
    answers::check(&mut audit).await?;
    let first_bad_height = audit.suspects.first_bad_height(view, ledger.id).await?;
    Ok((audit.counts, first_bad_height))
}
