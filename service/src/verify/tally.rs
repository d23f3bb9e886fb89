//! Counts and sums of one owner's statistics, in 128 bits.

use std::collections::BTreeMap;

use entity::{daily_total, total};

use crate::ledger::{ALL_CATEGORIES, join_total, split_busiest};
use crate::query::rows::day_of;

/// Credits and debits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    credit_count: i128,
    credit_total: i128,
    debit_count: i128,
    debit_total: i128,
}

impl Figures {
    pub(super) fn credit(amount: i64) -> Self {
        Self {
            credit_count: 1,
            credit_total: amount.into(),
            ..Self::default()
        }
    }

    pub(super) fn debit(amount: i64) -> Self {
        Self {
            debit_count: 1,
            debit_total: amount.into(),
            ..Self::default()
        }
    }

    pub(super) fn of_day(row: &daily_total::Model) -> Self {
        Self {
            credit_count: row.credit_count.into(),
            credit_total: row.credit_total.into(),
            debit_count: row.debit_count.into(),
            debit_total: row.debit_total.into(),
        }
    }

    fn count(&self) -> i128 {
        self.credit_count.saturating_add(self.debit_count)
    }

    fn add(&mut self, other: &Self) {
        self.credit_count = self.credit_count.saturating_add(other.credit_count);
        self.credit_total = self.credit_total.saturating_add(other.credit_total);
        self.debit_count = self.debit_count.saturating_add(other.debit_count);
        self.debit_total = self.debit_total.saturating_add(other.debit_total);
    }
}

/// Credits and debits by count and sum.
impl std::fmt::Display for Figures {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            credit_count,
            credit_total,
            debit_count,
            debit_total,
        } = self;
        write!(
            formatter,
            "{credit_count} credits of {credit_total} and {debit_count} debits of {debit_total}"
        )
    }
}

/// Figures of all time, with the busiest day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Total {
    figures: Figures,
    /// How many transactions the busiest day has, and which it is, the latest of several; `None` where there are none.
    busiest: Option<(i128, i64)>,
}

impl Total {
    pub(super) fn of(row: &total::Model) -> Self {
        let (count, day) = split_busiest(row.busiest);
        Self {
            figures: Figures {
                credit_count: row.credit_count.into(),
                credit_total: join_total(row.credit_total_high, row.credit_total_low),
                debit_count: row.debit_count.into(),
                debit_total: join_total(row.debit_total_high, row.debit_total_low),
            },
            busiest: (count != 0).then_some((count.into(), day)),
        }
    }

    fn add(&mut self, day: i64, figures: &Figures) {
        self.figures.add(figures);
        self.busiest = self.busiest.max(Some((figures.count(), day)));
    }
}

/// As its figures, with the busiest day.
impl std::fmt::Display for Total {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.figures)?;
        match self.busiest {
            Some((count, day)) => write!(formatter, ", most on {}: {count}", day_of(day)),
            None => Ok(()),
        }
    }
}

/// A row of the daily statistics: currency, generation, category and day.
pub(super) type DayKey = (String, i64, String, i64);
/// A row of the statistics of all time: currency, generation and category.
pub(super) type TotalKey = (String, i64, String);

/// The statistics of one owner by day, recounted.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) days: BTreeMap<DayKey, Figures>,
}

impl Tally {
    /// Counts one side of a transaction on one day of one grouping: for all categories, and for its own.
    pub(super) fn add(
        &mut self,
        currency: &str,
        category: Option<&str>,
        (generation, day): (i64, i64),
        figures: &Figures,
    ) {
        for category in std::iter::once(ALL_CATEGORIES).chain(category) {
            let key = (currency.to_owned(), generation, category.to_owned(), day);
            self.days.entry(key).or_default().add(figures);
        }
    }

    /// The days put together.
    pub(super) fn totals(&self) -> BTreeMap<TotalKey, Total> {
        let mut totals: BTreeMap<TotalKey, Total> = BTreeMap::new();
        for ((currency, generation, category, day), figures) in &self.days {
            let key = (currency.clone(), *generation, category.clone());
            totals.entry(key).or_default().add(*day, figures);
        }
        totals
    }
}
