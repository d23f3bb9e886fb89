//! The only place that prints: results to standard output, complaints to standard error.

use std::io::{IsTerminal, Write};

/// Writes a result as it is.
///
/// # Errors
/// Where nobody reads it.
pub(super) fn print(text: &str) -> std::io::Result<()> {
    write!(std::io::stdout(), "{text}").and_then(|()| std::io::stdout().flush())
}

/// Writes one line of a result.
pub(super) fn line(text: &str) {
    // Whoever reads may have gone (`| head`): that is no failure of the command.
    let _ = print(&format!("{text}\n"));
}

/// Writes why a command ended badly.
pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "daybook: {text}");
}

/// `text`, bold where a person reads it.
pub(super) fn bold(text: &str) -> String {
    if std::io::stdout().is_terminal() {
        format!("\u{1b}[1m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// A number with its thousands apart: `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len().saturating_mul(2));
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many of what is called `name` where there is one: `1,234 rows`.
pub(super) fn counted(number: u64, name: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {name}{ending}", grouped(number))
}

/// A line on a terminal's standard error that is written over again; elsewhere nothing.
#[derive(Debug)]
pub(super) struct ProgressLine {
    is_shown: bool,
}

impl ProgressLine {
    pub(super) fn new() -> Self {
        Self {
            is_shown: std::io::stderr().is_terminal(),
        }
    }

    /// The line beside results on standard output, which would tear them where both are one terminal.
    pub(super) fn beside_results() -> Self {
        Self {
            is_shown: std::io::stderr().is_terminal() && !std::io::stdout().is_terminal(),
        }
    }

    /// Whether anybody sees it.
    pub(super) fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Writes `text` over what the line said; what a narrow terminal has no room for is cut off, since what goes on in a
    /// second line could not be written over.
    pub(super) fn show(&self, text: &str) {
        if self.is_shown {
            let line = format!("\r\u{1b}[?7l{text}\u{1b}[K\u{1b}[?7h");
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }

    /// Writes `text` instead of the line, and leaves it there.
    pub(super) fn leave(&self, text: &str) {
        if self.is_shown {
            let _ = writeln!(std::io::stderr(), "\r{text}\u{1b}[K");
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        if self.is_shown {
            let _ = std::io::stderr().write_all(b"\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, shown) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(grouped(number), shown);
        }
    }

    #[test]
    fn only_one_is_singular() {
        for (number, shown) in [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1_000, "1,000 rows")] {
            assert_eq!(counted(number, "row"), shown);
        }
    }
}
