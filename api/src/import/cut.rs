//! Cuts a file into rows, wherever the bytes of it are torn apart on their way.
//!
//! A row ends with its line; in CSV a line's end inside a quoted cell is a part of the cell. Of a row no more than
//! [`ROW_BYTES_MAX`] are ever kept: a longer one is skipped to its end and told as such.

use actix_web::web::{Bytes, BytesMut};

use crate::format::Format;

/// Most bytes of a row.
pub(super) const ROW_BYTES_MAX: usize = 1_048_576;
/// What some programs put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A row of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawRow {
    /// The line of the file on which it begins, from 1.
    pub(super) line: u64,
    /// The row without its line end; `None` where it is longer than [`ROW_BYTES_MAX`].
    pub(super) bytes: Option<Bytes>,
}

/// Where in a row of CSV a byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotes, where a quote is a letter like any other.
    Plain,
    /// In a cell with quotes.
    Quoted,
    /// After a quote in such a cell: the first of two, or the last of the cell.
    Quote,
}

/// What is known of a file at the end of the bytes that came so far.
#[derive(Debug)]
pub(super) struct Cutter {
    format: Format,
    place: Place,
    /// What came of the row that has not ended.
    begun: BytesMut,
    is_too_long: bool,
    /// The line that the row begins on.
    began_on: u64,
    /// The line of the next byte.
    line: u64,
    /// How much of a byte order mark came; `None` once it is over with.
    mark_bytes: Option<usize>,
}

impl Cutter {
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            place: Place::Start,
            begun: BytesMut::new(),
            is_too_long: false,
            began_on: 1,
            line: 1,
            mark_bytes: Some(0),
        }
    }

    /// The next row that ends in `piece`, which is used up as far as that. `None`: more is needed. Blank lines are no
    /// rows.
    pub(super) fn next(&mut self, piece: &mut Bytes) -> Option<RawRow> {
        self.skip_mark(piece);
        loop {
            let Some(end) = self.find_end(piece) else {
                let rest = std::mem::take(piece);
                self.keep(&rest);
                return None;
            };
            let last = piece.split_to(end);
            // The line's end itself.
            drop(piece.split_to(piece.len().min(1)));
            let row = self.take(last);
            if !self.is_blank(&row) {
                return Some(row);
            }
        }
    }

    /// The row that the file ends with, where it does not end with a line's end.
    pub(super) fn finish(&mut self) -> Option<RawRow> {
        let begun_mark = self.mark_bytes.filter(|seen| *seen < BYTE_ORDER_MARK.len());
        self.keep(
            BYTE_ORDER_MARK
                .get(..begun_mark.unwrap_or_default())
                .unwrap_or_default(),
        );
        let row = self.take(Bytes::new());
        (!self.is_blank(&row)).then_some(row)
    }

    /// Leaves out a byte order mark at the beginning of the file.
    fn skip_mark(&mut self, piece: &mut Bytes) {
        while let Some(seen) = self.mark_bytes {
            let Some(byte) = piece.first() else { return };
            match BYTE_ORDER_MARK.get(seen) {
                Some(expected) if expected == byte => {
                    drop(piece.split_to(1));
                    self.mark_bytes = Some(seen.saturating_add(1));
                }
                Some(_) => {
                    // It only began like one.
                    self.mark_bytes = None;
                    self.keep(BYTE_ORDER_MARK.get(..seen).unwrap_or_default());
                    self.place = if seen > 0 { Place::Plain } else { Place::Start };
                }
                None => self.mark_bytes = None,
            }
        }
    }

    /// Where the row ends in `piece`: at this line feed.
    fn find_end(&mut self, piece: &[u8]) -> Option<usize> {
        if self.format == Format::Ndjson {
            return piece.iter().position(|byte| *byte == b'\n');
        }
        for (index, byte) in piece.iter().enumerate() {
            self.place = match (self.place, byte) {
                (Place::Start, b'"') => Place::Quoted,
                (Place::Quoted, b'"') => Place::Quote,
                (Place::Quoted, b'\n') => {
                    self.line = self.line.saturating_add(1);
                    Place::Quoted
                }
                (Place::Quoted, _) | (Place::Quote, b'"') => Place::Quoted,
                (_, b'\n') => return Some(index),
                (_, b',') => Place::Start,
                _ => Place::Plain,
            };
        }
        None
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.is_too_long |= self.begun.len().saturating_add(bytes.len()) > ROW_BYTES_MAX;
        if self.is_too_long {
            self.begun = BytesMut::new();
        } else {
            self.begun.extend_from_slice(bytes);
        }
    }

    /// The row that ends with `last`, and room for the next.
    fn take(&mut self, last: Bytes) -> RawRow {
        // Most rows lie within one piece, and are not copied.
        let mut bytes = if self.begun.is_empty() && last.len() <= ROW_BYTES_MAX {
            last
        } else {
            self.keep(&last);
            self.begun.split().freeze()
        };
        if bytes.last() == Some(&b'\r') {
            bytes.truncate(bytes.len().saturating_sub(1));
        }
        let row = RawRow {
            line: self.began_on,
            bytes: (!self.is_too_long).then_some(bytes),
        };
        self.is_too_long = false;
        self.place = Place::Start;
        self.line = self.line.saturating_add(1);
        self.began_on = self.line;
        row
    }

    fn is_blank(&self, row: &RawRow) -> bool {
        row.bytes.as_ref().is_some_and(|bytes| match self.format {
            Format::Csv => bytes.is_empty(),
            Format::Ndjson => bytes.trim_ascii().is_empty(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a file that comes in these pieces.
    fn rows(format: Format, pieces: &[&[u8]]) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut cutter = Cutter::new(format);
        let mut rows = Vec::new();
        for piece in pieces {
            let mut piece = Bytes::copy_from_slice(piece);
            rows.extend(std::iter::from_fn(|| cutter.next(&mut piece)));
            assert!(piece.is_empty());
        }
        rows.extend(cutter.finish());
        let told = |row: RawRow| (row.line, row.bytes.map(|bytes| bytes.to_vec()));
        rows.into_iter().map(told).collect()
    }

    fn expected(rows: &[(u64, &str)]) -> Vec<(u64, Option<Vec<u8>>)> {
        let whole = |(line, text): &(u64, &str)| (*line, Some(text.as_bytes().to_vec()));
        rows.iter().map(whole).collect()
    }

    #[test]
    fn a_file_has_the_same_rows_wherever_it_is_torn_apart() {
        let csv = "\u{feff}a,b\r\n1,\"x\r\ny\"\"z\n\"\r\n\r\n\n2,3\"4\r\n\"\",\"5\",\n6,\"open\n";
        let of_csv = [
            (1, "a,b"),
            (2, "1,\"x\r\ny\"\"z\n\""),
            (7, "2,3\"4"),
            (8, "\"\",\"5\","),
            (9, "6,\"open\n"),
        ];
        let ndjson = "\u{feff}{\"a\":\"x\"}\r\n\n  \t\r\n{\"b\":\"\u{20ac}\"}\n{\"c\":\"";
        let of_ndjson = [(1, "{\"a\":\"x\"}"), (4, "{\"b\":\"\u{20ac}\"}"), (5, "{\"c\":\"")];
        for (format, text, of_it) in [
            (Format::Csv, csv, &of_csv[..]),
            (Format::Ndjson, ndjson, &of_ndjson[..]),
        ] {
            let bytes = text.as_bytes();
            for split in 0..=bytes.len() {
                let (left, right) = bytes.split_at(split);
                assert_eq!(rows(format, &[left, right]), expected(of_it), "split at {split}");
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(rows(format, &single), expected(of_it));
        }
    }

    #[test]
    fn what_only_begins_like_a_byte_order_mark_is_kept() {
        for text in [&b"\xef\xbb\"a\nb"[..], b"\xefa\nb", b"\xef\xbb"] {
            let single: Vec<&[u8]> = text.chunks(1).collect();
            let expected: Vec<_> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            let found: Vec<_> = rows(Format::Csv, &single)
                .into_iter()
                .filter_map(|(_, row)| row)
                .collect();
            assert_eq!(found, expected);
        }
        assert_eq!(rows(Format::Csv, &[BYTE_ORDER_MARK]), []);
        assert_eq!(rows(Format::Csv, &[]), []);
    }

    #[test]
    fn a_row_is_too_long_from_one_byte_over_and_its_neighbours_are_whole() {
        for piece in [1000, 65_536, ROW_BYTES_MAX * 2] {
            for (bytes, is_kept) in [
                (ROW_BYTES_MAX, true),
                (ROW_BYTES_MAX + 1, false),
                (ROW_BYTES_MAX * 3, false),
            ] {
                let long = "x".repeat(bytes);
                let file = format!("a\n\"{}\n{}\"\nb\n", &long[..9], &long[..bytes - 12]);
                let pieces: Vec<&[u8]> = file.as_bytes().chunks(piece).collect();
                let found = rows(Format::Csv, &pieces);
                assert_eq!(found.len(), 3);
                assert_eq!(found[0], (1, Some(b"a".to_vec())));
                assert_eq!(
                    (found[1].0, found[1].1.is_some()),
                    (2, is_kept),
                    "{bytes} in pieces of {piece}"
                );
                assert_eq!(found[2], (4, Some(b"b".to_vec())));
            }
        }
    }

    #[test]
    fn of_a_row_that_is_too_long_nothing_is_kept() {
        let mut cutter = Cutter::new(Format::Ndjson);
        for _ in 0..64 {
            assert_eq!(cutter.next(&mut Bytes::from(vec![b'x'; 65_536])), None);
            assert!(cutter.begun.capacity() <= ROW_BYTES_MAX * 2);
        }
        assert!(cutter.begun.is_empty());
        assert_eq!(cutter.finish(), Some(RawRow { line: 1, bytes: None }));
    }
}
