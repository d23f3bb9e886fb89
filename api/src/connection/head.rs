//! Heads as they come: how long they are, whether every reader sees their lines end in the same places, and what body
//! they announce.

use super::announced::{Announced, Body};

/// How much of a head has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head {
    bytes: usize,
    place: Place,
    /// Whether the last byte was a carriage return.
    is_after_return: bool,
    announced: Announced,
}

/// Where in a head its last byte was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before its first line; empty lines may stand there.
    #[default]
    Before,
    InLine,
    /// Behind the end of a line, and a carriage return perhaps.
    BehindLine,
}

/// Why a head is refused before its end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooLong,
    /// A line that ends without a carriage return. The framework takes it for an end; a proxy that does not would pass a
    /// header on that it has not seen.
    BareLineFeed,
    /// A length of the body in more digits than any number needs.
    Length,
}

impl Head {
    /// Adds a byte; says what body follows where the head ends with it.
    pub(super) fn add(&mut self, byte: u8, bytes_max: usize) -> Result<Option<Body>, Fault> {
        let is_bare = byte == b'\n' && !self.is_after_return;
        self.is_after_return = byte == b'\r';
        self.bytes = self.bytes.saturating_add(1);
        if self.bytes > bytes_max {
            return Err(Fault::TooLong);
        }
        self.place = match (self.place, byte) {
            (Place::Before, b'\r' | b'\n') => Place::Before,
            (_, b'\n') if is_bare => return Err(Fault::BareLineFeed),
            (Place::BehindLine, b'\n') => return Ok(Some(self.announced.body())),
            (Place::BehindLine, b'\r') => Place::BehindLine,
            (Place::InLine, b'\n') if !self.announced.end_line() => return Err(Fault::Length),
            (_, b'\n') => Place::BehindLine,
            (_, b'\r') => Place::InLine,
            _ => {
                self.announced.add(byte);
                Place::InLine
            }
        };
        Ok(None)
    }

    /// Whether a byte of it has come.
    pub(super) fn has_begun(&self) -> bool {
        self.bytes > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES_MAX: usize = 20;

    /// The fault of what `head` begins with, or where it ends.
    fn read(head: &str) -> Result<Option<usize>, Fault> {
        let mut measured = Head::default();
        for (place, byte) in head.bytes().enumerate() {
            if measured.add(byte, BYTES_MAX)?.is_some() {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    #[test]
    fn a_head_is_measured_to_its_end_and_no_further() {
        let long_body = "x\n".repeat(100);
        assert_eq!(read(&format!("GET / HTTP/1.1\r\n\r\n{long_body}")), Ok(Some(17)));
        assert_eq!(read("GET / HTTP/1.1\r\na: b"), Ok(None));
        for head in [
            "GET / HTTP/1.1\r\na: bcd\r\n\r\n",
            "\r\n\r\nGET / HTTP/1.1\r\na: b\r\n",
            "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n",
        ] {
            assert_eq!(read(head), Err(Fault::TooLong), "{head:?}");
        }
    }

    #[test]
    fn a_line_ends_with_both_bytes_or_is_none() {
        for head in [
            "GET / HTTP/1.1\n",
            "GET / HTTP/1.1\r\n\n",
            "GET / HTTP/1.1\r\na\n",
            "GET / HTTP/1.1\n\r\n",
        ] {
            assert_eq!(read(head), Err(Fault::BareLineFeed), "{head:?}");
        }
    }
}
