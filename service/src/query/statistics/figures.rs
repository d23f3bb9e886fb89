//! The figures of one currency, put together from the rows that were read.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::sql::{Part, Row};
use super::sums::{Sums, average, credits, debits};
use crate::ledger::split_busiest;
use crate::money::Currency;
use crate::query::{Interval, rows};
use crate::record::{CategoryStatistics, CurrencyStatistics, PeriodStatistics};
use crate::value::Day;

/// Most categories that are shown of a currency.
pub(super) const CATEGORIES_MAX: usize = 100;

/// What the rows say of one currency.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    all: Sums,
    /// Of all transactions that have a category.
    named: Sums,
    by_category: BTreeMap<String, Sums>,
    by_day: BTreeMap<Day, Sums>,
    busiest: Option<(i64, Day)>,
}

impl Gathered {
    pub(super) fn add(&mut self, part: Part, row: &Row) {
        let sums = Sums::of(row);
        let day = row.day.map(rows::day_of);
        match part {
            Part::Zone => {}
            Part::Total => {
                self.all = sums;
                let busiest = row.busiest.map(split_busiest);
                self.busiest = busiest.map(|(count, day)| (count, rows::day_of(day)));
            }
            Part::Named => self.named = sums,
            Part::Category => self.by_category.extend(row.category.clone().map(|name| (name, sums))),
            Part::Day => self.by_day.extend(day.map(|day| (day, sums))),
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
        let mut categories: Vec<(Option<&str>, Sums)> = self
            .by_category
            .iter()
            .map(|(name, sums)| (Some(name.as_str()), *sums))
            .chain([(None, self.all.minus(self.named))])
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

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::parse("USD").unwrap()
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn sums(credits: &[i64], debits: &[i64]) -> Sums {
        let total = |amounts: &[i64]| amounts.iter().copied().map(i128::from).sum();
        Sums {
            credit_count: i64::try_from(credits.len()).unwrap(),
            credit_total: total(credits),
            debit_count: i64::try_from(debits.len()).unwrap(),
            debit_total: total(debits),
        }
    }

    #[test]
    fn sums_beyond_64_bits_are_exact() {
        let mut gathered = Gathered::default();
        let largest = Row {
            category: Some(String::new()),
            credit_count: Some(3),
            credit_high: Some(i64::MAX),
            credit_low: Some((1 << 20) + 5),
            debit_count: Some(1),
            debit_high: Some(0),
            debit_low: Some(1),
            ..Row::default()
        };
        gathered.add(Part::Total, &largest);
        let record = gathered.record(usd(), None);
        let credits = (i128::from(i64::MAX) << 20) + (1 << 20) + 5;
        assert_eq!(record.credits.total, usd().format(credits));
        assert_eq!(record.total, usd().format(credits + 1));
        assert_eq!(record.net, usd().format(credits - 1));
        assert_eq!(record.count, 4);
        assert_eq!(record.debits.average.as_deref(), Some("0.01"));
    }

    #[test]
    fn the_busiest_day_is_the_latest_of_those_with_the_most() {
        let by_day = [
            ("2026-01-01", sums(&[1, 1], &[1])),
            ("2026-01-02", sums(&[1], &[1, 1])),
            ("2026-01-03", sums(&[9], &[9])),
        ];
        let gathered = Gathered {
            by_day: by_day.map(|(text, sums)| (day(text), sums)).into(),
            ..Gathered::default()
        };
        assert_eq!(gathered.busiest(), Some((3, day("2026-01-02"))));
    }

    #[test]
    fn categories_come_by_total_then_by_name_and_none_comes_last() {
        let gathered = Gathered {
            all: sums(&[5, 3, 3], &[3]),
            named: sums(&[5, 3], &[3]),
            by_category: [
                ("b", sums(&[3], &[])),
                ("a", sums(&[], &[3])),
                ("rest", sums(&[5], &[])),
            ]
            .map(|(name, sums)| (name.to_owned(), sums))
            .into(),
            ..Gathered::default()
        };
        let shown: Vec<_> = gathered
            .categories(usd())
            .into_iter()
            .map(|category| (category.category, category.count, category.total))
            .collect();
        let expected = [
            (Some("rest"), 1, "0.05"),
            (Some("a"), 1, "0.03"),
            (Some("b"), 1, "0.03"),
            (None, 1, "0.03"),
        ];
        let expected = expected.map(|(name, count, total)| (name.map(str::to_owned), count, total.to_owned()));
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_hundred_categories_are_shown_and_empty_ones_are_not() {
        let named = (0..150_i64).map(|number| (format!("{number:03}"), sums(&[number + 1], &[])));
        let gathered = Gathered {
            all: sums(&(1..=150).collect::<Vec<_>>(), &[]),
            named: sums(&(1..=150).collect::<Vec<_>>(), &[]),
            by_category: named.chain([("gone".to_owned(), sums(&[], &[]))]).collect(),
            ..Gathered::default()
        };
        let shown = gathered.categories(usd());
        assert_eq!(shown.len(), CATEGORIES_MAX);
        assert_eq!(shown[0].category.as_deref(), Some("149"));
        assert!(shown.iter().all(|category| category.category.is_some()));
    }

    #[test]
    fn a_series_has_the_periods_that_have_transactions() {
        let by_day = ["2026-01-31", "2026-02-01", "2026-02-02", "2026-03-01"];
        let gathered = Gathered {
            by_day: by_day.map(|text| (day(text), sums(&[2], &[1]))).into(),
            ..Gathered::default()
        };
        let periods = |interval| {
            let series = gathered.series(usd(), interval);
            series
                .iter()
                .map(|period| {
                    (
                        period.period.to_string(),
                        period.credits.count,
                        period.debits.total.clone(),
                    )
                })
                .collect::<Vec<_>>()
        };
        let expect = |periods: &[(&str, i64, &str)]| {
            let owned = periods
                .iter()
                .map(|(day, count, total)| ((*day).to_owned(), *count, (*total).to_owned()));
            owned.collect::<Vec<_>>()
        };
        assert_eq!(periods(Interval::Day).len(), 4);
        assert_eq!(
            periods(Interval::Week),
            expect(&[
                ("2026-01-26", 2, "0.02"),
                ("2026-02-02", 1, "0.01"),
                ("2026-02-23", 1, "0.01")
            ])
        );
        assert_eq!(
            periods(Interval::Month),
            expect(&[
                ("2026-01-01", 1, "0.01"),
                ("2026-02-01", 2, "0.02"),
                ("2026-03-01", 1, "0.01")
            ])
        );
    }
}
