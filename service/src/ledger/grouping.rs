//! How a user's statistics are grouped into days, and the change from one time zone's days to another's.

use uuid::Uuid;

use crate::value::TimeZone;

/// One complete set of a user's statistics: the zone whose days it counts by, and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// The zone.
    pub zone: TimeZone,
    /// Rises with each change of zone; a transaction keeps the days of the two newest, by `generation mod 2`.
    pub generation: i64,
}

impl Grouping {
    /// Which of a transaction's two days belongs to this grouping.
    #[must_use]
    pub fn slot(&self) -> usize {
        usize::from(self.generation.rem_euclid(2) == 1)
    }
}

/// A change of grouping under way. Transactions are counted in it in the order of their ids; whatever was recorded
/// after it began counts in both. When all are counted it is shown, and what is left to do is to remove the rows of
/// the grouping before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regrouping {
    /// The grouping to come.
    pub grouping: Grouping,
    /// The last transaction that is counted; `None` before the first.
    pub after: Option<Uuid>,
    /// The last transaction that there is to count: later ones were counted when they were recorded.
    pub until: Uuid,
}

impl Regrouping {
    /// Whether the transaction is counted in the grouping to come.
    #[must_use]
    pub fn counts(&self, transaction_id: Uuid) -> bool {
        transaction_id > self.until || self.after.is_some_and(|after| transaction_id <= after)
    }
}
