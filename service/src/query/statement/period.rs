//! The days of a statement as a range of the order in which its lines stand.

use uuid::Uuid;

use super::movements::Position;
use crate::query::StatementQuery;
use crate::value::{Day, TimeZone};

/// Lines after `start` and before `end`; no line is at either, since no transaction has the id nil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) start: Option<Position>,
    pub(super) end: Option<Position>,
}

impl Period {
    /// The days that `query` asks for, in `zone`: from the first moment of the first to the first moment of the day after
    /// the last. So days that follow each other share no line and miss none, whatever the clocks of the zone do.
    pub(super) fn new(query: &StatementQuery, zone: TimeZone) -> Self {
        let begin = |day: Day| (zone.start_of(day).micros(), Uuid::nil());
        Self {
            start: query.from.map(begin),
            end: query.to.map(|day| begin(day.next())),
        }
    }
}
