//! Counting a user's transactions by the days of another time zone, in bounded steps.
//!
//! First the transactions are counted, and the step that counts the last of them shows the new grouping. Then the rows
//! of the grouping before are removed, and only when none is left does the user's row forget the regrouping: whoever
//! looks for unfinished ones finds it until then.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::batch::Target;
use super::failure::Failure;
use super::load::read_rows;
use super::rows::Cell;
use super::save::total_writes;
use super::statement::Statement;
use super::steps::{STEP_ROWS_MAX, Step, bounds, transactions_of_user_sql};
use super::tables::{self, Mode, Write};
use super::txn::Txn;
use crate::database::Fault;
use crate::ledger::{Count, DayTotal, Grouping, Regrouping, TotalDelta, TotalDeltas, Transaction, User, count_day};
use crate::record::{Direction, TransactionStatus};

impl Target {
    /// Takes one step of the user's regrouping, if there is one: counts at most `step_rows` transactions, or removes at
    /// most as many rows of each table.
    ///
    /// # Errors
    /// `Overflow`, where a day's total under the new zone would pass 2^63−1: the regrouping stays where it is, until
    /// the transactions of that day are fewer, or the zone is another.
    pub(super) async fn regroup_step(&self, user_id: &str, step_rows: usize) -> Result<Step, Failure> {
        let step_rows = step_rows.clamp(1, STEP_ROWS_MAX);
        let (mut txn, mut snapshot, user) = self.begin_step(user_id).await?;
        let Some(user) = user.filter(|user| user.regrouping.is_some()) else {
            txn.rollback().await?;
            return Ok(Step::Done);
        };
        let Some(regrouping) = user.coming() else {
            return self.remove_step(txn, &user, step_rows).await;
        };
        let sql = transactions_of_user_sql(txn.dialect());
        let bounds = vec![bounds(user_id, regrouping.after, regrouping.until)];
        read_rows(&mut snapshot, &txn.session().fetch(sql, self.ledger_id, bounds).await?)?;
        let found: BTreeMap<Uuid, Transaction> = snapshot
            .transactions
            .iter()
            .map(|transaction| (transaction.id, transaction.clone()))
            .collect();
        let is_complete = found.len() < step_rows;
        let transactions = found.into_values().take(step_rows).collect();
        let writes = self.step_writes(user, regrouping, transactions, is_complete)?;
        txn.save(Statement::of(txn.dialect(), &writes)?).await?;
        txn.commit().await?;
        Ok(Step::Advanced)
    }

    /// Removes rows of groupings that are shown no more; where there are none left, the regrouping ends.
    async fn remove_step(&self, mut txn: Txn, user: &User, step_rows: usize) -> Result<Step, Failure> {
        if txn.remove_old_groupings(self.ledger_id, &user.id, step_rows).await? {
            txn.commit().await?;
            return Ok(Step::Advanced);
        }
        let row = grouping_row(self.ledger_id, &user.id, &user.grouping, None);
        let write = Write::new(tables::USER_GROUPINGS, Mode::Update, [row]);
        txn.save(Statement::of(txn.dialect(), &[write])?).await?;
        txn.commit().await?;
        Ok(Step::Done)
    }

    fn step_writes(
        &self,
        user: User,
        regrouping: Regrouping,
        mut transactions: Vec<Transaction>,
        is_complete: bool,
    ) -> Result<Vec<Write>, Failure> {
        let mut totals = TotalDeltas::new();
        for transaction in &mut transactions {
            count_by_new_days(&mut totals, transaction, &user.id, &regrouping.grouping);
        }
        // The database refuses the sum with what is there; what this step adds must fit by itself.
        let nothing = TotalDelta::default();
        if !totals
            .values()
            .all(|delta| DayTotal::default().holds([delta, &nothing]))
        {
            return Err(Failure::Fault(
                Fault::Overflow,
                "a day's total under the new zone".to_owned(),
            ));
        }
        let days = transactions
            .iter()
            .map(|transaction| days_row(self.ledger_id, transaction));
        let last = transactions.last().map(|transaction| transaction.id);
        let shown = if is_complete {
            regrouping.grouping
        } else {
            user.grouping
        };
        let reached = Regrouping {
            after: last.or(regrouping.after),
            ..regrouping
        };
        let mut writes = vec![
            Write::new(tables::TRANSACTION_DAYS, Mode::Update, days),
            Write::new(
                tables::USER_GROUPINGS,
                Mode::Update,
                [grouping_row(self.ledger_id, &user.id, &shown, Some(&reached))],
            ),
        ];
        writes.extend(total_writes(self.ledger_id, &totals)?);
        writes.retain(|write| !write.rows.is_empty());
        Ok(writes)
    }
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

/// The grouping that statistics show after a step, and how far the regrouping is.
fn grouping_row(ledger_id: i64, user_id: &str, shown: &Grouping, regrouping: Option<&Regrouping>) -> Vec<Cell> {
    vec![
        ledger_id.into(),
        user_id.into(),
        shown.zone.name().into(),
        shown.generation.into(),
        regrouping.map(|regrouping| regrouping.grouping.zone.name()).into(),
        regrouping.map(|regrouping| regrouping.grouping.generation).into(),
        regrouping.and_then(|regrouping| regrouping.after).into(),
        regrouping.map(|regrouping| regrouping.until).into(),
    ]
}
