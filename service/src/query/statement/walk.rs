//! A whole statement, line by line to its end, a bounded number of lines a read.
//!
//! It is to be kept as one document, so its lines must add up: each balance is the one before plus the line's amount.
//! Between two reads others write. What they add behind the place that was reached is read when it is reached. Where they
//! change what was read already, the last balance is not the one that the period closes with, and the walk fails instead
//! of ending.

use super::figures::Figures;
use super::movements::{Found, Lines, Position};
use super::{Subject, cut, records};
use crate::LedgerError;
use crate::query::{Reader, StatementQuery};
use crate::record::StatementLineRecord;

/// Lines of one read.
const WALK_LINES: u64 = 500;

/// A statement, and how far it was read.
pub(crate) struct Walk {
    subject: Subject,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    Beginning,
    /// The last line that was read, and the balance after it.
    After(Position, i128),
    End,
}

impl Reader<'_> {
    /// The walk through a statement, at its beginning.
    pub(crate) async fn begin_walk(&self, query: &StatementQuery) -> Result<Walk, LedgerError> {
        Ok(Walk {
            subject: self.find_subject(query).await?,
            place: Place::Beginning,
        })
    }

    /// The next lines of the walk; `None` at its end.
    pub(crate) async fn walk_on(&self, walk: &mut Walk) -> Result<Option<Vec<StatementLineRecord>>, LedgerError> {
        let subject = &walk.subject;
        let (before, mut found, closing) = match walk.place {
            Place::End => return Ok(None),
            Place::Beginning => {
                let points = Figures::points(subject.period, None);
                let lines = subject.lines(None, WALK_LINES);
                let found = self.movements(subject).read(&points, Some(lines)).await?;
                let figures = Figures::new(subject.period, None, &found);
                (figures.opening, found, figures.closing)
            }
            Place::After(position, balance) => {
                let lines = subject.lines(Some(position), WALK_LINES);
                let (found, closing) = self.read_on(subject, lines).await?;
                (balance, found, closing)
            }
        };
        let is_end = cut(&mut found.lines, WALK_LINES);
        let (records, balance) = records(&found.lines, before, subject.currency);
        walk.place = match found.lines.last() {
            Some(last) if !is_end => Place::After(last.position, balance),
            _ if balance == closing => Place::End,
            _ => {
                return Err(LedgerError::Unavailable(
                    "the statement was changed where it had been read already".to_owned(),
                ));
            }
        };
        Ok(Some(records))
    }

    /// The lines, and where they are the last, the closing balance of the same moment.
    async fn read_on(&self, subject: &Subject, lines: Lines) -> Result<(Found, i128), LedgerError> {
        let movements = self.movements(subject);
        let end: Vec<Position> = subject.period.end.into_iter().collect();
        let mut found = movements.read(&[], Some(lines)).await?;
        let has_more = u64::try_from(found.lines.len()).unwrap_or(u64::MAX) >= lines.limit;
        if !has_more && !end.is_empty() {
            found = movements.read(&end, Some(lines)).await?;
        }
        let later = found.sums.first().copied().unwrap_or_default();
        let closing = found.balance.saturating_sub(later);
        Ok((found, closing))
    }
}
