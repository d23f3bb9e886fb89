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
