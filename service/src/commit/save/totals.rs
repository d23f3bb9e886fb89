//! How a batch changes the statistics.

use std::collections::{BTreeSet, HashMap};

use crate::commit::Corrupt;
use crate::commit::rows::Cell;
use crate::commit::tables::{self, Mode, Write};
use crate::ledger::{TotalDelta, TotalDeltas, TotalKey, split_total};
use crate::money::CurrencyCode;

/// A row of all days together: owner, currency, generation and category.
type Total<'a> = (&'a str, CurrencyCode, i64, &'a str);

fn total_of(key: &TotalKey) -> Total<'_> {
    (&key.owner, key.currency, key.generation, &key.category)
}

/// Changes of the statistics. A row that anything is taken from exists; it is updated by itself, since the checks of
/// an insert see the change alone.
pub(in crate::commit) fn total_writes(ledger_id: i64, deltas: &TotalDeltas) -> Result<Vec<Write>, Corrupt> {
    let [taken_days, raised_days] = rows(deltas, |key, delta| daily_row(ledger_id, key, delta))?;
    let [taken, raised] = rows(&by_total(deltas), |total, delta| total_row(ledger_id, *total, delta))?;
    Ok(vec![
        Write::new(tables::DAILY_TOTALS, Mode::Add, taken_days),
        Write::new(tables::TOTALS, Mode::Add, taken),
        Write::new(tables::DAILY_TOTALS, Mode::InsertOrAdd, raised_days),
        Write::new(tables::TOTALS, Mode::InsertOrAddWithDays, raised),
    ])
}

/// The totals whose busiest day may be another once the changes are saved: those of days that have fewer transactions
/// now, and those of raised days that nothing was inserted for.
pub(super) fn busiest_writes(ledger_id: i64, deltas: &TotalDeltas) -> Result<Vec<Write>, Corrupt> {
    if !deltas.values().any(takes) {
        return Ok(Vec::new());
    }
    let totals = by_total(deltas);
    let moved = deltas.iter().filter(|(key, delta)| match delta.count() {
        0 => false,
        count => count < 0 || totals.get(&total_of(key)).is_some_and(takes),
    });
    let moved: BTreeSet<Total<'_>> = moved.map(|(key, _)| total_of(key)).collect();
    let none = TotalDelta::default();
    let rows = moved.into_iter().map(|total| total_row(ledger_id, total, &none));
    let write = Write::new(tables::TOTALS, Mode::FindBusiest, rows.collect::<Result<Vec<_>, _>>()?);
    Ok(Vec::from_iter((!write.rows.is_empty()).then_some(write)))
}

/// The rows of `deltas` that something is taken from, and those that are added to alone.
fn rows<K>(
    deltas: &HashMap<K, TotalDelta>,
    row: impl Fn(&K, &TotalDelta) -> Result<Vec<Cell>, Corrupt>,
) -> Result<[Vec<Vec<Cell>>; 2], Corrupt> {
    let [mut taken, mut raised] = [Vec::new(), Vec::new()];
    for (key, delta) in deltas.iter().filter(|(_, delta)| !delta.is_zero()) {
        let rows = if takes(delta) { &mut taken } else { &mut raised };
        rows.push(row(key, delta)?);
    }
    Ok([taken, raised])
}

/// The changes of all days together.
fn by_total(deltas: &TotalDeltas) -> HashMap<Total<'_>, TotalDelta> {
    let mut totals: HashMap<Total<'_>, TotalDelta> = HashMap::new();
    for (key, delta) in deltas {
        totals.entry(total_of(key)).or_default().add(delta);
    }
    totals
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

fn total_row(ledger_id: i64, total: Total<'_>, delta: &TotalDelta) -> Result<Vec<Cell>, Corrupt> {
    let (owner, currency, generation, category) = total;
    let split = |total| split_total(total).ok_or_else(|| Corrupt::new("a sum is too large to be stored"));
    let (credit_high, credit_low) = split(delta.credit_total)?;
    let (debit_high, debit_low) = split(delta.debit_total)?;
    Ok(vec![
        ledger_id.into(),
        owner.into(),
        currency.as_str().into(),
        generation.into(),
        category.into(),
        delta.credit_count.into(),
        credit_high.into(),
        credit_low.into(),
        delta.debit_count.into(),
        debit_high.into(),
        debit_low.into(),
    ])
}
