//! How far a long command is, as it is shown on a terminal.

use std::time::{Duration, Instant};

use super::output::{ProgressLine, counted, grouped};

/// How often it is shown.
const INTERVAL: Duration = Duration::from_millis(200);
/// The length of a bar.
const BAR_CHARS: usize = 20;

/// The rows so far, how many there are a second, and a bar where it is known how much there is in all.
pub(super) struct Progress<'a> {
    line: &'a ProgressLine,
    /// How much there is: bytes of a file, or rows of a ledger.
    in_all: Option<u64>,
    done: u64,
    began_at: Instant,
    shown_at: Instant,
}

impl<'a> Progress<'a> {
    /// The progress through `in_all`, where that is known.
    pub(super) fn new(line: &'a ProgressLine, in_all: Option<u64>) -> Self {
        let began_at = Instant::now();
        Self {
            line,
            in_all,
            done: 0,
            began_at,
            // What is over at once shows nothing.
            shown_at: began_at,
        }
    }

    /// Takes note of how much there is, once that is known.
    pub(super) fn expect(&mut self, in_all: u64) {
        self.in_all = Some(in_all);
    }

    /// Counts what was done.
    pub(super) fn count(&mut self, part: usize) {
        let part = u64::try_from(part).unwrap_or(u64::MAX);
        self.done = self.done.saturating_add(part);
    }

    /// Shows that there are so many rows, unless something was shown a moment ago.
    pub(super) fn show(&mut self, rows: u64) {
        if self.shown_at.elapsed() < INTERVAL {
            return;
        }
        self.shown_at = Instant::now();
        let done = self
            .in_all
            .and_then(|all| self.done.saturating_mul(100).checked_div(all));
        let millis = u64::try_from(self.began_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        let rate = rows.saturating_mul(1000).checked_div(millis).unwrap_or_default();
        let (bar, rows, rate) = (done.map(bar).unwrap_or_default(), counted(rows, "row"), grouped(rate));
        self.line.show(&format!("{bar}{rows}  {rate} a second"));
    }
}

/// So many parts of a hundred, as a bar and as a number.
fn bar(percent: u64) -> String {
    // More can be recorded than there was when it was counted.
    let percent = percent.min(100);
    let full = usize::try_from(percent).unwrap_or_default().saturating_mul(BAR_CHARS);
    let full = full.checked_div(100).unwrap_or_default();
    let empty = BAR_CHARS.saturating_sub(full);
    format!("[{}{}] {percent:>3} %  ", "#".repeat(full), "-".repeat(empty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_whatever_it_shows() {
        assert_eq!(bar(0), "[--------------------]   0 %  ");
        assert_eq!(bar(49), "[#########-----------]  49 %  ");
        assert_eq!(bar(100), "[####################] 100 %  ");
        assert_eq!(bar(101), bar(100));
    }
}
