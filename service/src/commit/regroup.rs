//! Counting a user's transactions by the days of another time zone, in bounded steps.
//!
//! A step is a transaction of the database of its own, under the ledger's lock like every commit. It changes no fact
//! and so records no event. Any number of instances may take steps of one regrouping: each begins where the last
//! one ended.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use uuid::Uuid;

use super::Corrupt;
use super::batch::Target;
use super::failure::Failure;
use super::load::{read_snapshot, transactions_sql};
use super::rows::{Cell, Dialect, Kind, Rows};
use super::save::total_writes;
use super::tables::{self, Mode, Write};
use super::txn::Txn;
use crate::ledger::{Count, Direction, Grouping, Names, Regrouping, TotalDeltas, Transaction, User, count_day};
use crate::record::TransactionStatus;

/// Transactions counted, or rows of a grouping given up removed, by one step.
const STEP_ROWS: usize = 1000;

/// What a step found to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There is more to do.
    Advanced,
    /// Nothing is left.
    Done,
}

const BOUNDS: [Kind; 3] = [Kind::Text, Kind::Uuid, Kind::Uuid];
const BOUND_NAMES: [&str; 3] = ["owner", "after_id", "until_id"];

static POSTGRES: LazyLock<String> =
    LazyLock::new(|| transactions_sql(Dialect::Postgres, &BOUND_NAMES, &BOUNDS, STEP_ROWS));
static SQLITE: LazyLock<String> = LazyLock::new(|| transactions_sql(Dialect::Sqlite, &BOUND_NAMES, &BOUNDS, STEP_ROWS));

impl Target {
    /// Takes one step of the user's regrouping, if there is one.
    pub(super) async fn regroup_step(&self, user_id: &str) -> Result<Step, Failure> {
        let (mut txn, ledger) = Txn::begin(&self.pool, self.ledger_id).await?;
        let names = Names {
            users: [user_id.to_owned()].into(),
            ..Names::default()
        };
        let mut rows = txn.load(self.ledger_id, &names).await?;
        let user = read_snapshot(ledger.state.clone(), &rows)?.users.get(user_id).cloned();
        let Some((user, regrouping)) = user.and_then(|user| user.regrouping.map(|regrouping| (user, regrouping)))
        else {
            let removed = txn.remove_old_groupings(self.ledger_id, user_id, STEP_ROWS).await?;
            txn.commit().await?;
            return Ok(if removed { Step::Advanced } else { Step::Done });
        };
        let sql = match txn.dialect() {
            Dialect::Postgres => POSTGRES.as_str(),
            Dialect::Sqlite => SQLITE.as_str(),
        };
        // The rows of the user bring the currencies, with which the transactions are read.
        rows.extend(
            txn.fetch(sql, self.ledger_id, vec![bounds(user_id, &regrouping)])
                .await?,
        );
        let snapshot = read_snapshot(ledger.state, &rows)?;
        let found: BTreeMap<Uuid, Transaction> = snapshot
            .transactions
            .iter()
            .map(|transaction| (transaction.id, transaction.clone()))
            .collect();
        txn.save(self.step_writes(user, regrouping, found.into_values().take(STEP_ROWS).collect())?)
            .await?;
        txn.commit().await?;
        Ok(Step::Advanced)
    }

    fn step_writes(
        &self,
        user: User,
        regrouping: Regrouping,
        mut transactions: Vec<Transaction>,
    ) -> Result<Vec<Write>, Corrupt> {
        let mut totals = TotalDeltas::new();
        for transaction in &mut transactions {
            count_by_new_days(&mut totals, transaction, &user.id, &regrouping.grouping);
        }
        let days = transactions
            .iter()
            .map(|transaction| days_row(self.ledger_id, transaction));
        let last = transactions.last().map(|transaction| transaction.id);
        let is_complete = transactions.len() < STEP_ROWS;
        let mut writes = vec![
            Write::new(tables::TRANSACTION_DAYS, Mode::Update, days),
            Write::new(
                tables::USER_GROUPINGS,
                Mode::Update,
                [grouping_row(self.ledger_id, &user, &regrouping, last, is_complete)],
            ),
        ];
        writes.extend(total_writes(self.ledger_id, &totals)?);
        writes.retain(|write| !write.rows.is_empty());
        Ok(writes)
    }
}

fn bounds(user_id: &str, regrouping: &Regrouping) -> Rows {
    let mut rows = Rows::new(&BOUNDS);
    let after = regrouping.after.unwrap_or(Uuid::nil());
    rows.push(vec![user_id.into(), after.into(), regrouping.until.into()]);
    rows
}

/// Notes the day that each of the user's sides falls on, and counts it there if the transaction is posted.
fn count_by_new_days(totals: &mut TotalDeltas, transaction: &mut Transaction, user_id: &str, grouping: &Grouping) {
    let day = grouping.zone.day_of(transaction.transaction_date);
    let sides = [
        (Direction::Debit, &mut transaction.source),
        (Direction::Credit, &mut transaction.destination),
    ];
    let mut directions = Vec::with_capacity(2);
    for (direction, side) in sides {
        if side.owner == user_id
            && let Some(slot) = side.days.get_mut(grouping.slot())
        {
            *slot = Some(day);
            directions.push(direction);
        }
    }
    if transaction.status == TransactionStatus::Posted {
        for direction in directions {
            count_day(
                totals,
                (user_id, grouping.generation, day),
                transaction,
                direction,
                Count::In,
            );
        }
    }
}

fn days_row(ledger_id: i64, transaction: &Transaction) -> Vec<Cell> {
    let [source_even, source_odd] = transaction.source.days;
    let [destination_even, destination_odd] = transaction.destination.days;
    let mut row = vec![ledger_id.into(), transaction.id.into()];
    let days = [source_even, source_odd, destination_even, destination_odd];
    row.extend(days.map(|day| Cell::from(day.map(|day| i64::from(day.days())))));
    row
}

/// How far the regrouping is after a step; a complete one becomes the grouping that statistics show.
fn grouping_row(
    ledger_id: i64,
    user: &User,
    regrouping: &Regrouping,
    last: Option<Uuid>,
    is_complete: bool,
) -> Vec<Cell> {
    let shown = if is_complete {
        regrouping.grouping
    } else {
        user.grouping
    };
    let coming = (!is_complete).then_some(regrouping);
    vec![
        ledger_id.into(),
        user.id.as_str().into(),
        shown.zone.name().into(),
        shown.generation.into(),
        coming.map(|regrouping| regrouping.grouping.zone.name()).into(),
        coming.map(|regrouping| regrouping.grouping.generation).into(),
        coming.and(last).into(),
        coming.map(|regrouping| regrouping.until).into(),
    ]
}
