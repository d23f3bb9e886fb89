//! Statistics as they are kept: counts and sums by owner, currency, day and category, changed with each posting.

use std::collections::HashMap;

use super::state::{LEDGER_OWNER, Transaction, User};
use crate::money::CurrencyCode;
use crate::record::Direction;
use crate::value::Day;

/// The row that counts every category, and transactions without one.
pub const ALL_CATEGORIES: &str = "";
/// The grouping of a ledger's own statistics: days in UTC, never regrouped.
pub const LEDGER_GENERATION: i64 = 0;

/// Bits of the lower part of a sum as it is stored for all time: `high` * 2^20 + `low`, which takes 128 bits, and of
/// which each part can be added to for longer than there are amounts.
const TOTAL_LOW_BITS: u32 = 20;

/// The two parts of `total`; `None` where it is larger than any sum of amounts.
#[must_use]
pub fn split_total(total: i128) -> Option<(i64, i64)> {
    let high = i64::try_from(total >> TOTAL_LOW_BITS).ok()?;
    let low = i64::try_from(total & ((1 << TOTAL_LOW_BITS) - 1)).ok()?;
    Some((high, low))
}

/// The sum whose parts these are.
#[must_use]
pub fn join_total(high: i64, low: i64) -> i128 {
    (i128::from(high) << TOTAL_LOW_BITS).saturating_add(low.into())
}

/// Bits of the number of a busiest day that hold the day: `count` * 2^24 + `day` + 2^23, where the greater of two is the
/// day with more transactions, and of two with as many the later. The years 1 to 9999 are days of 23 bits with a sign.
pub const BUSIEST_DAY_BITS: u32 = 24;
/// What is added to a day, so that it is not negative.
pub const BUSIEST_DAY_ZERO: i64 = 1 << (BUSIEST_DAY_BITS - 1);

/// How many transactions the busiest day has, and the day, since 1970-01-01.
#[must_use]
pub fn split_busiest(number: i64) -> (i64, i64) {
    let day = number & ((1 << BUSIEST_DAY_BITS) - 1);
    (number >> BUSIEST_DAY_BITS, day.saturating_sub(BUSIEST_DAY_ZERO))
}

/// Whose, in what, under which grouping and category.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TotalKey {
    /// A user's id, or [`LEDGER_OWNER`] for the whole ledger.
    pub owner: String,
    /// The currency.
    pub currency: CurrencyCode,
    /// The grouping's number.
    pub generation: i64,
    /// The day of that grouping.
    pub day: Day,
    /// A category, or [`ALL_CATEGORIES`].
    pub category: String,
}

/// By how much a row changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TotalDelta {
    /// Credits.
    pub credit_count: i64,
    /// Minor units of the credits.
    pub credit_total: i128,
    /// Debits.
    pub debit_count: i64,
    /// Minor units of the debits.
    pub debit_total: i128,
}

impl TotalDelta {
    /// Adds `other`; a batch's counts are far from the bounds of their types.
    pub fn add(&mut self, other: &Self) {
        self.credit_count = self.credit_count.saturating_add(other.credit_count);
        self.credit_total = self.credit_total.saturating_add(other.credit_total);
        self.debit_count = self.debit_count.saturating_add(other.debit_count);
        self.debit_total = self.debit_total.saturating_add(other.debit_total);
    }

    /// Transactions, credits and debits.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.credit_count.saturating_add(self.debit_count)
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// Rows that change, and by how much.
pub type TotalDeltas = HashMap<TotalKey, TotalDelta>;

/// What a day's row holds before a batch: the sums that a batch could carry past their bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayTotal {
    /// Minor units of the credits.
    pub credit_total: i64,
    /// Minor units of the debits.
    pub debit_total: i64,
}

impl DayTotal {
    /// Whether both sums can still be kept after the changes.
    #[must_use]
    pub fn holds(&self, changes: [&TotalDelta; 2]) -> bool {
        let sum = |start: i64, part: fn(&TotalDelta) -> i128| {
            let total = changes
                .iter()
                .fold(i128::from(start), |sum, delta| sum.saturating_add(part(delta)));
            i64::try_from(total).is_ok()
        };
        sum(self.credit_total, |delta| delta.credit_total) && sum(self.debit_total, |delta| delta.debit_total)
    }
}

/// Whether a posting is counted, or taken out of the count again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Counted.
    In,
    /// Taken out.
    Out,
}

/// Counts one user side of a transaction in every grouping of its owner that covers it, on the days that the side
/// keeps.
pub(super) fn count_side(
    deltas: &mut TotalDeltas,
    user: &User,
    transaction: &Transaction,
    direction: Direction,
    count: Count,
) {
    let side = transaction.side(direction);
    for grouping in user.groupings_of(transaction.id) {
        if let Some(day) = side.days.get(grouping.slot()).copied().flatten() {
            count_day(
                deltas,
                (&side.owner, grouping.generation, day),
                transaction,
                direction,
                count,
            );
        }
    }
}

/// Counts one user side of a transaction in the statistics of the whole ledger.
pub(super) fn count_for_ledger(
    deltas: &mut TotalDeltas,
    transaction: &Transaction,
    direction: Direction,
    count: Count,
) {
    let day = transaction.transaction_date.utc_day();
    count_day(
        deltas,
        (LEDGER_OWNER, LEDGER_GENERATION, day),
        transaction,
        direction,
        count,
    );
}

/// Counts one movement on one day: for all categories, and for its own where it has one.
pub fn count_day(
    deltas: &mut TotalDeltas,
    (owner, generation, day): (&str, i64, Day),
    transaction: &Transaction,
    direction: Direction,
    count: Count,
) {
    let delta = one(transaction.amount, direction, count);
    for category in std::iter::once(ALL_CATEGORIES).chain(transaction.category.as_deref()) {
        let key = TotalKey {
            owner: owner.to_owned(),
            currency: transaction.currency.code,
            generation,
            day,
            category: category.to_owned(),
        };
        deltas.entry(key).or_default().add(&delta);
    }
}

fn one(amount: i64, direction: Direction, count: Count) -> TotalDelta {
    let (number, total) = match count {
        Count::In => (1, i128::from(amount)),
        Count::Out => (-1, i128::from(amount).saturating_neg()),
    };
    match direction {
        Direction::Credit => TotalDelta {
            credit_count: number,
            credit_total: total,
            ..TotalDelta::default()
        },
        Direction::Debit => TotalDelta {
            debit_count: number,
            debit_total: total,
            ..TotalDelta::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greater_number_is_the_busier_day_and_the_later_of_two_with_as_many() {
        let number = |count: i64, day: i64| (count << BUSIEST_DAY_BITS) + day + BUSIEST_DAY_ZERO;
        let days = [
            (0, 0),
            (1, -719_162),
            (1, -1),
            (1, 0),
            (1, 2_932_896),
            (2, -719_162),
            (1 << 38, 2_932_896),
        ];
        for (count, day) in days {
            assert_eq!(split_busiest(number(count, day)), (count, day));
        }
        assert!(days.is_sorted_by(|a, b| number(a.0, a.1) < number(b.0, b.1)));
    }
}
