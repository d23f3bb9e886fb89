//! The balances that a page of a statement needs besides its lines, and how they are handed from page to page.
//!
//! To find them costs everything that is dated after the period's beginning. So the cursor carries them, under a seal
//! that covers the number of the account's newest entry: while no money has moved in the account they are what would be
//! found again, and a walk costs its lines. Once any has, the seal is that of another moment, and they are found anew;
//! likewise where a user has moved to another time zone, or somebody made up a cursor.

use serde::{Deserialize, Serialize};

use super::movements::{Found, Position};
use super::period::Period;
use crate::daybook::{Ledger, Seal};

/// Balances at three places of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Figures {
    /// Before the period's first line.
    pub(super) opening: i128,
    /// After its last.
    pub(super) closing: i128,
    /// Before the first line of the page.
    pub(super) before: i128,
}

/// Where a page begins, and the figures that the page before came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Cursor(pub(super) Position, Figures, Seal);

impl Figures {
    /// The points after which sums are needed for a page that begins after `after`.
    pub(super) fn points(period: Period, after: Option<Position>) -> Vec<Position> {
        [period.end, period.start, after].into_iter().flatten().collect()
    }

    /// The figures that sums after [`Self::points`] come to.
    pub(super) fn new(period: Period, after: Option<Position>, found: &Found) -> Self {
        let mut sums = found.sums.iter();
        let mut at = |point: Option<Position>| {
            let later = point.and_then(|_| sums.next());
            later.map(|later| found.balance.saturating_sub(*later))
        };
        let closing = at(period.end).unwrap_or(found.balance);
        let opening = at(period.start).unwrap_or_default();
        Self {
            opening,
            closing,
            before: at(after).unwrap_or(opening),
        }
    }

    /// The cursor of the page after `position`, for an account whose newest entry is `seq`.
    pub(super) fn cursor(self, ledger: &Ledger, statement: &str, seq: i64, position: Position) -> Cursor {
        let seal = ledger.seal(&self.sealed(statement, seq, position));
        Cursor(position, self, seal)
    }

    fn sealed(self, statement: &str, seq: i64, position: Position) -> String {
        format!("{statement} {seq} {position:?} {self:?}")
    }
}

impl Cursor {
    /// The figures, if they are ours and the account has no newer entry than `seq`.
    pub(super) fn figures(&self, ledger: &Ledger, statement: &str, seq: i64) -> Option<Figures> {
        let Self(position, figures, seal) = self;
        let is_ours = ledger.is_sealed(&figures.sealed(statement, seq, *position), seal);
        is_ours.then_some(*figures)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const STATEMENT: &str = "1 statement";
    const POSITION: Position = (7, Uuid::max());
    const FIGURES: Figures = Figures {
        opening: -5,
        closing: i128::MAX,
        before: i128::MIN,
    };

    fn ledger(secret: u8) -> Ledger {
        Ledger {
            id: 1,
            name: "main".to_owned(),
            secret: [secret; 32],
            seen_by: None,
            rules: crate::ledger::LedgerRules::default(),
        }
    }

    fn found(balance: i128, sums: &[i128]) -> Found {
        Found {
            balance,
            seq: 3,
            sums: sums.to_vec(),
            lines: Vec::new(),
        }
    }

    #[test]
    fn figures_are_taken_over_while_no_entry_was_added() {
        let cursor = FIGURES.cursor(&ledger(1), STATEMENT, 3, POSITION);
        let read = serde_json::from_str::<Cursor>(&serde_json::to_string(&cursor).unwrap()).unwrap();
        assert_eq!(read.0, POSITION);
        assert_eq!(read.figures(&ledger(1), STATEMENT, 3), Some(FIGURES));
        assert_eq!(read.figures(&ledger(1), STATEMENT, 4), None);
        assert_eq!(read.figures(&ledger(1), "2 statement", 3), None);
        assert_eq!(read.figures(&ledger(2), STATEMENT, 3), None);
    }

    #[test]
    fn figures_that_somebody_made_up_are_not_taken_over() {
        let Cursor(position, figures, seal) = FIGURES.cursor(&ledger(1), STATEMENT, 3, POSITION);
        let richer = Figures { before: 0, ..figures };
        let mut spoilt = seal;
        spoilt[15] ^= 1;
        for cursor in [
            Cursor((8, position.1), figures, seal),
            Cursor(position, richer, seal),
            Cursor(position, figures, spoilt),
        ] {
            assert_eq!(cursor.figures(&ledger(1), STATEMENT, 3), None, "{cursor:?}");
        }
    }

    #[test]
    fn figures_are_the_balance_without_what_comes_later() {
        let point = |date: i64| Some((date, Uuid::nil()));
        let figures = |start, end, after, sums: &[i128]| {
            let period = Period { start, end };
            assert_eq!(Figures::points(period, after).len(), sums.len());
            let Figures {
                opening,
                closing,
                before,
            } = Figures::new(period, after, &found(100, sums));
            (opening, closing, before)
        };
        assert_eq!(figures(None, None, None, &[]), (0, 100, 0));
        assert_eq!(figures(point(1), None, None, &[70]), (30, 100, 30));
        assert_eq!(figures(None, point(9), None, &[-5]), (0, 105, 0));
        assert_eq!(figures(None, None, point(4), &[60]), (0, 100, 40));
        assert_eq!(figures(point(1), point(9), point(4), &[10, 70, 60]), (30, 90, 40));
    }
}
