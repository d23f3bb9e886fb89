//! How far a long command is, as it is shown on a terminal.

use std::time::{Duration, Instant};

use super::output::{ProgressLine, counted, grouped};

/// How often it is shown.
const INTERVAL: Duration = Duration::from_millis(200);
/// The length of a bar.
const BAR_CHARS: usize = 20;

/// The rows so far, and how many there are a second.
pub(super) struct Progress<'a> {
    line: &'a ProgressLine,
    bytes_in_all: Option<u64>,
    bytes: u64,
    began_at: Instant,
    shown_at: Instant,
}

impl<'a> Progress<'a> {
    /// The progress through a file of `bytes_in_all`, where that is known.
    pub(super) fn new(line: &'a ProgressLine, bytes_in_all: Option<u64>) -> Self {
        let began_at = Instant::now();
        Self {
            line,
            bytes_in_all,
            bytes: 0,
            began_at,
            // What is over at once shows nothing.
            shown_at: began_at,
        }
    }

    /// Counts some bytes of the file.
    pub(super) fn count(&mut self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Shows that there are so many rows, unless something was shown a moment ago.
    pub(super) fn show(&mut self, rows: u64) {
        if self.shown_at.elapsed() < INTERVAL {
            return;
        }
        self.shown_at = Instant::now();
        let done = self
            .bytes_in_all
            .and_then(|all| self.bytes.saturating_mul(100).checked_div(all));
        let millis = u64::try_from(self.began_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        let rate = rows.saturating_mul(1000).checked_div(millis).unwrap_or_default();
        let (bar, rows, rate) = (done.map(bar).unwrap_or_default(), counted(rows, "row"), grouped(rate));
        self.line.show(&format!("{bar}{rows}  {rate} a second"));
    }
}

/// So many parts of a hundred, as a bar and as a number.
fn bar(percent: u64) -> String {
    let full = usize::try_from(percent.min(100))
        .unwrap_or_default()
        .saturating_mul(BAR_CHARS);
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
    }
}
