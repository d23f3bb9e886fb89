//! The figures of one currency, put together from the rows that were read.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::sql::{Part, Row};
use crate::money::{Currency, average_half_even};
use crate::query::{Interval, rows};
use crate::record::{CategoryStatistics, CurrencyStatistics, DirectionStatistics, PeriodStatistics};
use crate::value::Day;

/// Most categories that are shown of a currency.
const CATEGORIES_MAX: usize = 100;
/// Bits of the lower part of a sum as it is stored.
const LOW_BITS: u32 = 20;

/// Counts and sums of both directions, in minor units. A sum of as many 64-bit amounts as 64 bits can count fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    credit_count: i64,
    credit_total: i128,
    debit_count: i64,
    debit_total: i128,
}

impl Sums {
    fn of(row: &Row) -> Self {
        let total = |high: Option<i64>, low: Option<i64>| {
            let high = i128::from(high.unwrap_or_default()) << LOW_BITS;
            high.saturating_add(i128::from(low.unwrap_or_default()))
        };
        Self {
            credit_count: row.credit_count.unwrap_or_default(),
            credit_total: total(row.credit_high, row.credit_low),
            debit_count: row.debit_count.unwrap_or_default(),
            debit_total: total(row.debit_high, row.debit_low),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            credit_count: self.credit_count.saturating_add(other.credit_count),
            credit_total: self.credit_total.saturating_add(other.credit_total),
            debit_count: self.debit_count.saturating_add(other.debit_count),
            debit_total: self.debit_total.saturating_add(other.debit_total),
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            credit_count: self.credit_count.saturating_sub(other.credit_count),
            credit_total: self.credit_total.saturating_sub(other.credit_total),
            debit_count: self.debit_count.saturating_sub(other.debit_count),
            debit_total: self.debit_total.saturating_sub(other.debit_total),
        }
    }

    fn count(self) -> i64 {
        self.credit_count.saturating_add(self.debit_count)
    }

    fn total(self) -> i128 {
        self.credit_total.saturating_add(self.debit_total)
    }
}

/// What the rows say of one currency.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    all: Sums,
    by_category: BTreeMap<String, Sums>,
    by_day: BTreeMap<Day, Sums>,
    busiest: Option<(i64, Day)>,
}

impl Gathered {
    pub(super) fn add(&mut self, part: Part, row: &Row) {
        let sums = Sums::of(row);
        let day = row.day.map(rows::day_of);
        match (part, row.category.as_deref()) {
            (Part::Total | Part::Category, Some("")) => {
                self.all = sums;
                self.busiest = row.busiest_count.zip(day);
            }
            (Part::Total | Part::Category, Some(category)) => {
                self.by_category.insert(category.to_owned(), sums);
            }
            (Part::Day, _) => self.by_day.extend(day.map(|day| (day, sums))),
            (Part::Zone, _) | (_, None) => {}
        }
    }

    /// Whether there is any transaction.
    pub(super) fn is_empty(&self) -> bool {
        self.all.count() == 0
    }

    /// How many transactions the busiest day has, and which it is: the latest of several.
    fn busiest(&self) -> Option<(i64, Day)> {
        let of_days = self.by_day.iter().map(|(day, sums)| (sums.count(), *day));
        self.busiest.or_else(|| of_days.max())
    }

    pub(super) fn record(&self, currency: Currency, interval: Option<Interval>) -> CurrencyStatistics {
        let Sums {
            credit_total,
            debit_total,
            ..
        } = self.all;
        let busiest = self.busiest();
        CurrencyStatistics {
            currency: currency.code,
            count: self.all.count(),
            total: currency.format(self.all.total()),
            average_transaction_value: average(currency, self.all.total(), self.all.count()),
            net: currency.format(credit_total.saturating_sub(debit_total)),
            credits: credits(currency, self.all),
            debits: debits(currency, self.all),
            day_with_highest_transactions: busiest.map(|(_, day)| day),
            busiest_day_count: busiest.map_or(0, |(count, _)| count),
            by_category: self.categories(currency),
            series: interval.map(|interval| self.series(currency, interval)),
        }
    }

    /// The largest totals, then by name; no category comes after every name.
    fn categories(&self, currency: Currency) -> Vec<CategoryStatistics> {
        let named = self
            .by_category
            .values()
            .fold(Sums::default(), |sum, sums| sum.plus(*sums));
        let mut categories: Vec<(Option<&str>, Sums)> = self
            .by_category
            .iter()
            .map(|(name, sums)| (Some(name.as_str()), *sums))
            .chain([(None, self.all.minus(named))])
            .filter(|(_, sums)| sums.count() > 0)
            .collect();
        categories.sort_by_key(|(name, sums)| (Reverse(sums.total()), name.is_none(), *name));
        categories.truncate(CATEGORIES_MAX);
        let record = |(name, sums): (Option<&str>, Sums)| CategoryStatistics {
            category: name.map(str::to_owned),
            count: sums.count(),
            total: currency.format(sums.total()),
        };
        categories.into_iter().map(record).collect()
    }

    fn series(&self, currency: Currency, interval: Interval) -> Vec<PeriodStatistics> {
        let mut periods: BTreeMap<Day, Sums> = BTreeMap::new();
        for (day, sums) in &self.by_day {
            let period = periods.entry(interval.period_of(*day)).or_default();
            *period = period.plus(*sums);
        }
        let record = |(period, sums): (Day, Sums)| PeriodStatistics {
            period,
            credits: credits(currency, sums),
            debits: debits(currency, sums),
        };
        periods.into_iter().map(record).collect()
    }
}

impl Interval {
    /// The first day of the period that `day` is in.
    fn period_of(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            Self::Week => day.week_start(),
            Self::Month => day.month_start(),
        }
    }
}

fn credits(currency: Currency, sums: Sums) -> DirectionStatistics {
    direction(currency, sums.credit_count, sums.credit_total)
}

fn debits(currency: Currency, sums: Sums) -> DirectionStatistics {
    direction(currency, sums.debit_count, sums.debit_total)
}

fn direction(currency: Currency, count: i64, total: i128) -> DirectionStatistics {
    DirectionStatistics {
        count,
        total: currency.format(total),
        average: average(currency, total, count),
    }
}

fn average(currency: Currency, total: i128, count: i64) -> Option<String> {
    average_half_even(total, count).map(|average| currency.format(average))
}
