//! How a batch changes the statistics.

use std::collections::HashMap;

use crate::commit::Corrupt;
use crate::commit::rows::Cell;
use crate::commit::tables::{self, Mode, Write};
use crate::ledger::{TotalDelta, TotalDeltas, TotalKey, split_total};
use crate::money::CurrencyCode;

/// A row of all days together: owner, currency, generation and category.
type TotalOf<'a> = (&'a str, CurrencyCode, i64, &'a str);

/// What the changes of its days make of such a row.
#[derive(Clone, Copy, Debug, Default)]
struct Total {
    delta: TotalDelta,
    /// Whether any day is taken from; then the row exists.
    takes: bool,
    /// Whether any day has more or fewer transactions.
    is_recounted: bool,
}

/// Changes of the statistics. A row that anything is taken from exists; it is updated by itself, since the checks of
/// an insert see the change alone. So is the total of such a day: the others have a raised day each, which tells whether
/// it is the busiest.
pub(in crate::commit) fn total_writes(ledger_id: i64, deltas: &TotalDeltas) -> Result<Vec<Write>, Corrupt> {
    let [mut taken_days, mut raised_days, mut taken, mut raised] = [const { Vec::new() }; 4];
    for (key, delta) in deltas.iter().filter(|(_, delta)| !delta.is_zero()) {
        let rows = if takes(delta) {
            &mut taken_days
        } else {
            &mut raised_days
        };
        rows.push(daily_row(ledger_id, key, delta)?);
    }
    for (key, total) in by_total(deltas).iter().filter(|(_, total)| !total.delta.is_zero()) {
        let rows = if total.takes { &mut taken } else { &mut raised };
        rows.push(total_row(ledger_id, *key, &total.delta)?);
    }
    Ok(vec![
        Write::new(tables::DAILY_TOTALS, Mode::Add, taken_days),
        Write::new(tables::TOTALS, Mode::Add, taken),
        Write::new(tables::DAILY_TOTALS, Mode::RaiseDays, raised_days),
        Write::new(tables::TOTALS, Mode::RaiseTotals, raised),
    ])
}

/// The totals whose busiest day must be looked for once the changes are saved, since a day lost something.
pub(super) fn busiest_writes(ledger_id: i64, deltas: &TotalDeltas) -> Result<Vec<Write>, Corrupt> {
    if !deltas.values().any(takes) {
        return Ok(Vec::new());
    }
    let none = TotalDelta::default();
    let totals = by_total(deltas);
    let moved = totals.iter().filter(|(_, total)| total.takes && total.is_recounted);
    let rows = moved.map(|(key, _)| total_row(ledger_id, *key, &none));
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(vec![Write::new(tables::TOTALS, Mode::FindBusiest, rows)])
}

fn by_total(deltas: &TotalDeltas) -> HashMap<TotalOf<'_>, Total> {
    let mut totals: HashMap<TotalOf<'_>, Total> = HashMap::new();
    for (key, delta) in deltas {
        let key = (key.owner.as_str(), key.currency, key.generation, key.category.as_str());
        let total = totals.entry(key).or_default();
        total.delta.add(delta);
        total.takes |= takes(delta);
        total.is_recounted |= delta.count() != 0;
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

fn total_row(ledger_id: i64, total: TotalOf<'_>, delta: &TotalDelta) -> Result<Vec<Cell>, Corrupt> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Day;

    fn key(day: i32) -> TotalKey {
        TotalKey {
            owner: "ada".to_owned(),
            currency: CurrencyCode::from_stored("USD").unwrap(),
            generation: 0,
            day: Day::from_days(day),
            category: String::new(),
        }
    }

    fn delta(credit_count: i64, debit_count: i64) -> TotalDelta {
        TotalDelta {
            credit_count,
            debit_count,
            ..TotalDelta::default()
        }
    }

    /// The modes of the writes that have rows: of days, of totals, and of busiest days.
    fn modes(days: &[TotalDelta]) -> Vec<Mode> {
        let deltas = (0..).zip(days).map(|(day, delta)| (key(day), *delta)).collect();
        let mut writes = total_writes(1, &deltas).unwrap();
        writes.extend(busiest_writes(1, &deltas).unwrap());
        writes.retain(|write| !write.rows.is_empty());
        writes.iter().map(|write| write.mode).collect()
    }

    #[test]
    fn a_total_is_raised_with_its_days_and_looked_through_where_one_of_them_is_taken_from() {
        use Mode::{Add, FindBusiest, RaiseDays, RaiseTotals};
        assert_eq!(modes(&[delta(1, 0), delta(0, 2)]), [RaiseDays, RaiseTotals]);
        assert_eq!(modes(&[delta(-1, 0)]), [Add, Add, FindBusiest]);
        // One that moved to another day leaves the total as it is.
        assert_eq!(modes(&[delta(-1, 0), delta(1, 0)]), [Add, RaiseDays, FindBusiest]);
        // Both days are taken from, and yet the total is not: no raised day could tell the busiest.
        assert_eq!(modes(&[delta(-1, 2), delta(1, -1)]), [Add, Add, FindBusiest]);
        // One day is taken from and has more transactions all the same: the raised one is not alone.
        assert_eq!(modes(&[delta(3, -1), delta(0, 1)]), [Add, Add, RaiseDays, FindBusiest]);
        let smaller = TotalDelta {
            credit_total: -5,
            ..TotalDelta::default()
        };
        assert_eq!(modes(&[smaller]), [Add, Add]);
    }
}
