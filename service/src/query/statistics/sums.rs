//! Counts and sums of both directions, and how each direction is shown.

use super::sql::Row;
use crate::ledger::join_total;
use crate::money::{Currency, average_half_even};
use crate::record::DirectionStatistics;

/// Counts and sums of both directions, in minor units. A sum of as many 64-bit amounts as 64 bits can count fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) credit_count: i64,
    pub(super) credit_total: i128,
    pub(super) debit_count: i64,
    pub(super) debit_total: i128,
}

impl Sums {
    pub(super) fn of(row: &Row) -> Self {
        let total = |high: Option<i64>, low: Option<i64>| join_total(high.unwrap_or_default(), low.unwrap_or_default());
        Self {
            credit_count: row.credit_count.unwrap_or_default(),
            credit_total: total(row.credit_high, row.credit_low),
            debit_count: row.debit_count.unwrap_or_default(),
            debit_total: total(row.debit_high, row.debit_low),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            credit_count: self.credit_count.saturating_add(other.credit_count),
            credit_total: self.credit_total.saturating_add(other.credit_total),
            debit_count: self.debit_count.saturating_add(other.debit_count),
            debit_total: self.debit_total.saturating_add(other.debit_total),
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            credit_count: self.credit_count.saturating_sub(other.credit_count),
            credit_total: self.credit_total.saturating_sub(other.credit_total),
            debit_count: self.debit_count.saturating_sub(other.debit_count),
            debit_total: self.debit_total.saturating_sub(other.debit_total),
        }
    }

    pub(super) fn count(self) -> i64 {
        self.credit_count.saturating_add(self.debit_count)
    }

    pub(super) fn total(self) -> i128 {
        self.credit_total.saturating_add(self.debit_total)
    }
}

pub(super) fn credits(currency: Currency, sums: Sums) -> DirectionStatistics {
    direction(currency, sums.credit_count, sums.credit_total)
}

pub(super) fn debits(currency: Currency, sums: Sums) -> DirectionStatistics {
    direction(currency, sums.debit_count, sums.debit_total)
}

fn direction(currency: Currency, count: i64, total: i128) -> DirectionStatistics {
    DirectionStatistics {
        count,
        total: currency.format(total),
        average: average(currency, total, count),
    }
}

pub(super) fn average(currency: Currency, total: i128, count: i64) -> Option<String> {
    average_half_even(total, count).map(|average| currency.format(average))
}
