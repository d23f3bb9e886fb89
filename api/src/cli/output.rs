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

    /// Writes `text` over what the line said.
    pub(super) fn show(&self, text: &str) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r{text}\u{1b}[K");
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        self.show("");
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r");
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
}
