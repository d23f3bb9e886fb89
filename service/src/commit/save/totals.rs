//! How a batch changes the statistics.

use crate::commit::Corrupt;
use crate::commit::rows::Cell;
use crate::commit::tables::{self, Mode, Write};
use crate::ledger::{TotalDelta, TotalDeltas, TotalKey, split_total};
use crate::value::Day;

/// Changes of the statistics. A row that anything is taken from exists; it is updated by itself, since the checks of
/// an insert see the change alone.
pub(in crate::commit) fn total_writes(ledger_id: i64, deltas: &TotalDeltas) -> Result<Vec<Write>, Corrupt> {
    let mut daily = [Vec::new(), Vec::new()];
    let mut all_time = [Vec::new(), Vec::new()];
    let mut by_total: TotalDeltas = TotalDeltas::new();
    for (key, delta) in deltas.iter().filter(|(_, delta)| !delta.is_zero()) {
        let [given, taken] = &mut daily;
        let rows = if takes(delta) { taken } else { given };
        rows.push(daily_row(ledger_id, key, delta)?);
        let all_days = TotalKey {
            day: Day::from_days(0),
            ..key.clone()
        };
        by_total.entry(all_days).or_default().add(delta);
    }
    for (key, delta) in by_total.iter().filter(|(_, delta)| !delta.is_zero()) {
        let [given, taken] = &mut all_time;
        let rows = if takes(delta) { taken } else { given };
        rows.push(total_row(ledger_id, key, delta)?);
    }
    let tables = [(tables::DAILY_TOTALS, daily), (tables::TOTALS, all_time)];
    Ok(tables
        .into_iter()
        .flat_map(|(table, [given, taken])| {
            [
                Write::new(table, Mode::InsertOrAdd, given),
                Write::new(table, Mode::Add, taken),
            ]
        })
        .collect())
}

fn takes(delta: &TotalDelta) -> bool {
    delta.credit_count < 0 || delta.credit_total < 0 || delta.debit_count < 0 || delta.debit_total < 0
}

fn daily_row(ledger_id: i64, key: &TotalKey, delta: &TotalDelta) -> Result<Vec<Cell>, Corrupt> {
    let fits = |total: i128| i64::try_from(total).map_err(Corrupt::new);
    Ok(vec![
        ledger_id.into(),
        key.owner.as_str().into(),
        key.currency.as_str().into(),
        key.generation.into(),
        i64::from(key.day.days()).into(),
        key.category.as_str().into(),
        delta.credit_count.into(),
        fits(delta.credit_total)?.into(),
        delta.debit_count.into(),
        fits(delta.debit_total)?.into(),
    ])
}

fn total_row(ledger_id: i64, key: &TotalKey, delta: &TotalDelta) -> Result<Vec<Cell>, Corrupt> {
    let split = |total| split_total(total).ok_or_else(|| Corrupt::new("a sum is too large to be stored"));
    let (credit_high, credit_low) = split(delta.credit_total)?;
    let (debit_high, debit_low) = split(delta.debit_total)?;
    Ok(vec![
        ledger_id.into(),
        key.owner.as_str().into(),
        key.currency.as_str().into(),
        key.generation.into(),
        key.category.as_str().into(),
        delta.credit_count.into(),
        credit_high.into(),
        credit_low.into(),
        delta.debit_count.into(),
        debit_high.into(),
        debit_low.into(),
    ])
}
