//! CSV (RFC 4180), as programs and spreadsheets read it: lines end in a line feed, a cell is quoted where it must be.

use std::borrow::Cow;

use csv::{Writer, WriterBuilder};

use service::LedgerError;

/// What a spreadsheet takes for the beginning of a formula, and what it skips before one.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Rows as they are written, one text at a time.
#[derive(Debug)]
pub(crate) struct Rows(Writer<Vec<u8>>);

impl Rows {
    pub(crate) fn new() -> Self {
        Self(WriterBuilder::new().from_writer(Vec::new()))
    }

    /// Writes a row.
    ///
    /// # Errors
    /// `Internal`, where the row has not as many cells as the one before.
    pub(crate) fn write<T: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = T>) -> Result<(), LedgerError> {
        self.0.write_record(cells).map_err(unwritten)
    }

    /// The text of the rows.
    ///
    /// # Errors
    /// `Internal`.
    pub(crate) fn into_text(self) -> Result<Vec<u8>, LedgerError> {
        self.0.into_inner().map_err(|error| unwritten(error.into_error()))
    }
}

fn unwritten(error: impl std::fmt::Display) -> LedgerError {
    LedgerError::Internal(format!("a row cannot be written: {error}"))
}

/// A caller's text as a cell that no spreadsheet runs: an apostrophe is put before the beginning of a formula. It is put
/// before one that has apostrophes already as well, so that every cell leads back to its text.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if text.trim_start_matches('\'').starts_with(FORMULA) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text of a cell that was [`guarded`].
pub(crate) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[&str]) -> String {
        let mut rows = Rows::new();
        rows.write(cells).unwrap();
        String::from_utf8(rows.into_text().unwrap()).unwrap()
    }

    #[test]
    fn a_formula_becomes_text_and_comes_back() {
        for text in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "'=1", "''+1"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        for text in ["", "rent", "'", "'quoted'", " =1", "1-1", "{\"a\":\"=1\"}", "\u{2212}1"] {
            assert_eq!(guarded(text), text);
        }
        for text in ["", "=", "'", "''", "'=", "''=", "'a", "-5", "a=b"] {
            assert_eq!(unguarded(&guarded(text)), text);
        }
    }

    #[test]
    fn a_cell_is_quoted_where_it_must_be() {
        assert_eq!(written(&["a", "", "-12.50"]), "a,,-12.50\n");
        assert_eq!(
            written(&["a,b", "say \"x\"", "two\nlines"]),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\n"
        );
    }

    #[test]
    fn nothing_is_written_of_no_rows() {
        assert_eq!(Rows::new().into_text().unwrap(), b"");
    }
}
