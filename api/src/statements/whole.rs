//! A whole statement as CSV.

use service::StatementWalk;
use service::query::StatementQuery;
use service::record::StatementLineRecord;

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
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let Some(lines) = self.walk.next().await? else {
            return Ok(None);
        };
        let mut rows = Rows::new();
        if !self.is_begun {
            rows.write(COLUMNS)?;
            self.is_begun = true;
        }
        for line in &lines {
            write(&mut rows, line)?;
        }
        rows.into_text().map(Some)
    }
}

fn write(rows: &mut Rows, line: &StatementLineRecord) -> Result<(), Problem> {
    let description = line.description.as_deref().unwrap_or_default();
    rows.write([
        line.transaction_date.to_string().as_str(),
        &line.transaction_id.to_string(),
        &guarded(description),
        &line.counterparty_account_id.to_string(),
        &line.amount,
        &line.balance,
    ])
}
