//! Heads as they come: how long they are, and whether every reader sees their lines end in the same places.

/// How much of a head has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head {
    bytes: usize,
    place: Place,
    /// Whether the last byte was a carriage return.
    is_after_return: bool,
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
    /// Behind the end of the head: a body, or the next head.
    Behind,
}

/// Why a head is refused before its end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooLong,
    /// A line that ends without a carriage return. The framework takes it for an end; a proxy that does not would pass a
    /// header on that it has not seen.
    BareLineFeed,
}

impl Head {
    /// Adds what has come, which may not make the head longer than `bytes_max`. After a fault there is no other.
    pub(super) fn add(&mut self, bytes: &[u8], bytes_max: usize) -> Option<Fault> {
        for byte in bytes {
            if self.place == Place::Behind {
                return None;
            }
            let fault = self.add_byte(*byte, bytes_max);
            if fault.is_some() {
                self.place = Place::Behind;
                return fault;
            }
        }
        None
    }

    fn add_byte(&mut self, byte: u8, bytes_max: usize) -> Option<Fault> {
        let is_bare = byte == b'\n' && !self.is_after_return;
        self.is_after_return = byte == b'\r';
        self.bytes = self.bytes.saturating_add(1);
        self.place = match (self.place, byte) {
            (Place::Before, b'\r' | b'\n') => Place::Before,
            (_, b'\n') if is_bare => return Some(Fault::BareLineFeed),
            (Place::BehindLine, b'\n') => Place::Behind,
            (Place::BehindLine, b'\r') | (_, b'\n') => Place::BehindLine,
            _ => Place::InLine,
        };
        (self.bytes > bytes_max).then_some(Fault::TooLong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(pieces: &[&str]) -> Option<Fault> {
        let mut head = Head::default();
        pieces.iter().find_map(|piece| head.add(piece.as_bytes(), 20))
    }

    #[test]
    fn a_head_is_measured_to_its_end_and_no_further() {
        let long_body = "x\n".repeat(100);
        assert_eq!(fault(&["GET / HTTP", "/1.1", "\r\n\r\n", &long_body]), None);
        assert_eq!(fault(&[&format!("GET / HTTP/1.1\r\n\r\n{long_body}")]), None);
        assert_eq!(fault(&["GET / HTTP/1.1\r", "\n\r", "\n", &long_body]), None);
        for pieces in [
            &["GET / HTTP/1.1\r\n", "a: bcd\r\n\r\n"][..],
            &["\r\n\r\n", "GET / HTTP/1.1\r\na: b\r\n"],
            &["\r\n", "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"],
        ] {
            assert_eq!(fault(pieces), Some(Fault::TooLong), "{pieces:?}");
        }
    }

    #[test]
    fn a_line_ends_with_both_bytes_or_is_none() {
        for pieces in [
            &["GET / HTTP/1.1\n"][..],
            &["GET / HTTP/1.1\r\n\n"],
            &["GET / HTTP/1.1\r\n", "a", "\n"],
            &["GET / HTTP/1.1\n\r\n"],
        ] {
            assert_eq!(fault(pieces), Some(Fault::BareLineFeed), "{pieces:?}");
        }
    }

    #[test]
    fn a_fault_is_told_once() {
        let mut head = Head::default();
        assert_eq!(head.add(&[b'a'; 30], 20), Some(Fault::TooLong));
        assert_eq!(head.add(&[b'a'; 30], 20), None);
    }
}
