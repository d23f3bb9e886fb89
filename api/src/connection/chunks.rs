//! Where a chunked body ends.
//!
//! The framework reads the same bytes and ends the connection at the first that it does not understand. So this need
//! only see the end where the framework sees it in a body that is well-formed.

/// How far a chunked body has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunks {
    /// In the size of a chunk.
    Size(u64),
    /// Behind the size, in the same line.
    SizeLine(u64),
    /// In a chunk, so many bytes before its end.
    Chunk(u64),
    /// Behind a chunk, in the end of its line.
    ChunkLine,
    /// At the beginning of a line behind the last chunk.
    TrailerLine,
    Trailer,
    /// Behind a carriage return that ends a trailer.
    TrailerReturn,
    /// Behind a carriage return in a line of its own.
    LastReturn,
    Ended,
    /// In what is no chunked body.
    Malformed,
}

impl Default for Chunks {
    fn default() -> Self {
        Self::Size(0)
    }
}

impl Chunks {
    /// Passes over the bytes of the body that `bytes` begins with, and says how many those are.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> usize {
        let mut passed: usize = 0;
        while let Some([byte, ..]) = bytes.get(passed..) {
            let taken = match *self {
                Self::Ended => return passed,
                Self::Malformed => return bytes.len(),
                Self::Chunk(left) => {
                    let there = bytes.len().saturating_sub(passed);
                    let taken = usize::try_from(left).map_or(there, |left| left.min(there));
                    *self = Self::in_chunk(left.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX)));
                    taken
                }
                before => {
                    *self = before.after(*byte);
                    1
                }
            };
            passed = passed.saturating_add(taken);
        }
        passed
    }

    fn in_chunk(left: u64) -> Self {
        if left == 0 { Self::ChunkLine } else { Self::Chunk(left) }
    }

    /// Where a byte outside of the chunks leads to.
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Size(size) | Self::SizeLine(size), b'\n') if size > 0 => Self::Chunk(size),
            (Self::Size(_) | Self::SizeLine(_), b'\n') => Self::TrailerLine,
            (Self::Size(size), digit) if digit.is_ascii_hexdigit() => {
                let digit = char::from(digit).to_digit(16).map(u64::from);
                let size = size.checked_mul(16).zip(digit);
                size.and_then(|(size, digit)| size.checked_add(digit))
                    .map_or(Self::Malformed, Self::Size)
            }
            (Self::Size(size), _) => Self::SizeLine(size),
            (Self::ChunkLine, b'\n') => Self::default(),
            (Self::TrailerLine, b'\r') => Self::LastReturn,
            (Self::TrailerLine, _) => Self::Trailer,
            (Self::Trailer, b'\r') => Self::TrailerReturn,
            (Self::TrailerReturn, b'\n') => Self::TrailerLine,
            (Self::LastReturn, b'\n') => Self::Ended,
            (Self::TrailerReturn | Self::LastReturn, _) => Self::Malformed,
            (unchanged, _) => unchanged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str =
        "5;name=value\r\n{\r\n\r\n\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nA: b\n\nc\r\nD: e\r\n\r\n";

    #[test]
    fn a_body_ends_behind_its_trailers_however_it_is_cut() {
        for rest in ["", "GET / HTTP/1.1\r\n\r\n"] {
            let whole = format!("{BODY}{rest}");
            for cut in 0..=whole.len() {
                let mut chunks = Chunks::default();
                let (first, second) = whole.as_bytes().split_at(cut);
                let passed = chunks.pass(first) + chunks.pass(second);
                assert_eq!((passed, chunks), (BODY.len(), Chunks::Ended), "{cut}");
            }
        }
        let mut chunks = Chunks::default();
        let passed: usize = BODY.bytes().map(|byte| chunks.pass(&[byte])).sum();
        assert_eq!((passed, chunks), (BODY.len(), Chunks::Ended));
    }

    #[test]
    fn what_is_malformed_has_no_end() {
        for body in [
            "10000000000000000\r\n0\r\n\r\n",
            "0\r\n\r0\r\n\r\n",
            "0\r\na\r0\r\n\r\n",
        ] {
            let mut chunks = Chunks::default();
            assert_eq!(chunks.pass(body.as_bytes()), body.len(), "{body:?}");
            assert_eq!(chunks, Chunks::Malformed, "{body:?}");
        }
    }
}
