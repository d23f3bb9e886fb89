//! What moved the money of one account: its posted transactions in the order of their dates, each found on the one side
//! of it on which the account stands.
//!
//! Sums are taken backward from the present, over what comes after a point; so what was before it costs nothing, however
//! much that is. Balance, sums and lines are of one statement, and so of one moment.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use uuid::Uuid;

use crate::database::Readers;
use crate::ledger::{LEDGER_OWNER, join_total};
use crate::query::parameters::Parameters;
use crate::record::TransactionStatus;
use crate::value::Timestamp;
use crate::{LedgerError, Resource};

/// A place in the order: a transaction's date in microseconds and its id.
pub(super) type Position = (i64, Uuid);

/// The transactions of an account.
#[derive(Clone, Copy)]
pub(in crate::query) struct Movements<'a> {
    pub(in crate::query) db: &'a Readers,
    pub(in crate::query) ledger_id: i64,
    pub(in crate::query) account_id: Uuid,
    pub(in crate::query) owner: &'a str,
}

/// Which lines are to be read; both bounds are exclusive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines {
    pub(super) after: Option<Position>,
    pub(super) before: Option<Position>,
    pub(super) limit: u64,
}

/// What was read, all of one moment.
#[derive(Debug)]
pub(super) struct Found {
    /// The account's balance.
    pub(super) balance: i128,
    /// The number of its newest entry: while it stays, so does everything here.
    pub(super) seq: i64,
    /// What moved after each of the points that were asked for.
    pub(super) sums: Vec<i128>,
    /// In the order of their dates.
    pub(super) lines: Vec<Line>,
}

/// One transaction, as the account sees it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) position: Position,
    pub(super) description: Option<String>,
    pub(super) counterparty_account_id: Uuid,
    /// Negative where the money left the account.
    pub(super) amount: i64,
}

impl Movements<'_> {
    /// The sum of the account's current transactions that are dated until `time`, inclusive.
    pub(in crate::query) async fn balance_at(&self, time: Timestamp) -> Result<i128, LedgerError> {
        let found = self.read(&[(time.micros(), Uuid::max())], None).await?;
        let later = found.sums.into_iter().next().unwrap_or_default();
        Ok(found.balance.saturating_sub(later))
    }

    /// The balance, what moved after each of `points`, and the lines that are asked for.
    pub(super) async fn read(&self, points: &[Position], lines: Option<Lines>) -> Result<Found, LedgerError> {
        let rows = self.db.query_all_raw(self.statement(points, lines)).await?;
        let account = rows.first().ok_or(LedgerError::NotFound(Resource::Account))?;
        let sum = |index: usize| {
            let high = account.try_get("", &format!("high_{index}"))?;
            Ok::<_, DbErr>(join_total(high, account.try_get("", &format!("low_{index}"))?))
        };
        let lines = match lines {
            None => Vec::new(),
            Some(_) => rows
                .iter()
                .filter_map(|row| Line::decode(row).transpose())
                .collect::<Result<_, _>>()?,
        };
        Ok(Found {
            balance: account.try_get::<i64>("", "balance")?.into(),
            seq: account.try_get("", "seq")?,
            sums: (0..points.len()).map(sum).collect::<Result<_, _>>()?,
            lines,
        })
    }

    fn statement(&self, points: &[Position], lines: Option<Lines>) -> Statement {
        let mut parameters = Parameters::default();
        let ledger = parameters.add(self.ledger_id);
        let account = parameters.add(self.account_id);
        let sides = self.sides(&mut parameters, &ledger, &account);
        let sums = self.sums(&mut parameters, &sides, points);
        let lines = lines.map(|lines| read_lines(&mut parameters, &sides, lines));
        let (mut columns, mut joins, mut order) = ("a.balance, a.seq".to_owned(), String::new(), "");
        if let Some(sums) = sums {
            columns.push_str(", sums.*");
            joins.push_str(&format!(" CROSS JOIN ({sums}) AS sums"));
        }
        if let Some(lines) = lines {
            columns.push_str(", lines.*");
            joins.push_str(&format!(" LEFT JOIN ({lines}) AS lines ON TRUE"));
            order = " ORDER BY lines.transaction_date, lines.id";
        }
        let text =
            format!("SELECT {columns} FROM accounts a{joins} WHERE a.ledger_id = {ledger} AND a.id = {account}{order}");
        Statement::from_sql_and_values(self.db.get_database_backend(), text, parameters.0)
    }

    /// The account as source and as destination, each the beginning of a `SELECT` that one index serves. The partial
    /// indexes are found by their own conditions alone, which therefore are literals.
    fn sides(&self, parameters: &mut Parameters, ledger: &str, account: &str) -> [String; 2] {
        let posted = TransactionStatus::Posted.as_str();
        let owner = (self.owner != LEDGER_OWNER).then(|| parameters.add(self.owner));
        [
            ("source", "destination", "-amount"),
            ("destination", "source", "amount"),
        ]
        .map(|(side, other, amount)| {
            let owned = match &owner {
                Some(owner) => format!("{side}_owner = {owner} AND {side}_owner <> ''"),
                None => format!("{side}_owner = ''"),
            };
            format!(
                "SELECT transaction_date, id, description, {other}_account_id AS counterparty_account_id, \
                 {amount} AS amount FROM transactions WHERE ledger_id = {ledger} AND {owned} \
                 AND {side}_account_id = {account} AND status = '{posted}'"
            )
        })
    }

    /// What moved after each point, as [`join_total`] takes it: a sum of amounts can pass 64 bits. `None` without points.
    fn sums(&self, parameters: &mut Parameters, sides: &[String; 2], points: &[Position]) -> Option<String> {
        let first = *points.iter().min()?;
        let parts = points.iter().enumerate().map(|(index, point)| {
            let after = bound(parameters, ">", *point);
            let part = |part: &str| format!("CAST(COALESCE(SUM(CASE WHEN {after} THEN {part} END), 0) AS BIGINT)");
            format!(
                "{} AS high_{index}, {} AS low_{index}",
                part("amount >> 20"),
                part("amount & 1048575")
            )
        });
        let parts = parts.collect::<Vec<_>>().join(", ");
        let first = bound(parameters, ">", first);
        // The order leads a planner that knows nothing of the table to the index by date.
        let ranges = union(sides, &format!(" AND {first} ORDER BY transaction_date, id"));
        Some(format!("SELECT {parts} FROM ({ranges}) AS movements"))
    }
}

fn read_lines(parameters: &mut Parameters, sides: &[String; 2], lines: Lines) -> String {
    let after = lines.after.map(|after| bound(parameters, ">", after));
    let before = lines.before.map(|before| bound(parameters, "<", before));
    let bounds: String = [after, before]
        .into_iter()
        .flatten()
        .map(|bound| format!(" AND {bound}"))
        .collect();
    let limit = parameters.add(i64::try_from(lines.limit).unwrap_or(i64::MAX));
    let order = format!(" ORDER BY transaction_date, id LIMIT {limit}");
    let ranges = union(sides, &format!("{bounds}{order}"));
    format!("SELECT * FROM ({ranges}) AS ranges{order}")
}

fn bound(parameters: &mut Parameters, operator: &str, (date, id): Position) -> String {
    let (date, id) = (parameters.add(date), parameters.add(id));
    format!("(transaction_date, id) {operator} ({date}, {id})")
}

/// SQLite takes no ORDER BY before UNION, but in a subquery.
fn union([source, destination]: &[String; 2], rest: &str) -> String {
    format!(
        "SELECT * FROM ({source}{rest}) AS source_range \
         UNION ALL SELECT * FROM ({destination}{rest}) AS destination_range"
    )
}

impl Line {
    /// `None` for the row that says that there are no lines.
    fn decode(row: &QueryResult) -> Result<Option<Self>, DbErr> {
        let Some(id) = row.try_get("", "id")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            position: (row.try_get("", "transaction_date")?, id),
            description: row.try_get("", "description")?,
            counterparty_account_id: row.try_get("", "counterparty_account_id")?,
            amount: row.try_get("", "amount")?,
        }))
    }
}
