//! Where the file of an earlier export ends, so that more can be written below it.
//!
//! Of each row the beginning is read, which names its transaction, and the end. A file that is no export in the order of
//! recording is told as such: whoever continues a file cuts off a row that is torn, and must not cut what is not ours.

use std::io::Read;

use uuid::Uuid;

use super::csv;
use crate::format::Format;

/// What a row of NDJSON begins with.
const DOCUMENT_START: &[u8] = b"{\"id\":\"";
/// Bytes of an id.
const ID_BYTES: usize = 36;
/// Most bytes of a row that is torn; none of ours is as long.
const ROW_BYTES_MAX: u64 = 1024 * 1024;
/// Bytes that are read at once.
const PIECE_BYTES: usize = 256 * 1024;

/// How far a file goes that can be continued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct End {
    /// The bytes of its whole rows; the rest is a row that is torn.
    pub(crate) bytes: u64,
    /// The transactions that it has.
    pub(crate) rows: u64,
    /// The last of them.
    pub(crate) last: Option<Uuid>,
    /// Whether a row of it is whole, be it the one that names the columns.
    pub(crate) is_begun: bool,
}

/// Why a file cannot be continued.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoEnd {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(#[from] std::io::Error),
    /// It has something else than an export has.
    #[error("its row {row} is none of an export as {}", .format.as_str())]
    Foreign { row: u64, format: Format },
    /// It has the rows of an export in another order.
    #[error("its row {row} was not recorded after the one above")]
    OutOfOrder { row: u64 },
}

impl End {
    /// Reads `file` from its beginning to its end.
    ///
    /// # Errors
    /// What cannot be continued.
    pub(crate) fn find(mut file: impl Read, format: Format) -> Result<Self, NoEnd> {
        let mut reader = EndReader::new(format);
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return reader.finish(),
                Ok(count) => reader.take(piece.get(..count).unwrap_or_default())?,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// What is known of a file at the end of the bytes that came so far.
struct EndReader {
    format: Format,
    /// The first row of a file, where it is no transaction.
    header: Option<String>,
    end: End,
    /// The bytes that came.
    bytes: u64,
    /// How the row begins that has not ended.
    start: Vec<u8>,
    start_bytes_max: usize,
    is_quoted: bool,
}

impl EndReader {
    fn new(format: Format) -> Self {
        let header = (format == Format::Csv).then(csv::header);
        let longest = header.as_ref().map_or(0, String::len);
        Self {
            format,
            header,
            end: End::default(),
            bytes: 0,
            start: Vec::new(),
            // One more, so that a longer row is not taken for one that is as long.
            start_bytes_max: longest
                .max(DOCUMENT_START.len().saturating_add(ID_BYTES))
                .saturating_add(1),
            is_quoted: false,
        }
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), NoEnd> {
        for byte in piece {
            self.bytes = self.bytes.saturating_add(1);
            if self.start.len() < self.start_bytes_max {
                self.start.push(*byte);
            }
            match byte {
                // A quote within a cell is written as two, and so leaves this as it was.
                b'"' if self.format == Format::Csv => self.is_quoted = !self.is_quoted,
                b'\n' if !self.is_quoted => self.end_row()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), NoEnd> {
        match &self.header {
            Some(header) if !self.end.is_begun => {
                if self.start != header.as_bytes() {
                    return Err(self.foreign());
                }
            }
            _ => {
                let id = self.id().ok_or_else(|| self.foreign())?;
                if self.end.last.is_some_and(|last| last >= id) {
                    return Err(NoEnd::OutOfOrder { row: self.row() });
                }
                self.end.last = Some(id);
                self.end.rows = self.end.rows.saturating_add(1);
            }
        }
        self.end.is_begun = true;
        self.end.bytes = self.bytes;
        self.start.clear();
        Ok(())
    }

    /// The transaction of the row that has begun.
    fn id(&self) -> Option<Uuid> {
        let id = match self.format {
            Format::Csv => self
                .start
                .get(..ID_BYTES)
                .filter(|_| self.start.get(ID_BYTES) == Some(&b',')),
            Format::Ndjson => self.start.strip_prefix(DOCUMENT_START)?.get(..ID_BYTES),
        };
        Uuid::try_parse_ascii(id?).ok()
    }

    /// Whether the row that has begun can be the beginning of one of ours, as far as it goes.
    fn begins_like_a_row(&self) -> bool {
        let prefix = match self.format {
            Format::Csv => &[],
            Format::Ndjson => DOCUMENT_START,
        };
        let mut rest = self.start.iter().skip(prefix.len());
        let is_id = rest
            .by_ref()
            .take(ID_BYTES)
            .all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
        let end = rest.next();
        let is_ended = end.is_none_or(|byte| *byte == if self.format == Format::Csv { b',' } else { b'"' });
        prefix.iter().zip(&self.start).all(|(ours, theirs)| ours == theirs) && is_id && is_ended
    }

    /// The number of the row that has begun, from 1.
    fn row(&self) -> u64 {
        let headers = u64::from(self.header.is_some() && self.end.is_begun);
        self.end.rows.saturating_add(headers).saturating_add(1)
    }

    fn foreign(&self) -> NoEnd {
        NoEnd::Foreign {
            row: self.row(),
            format: self.format,
        }
    }

    fn finish(self) -> Result<End, NoEnd> {
        let first = self.header.as_ref().map_or(DOCUMENT_START, String::as_bytes);
        let begins_like_ours = first.iter().zip(&self.start).all(|(ours, theirs)| ours == theirs);
        let is_named = self.format == Format::Csv || self.start.len() < self.start_bytes_max || self.id().is_some();
        let is_torn = if self.end.is_begun {
            self.begins_like_a_row() && self.bytes.saturating_sub(self.end.bytes) <= ROW_BYTES_MAX
        } else {
            begins_like_ours && is_named
        };
        if is_torn { Ok(self.end) } else { Err(self.foreign()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "01980f5e-8b1a-7c3d-9e2f-4a5b6c7d8e9f";
    const SECOND: &str = "01980f5e-8b1a-7c3d-9e2f-4a5b6c7d8ea0";

    fn find(format: Format, text: &str) -> Result<End, NoEnd> {
        End::find(text.as_bytes(), format)
    }

    /// Files of two transactions, the first with what could be taken for a row's end.
    fn files() -> [(Format, [String; 3]); 2] {
        let csv = [
            csv::header(),
            format!("{FIRST},credit,\"one\ntwo \"\"three\"\"\n\"\n"),
            format!("{SECOND},debit,\n"),
        ];
        let ndjson = [
            String::new(),
            format!("{{\"id\":\"{FIRST}\",\"description\":\"a \\\"b\\n\"}}\n"),
            format!("{{\"id\":\"{SECOND}\"}}\n"),
        ];
        [(Format::Csv, csv), (Format::Ndjson, ndjson)]
    }

    #[test]
    fn a_file_goes_as_far_as_its_whole_rows_wherever_it_is_torn() {
        for (format, rows) in files() {
            let whole = rows.concat();
            for torn in 0..=whole.len() {
                let mut expected = End::default();
                for (row, id) in rows.iter().zip([None, Some(FIRST), Some(SECOND)]) {
                    let bytes = expected.bytes + u64::try_from(row.len()).unwrap();
                    if bytes > u64::try_from(torn).unwrap() {
                        break;
                    }
                    expected.bytes = bytes;
                    expected.is_begun = !row.is_empty();
                    expected.last = id.map(|id| Uuid::try_parse(id).unwrap());
                    expected.rows += u64::from(id.is_some());
                }
                assert_eq!(
                    find(format, &whole[..torn]).unwrap(),
                    expected,
                    "{format:?} torn at {torn}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_export_is_told_and_would_not_be_cut() {
        for (format, rows) in files() {
            let other = if format == Format::Csv {
                Format::Ndjson
            } else {
                Format::Csv
            };
            let two_and_one = [&rows[0][..], &rows[2], &rows[1]].concat();
            let twice = [&rows[0][..], &rows[1], &rows[1]].concat();
            let begun = [&rows[0][..], &rows[1]].concat();
            let torn = rows[2].trim_end();
            let endless = format!("{begun}{torn}\"{}", "x".repeat(1024 * 1024));
            for (text, told) in [
                ("my notes", "its row 1 is none"),
                ("my notes\n", "its row 1 is none"),
                ("\n", "its row 1 is none"),
                ("{}", "its row 1 is none"),
                ("\u{feff}", "its row 1 is none"),
                (
                    "{\"id\":\"a thing of somebody else's, and long enough\"}",
                    "its row 1 is none",
                ),
                (&two_and_one, "was not recorded after"),
                (&twice, "was not recorded after"),
                (&format!("{}notes\n{}", rows[0], rows[1]), "is none of an export"),
                (&format!("{begun}\n"), "is none of an export"),
                (&format!("{begun}notes"), "is none of an export"),
                (&format!("{begun}{FIRST}x"), "is none of an export"),
                (&endless, "is none of an export"),
                (
                    &rows.concat().replace('\n', "\r\n").replace(FIRST, "first"),
                    "is none of an export",
                ),
            ] {
                let error = find(format, text).unwrap_err().to_string();
                assert!(error.contains(told), "{format:?} {text:?}: {error}");
            }
            assert!(find(other, &rows.concat()).is_err());
        }
        let renamed = csv::header().replace("category", "kind");
        let longer = csv::header().replace('\n', ",more\n");
        for header in [renamed, longer] {
            assert!(matches!(find(Format::Csv, &header), Err(NoEnd::Foreign { row: 1, .. })));
        }
    }
}
