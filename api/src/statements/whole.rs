//! A whole statement as CSV.

use service::query::StatementQuery;
use service::record::StatementLineRecord;
use service::{LedgerError, StatementWalk};

use crate::problem::Problem;
use crate::spreadsheet::{Rows, guarded};
use crate::stream::{Parts, Streamed};

/// The members of a line.
const COLUMNS: [&str; 6] = [
    "transaction_date",
    "transaction_id",
    "description",
    "counterparty_account_id",
    "amount",
    "balance",
];

/// The lines of a statement, below a row that names their columns.
#[derive(Debug)]
pub(crate) struct WholeStatement {
    walk: StatementWalk,
    is_begun: bool,
}

/// Begins the file that a walk makes.
pub(super) async fn begin(walk: StatementWalk, query: &StatementQuery) -> Result<Streamed<WholeStatement>, Problem> {
    let mut name = format!("statement-{}", query.account_id);
    for (word, day) in [("from", query.from), ("to", query.to)] {
        if let Some(day) = day {
            name.push_str(&format!("-{word}-{day}"));
        }
    }
    let parts = WholeStatement { walk, is_begun: false };
    Streamed::begin("text/csv; charset=utf-8", format!("{name}.csv"), parts).await
}

impl Parts for WholeStatement {
    async fn next_part(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let Some(lines) = self.walk.next().await? else {
            return Ok(None);
        };
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        Ok(Some(write(&lines, is_first)?))
    }
}

/// The lines, a row each; the first have the names of the columns above them.
pub(crate) fn write(lines: &[StatementLineRecord], is_first: bool) -> Result<Vec<u8>, LedgerError> {
    let mut rows = Rows::new();
    if is_first {
        rows.write(COLUMNS)?;
    }
    for line in lines {
        let description = line.description.as_deref().unwrap_or_default();
        rows.write([
            line.transaction_date.to_string().as_str(),
            &line.transaction_id.to_string(),
            &guarded(description),
            &line.counterparty_account_id.to_string(),
            &line.amount,
            &line.balance,
        ])?;
    }
    rows.into_text()
}
