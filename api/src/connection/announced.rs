//! What a head announces of the body behind it.
//!
//! The framework reads the same head and refuses every one that could be read in two ways: with two lengths, a length
//! that is no number, or another coding than `chunked`. So this need only agree with it on those that are left.

use super::chunks::Chunks;

/// Most bytes of a line that says something of the body, where spaces in a row count as one.
const LINE_BYTES_MAX: usize = 64;

/// The body of a request, as far as it has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes.
    Length(u64),
    Chunked(Chunks),
    /// All that is still sent on the connection.
    Endless,
}

impl Body {
    /// Passes over the bytes of the body that `bytes` begins with, and says how many those are.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> usize {
        match self {
            Self::Length(left) => {
                let passed = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                *left = left.saturating_sub(u64::try_from(passed).unwrap_or(u64::MAX));
                passed
            }
            Self::Chunked(chunks) => chunks.pass(bytes),
            Self::Endless => bytes.len(),
        }
    }

    pub(super) fn has_ended(self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(Chunks::Ended))
    }
}

/// What has been read of a head.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announced {
    line: [u8; LINE_BYTES_MAX],
    line_bytes: usize,
    is_line_cut: bool,
    is_first_line: bool,
    length: Option<u64>,
    is_chunked: bool,
    /// Whether what follows is in another protocol, which is a body without an end.
    is_upgrade: bool,
    is_connect: bool,
}

impl Default for Announced {
    fn default() -> Self {
        Self {
            line: [0; LINE_BYTES_MAX],
            line_bytes: 0,
            is_line_cut: false,
            is_first_line: true,
            length: None,
            is_chunked: false,
            is_upgrade: false,
            is_connect: false,
        }
    }
}

impl Announced {
    /// Adds a byte of a line, its end left out.
    pub(super) fn add(&mut self, byte: u8) {
        let byte = if byte == b'\t' { b' ' } else { byte };
        if byte == b' ' && self.line().last() == Some(&b' ') {
            return;
        }
        match self.line.get_mut(self.line_bytes) {
            Some(place) => {
                *place = byte;
                self.line_bytes = self.line_bytes.saturating_add(1);
            }
            None => self.is_line_cut = true,
        }
    }

    /// Reads the line that ends here; says whether it can be read.
    pub(super) fn end_line(&mut self) -> bool {
        let can_be_read = self.read_line();
        self.is_first_line = false;
        self.is_line_cut = false;
        self.line_bytes = 0;
        can_be_read
    }

    pub(super) fn body(&self) -> Body {
        match self.length {
            _ if self.is_chunked => Body::Chunked(Chunks::default()),
            _ if self.is_upgrade => Body::Endless,
            None | Some(0) if self.is_connect => Body::Endless,
            length => Body::Length(length.unwrap_or(0)),
        }
    }

    fn line(&self) -> &[u8] {
        self.line.get(..self.line_bytes).unwrap_or_default()
    }

    fn read_line(&mut self) -> bool {
        let line = std::str::from_utf8(self.line()).unwrap_or_default();
        if self.is_first_line {
            self.is_connect = line.starts_with("CONNECT ");
            return true;
        }
        let Some((name, value)) = line.split_once(':') else {
            return true;
        };
        let value = value.trim_matches(' ');
        let is_websocket = value.eq_ignore_ascii_case("websocket") && !self.is_line_cut;
        if name.eq_ignore_ascii_case("content-length") {
            self.length = value.parse().ok();
            // A number in so many digits is none that anybody writes.
            return !self.is_line_cut;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            self.is_chunked = true;
        } else if name.eq_ignore_ascii_case("upgrade") && is_websocket {
            self.is_upgrade = true;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(head: &str) -> Option<Body> {
        let mut announced = Announced::default();
        for line in head.split("\r\n") {
            line.bytes().for_each(|byte| announced.add(byte));
            if !announced.end_line() {
                return None;
            }
        }
        Some(announced.body())
    }

    #[test]
    fn a_body_has_the_length_or_the_coding_that_is_announced() {
        let spaces = " \t".repeat(1000);
        let long = "a".repeat(1000);
        let chunked = Body::Chunked(Chunks::default());
        for (headers, expected) in [
            ("", Body::Length(0)),
            ("Host: h", Body::Length(0)),
            ("Content-Length: 0", Body::Length(0)),
            ("Content-Length: 49\r\nHost: h", Body::Length(49)),
            ("content-length:0049 ", Body::Length(49)),
            (&format!("Content-Length:{spaces}49{spaces}"), Body::Length(49)),
            ("X-Content-Length: 49", Body::Length(0)),
            (&format!("X-Filler: {long}\r\nContent-Length: 7"), Body::Length(7)),
            (&format!("{long}\r\nContent-Length: 7"), Body::Length(7)),
            ("X-Filler: \u{fc}\u{fc}\r\nContent-Length: 7", Body::Length(7)),
            ("TRANSFER-ENCODING: Chunked", chunked),
            ("Upgrade: WebSocket\r\nContent-Length: 7", Body::Endless),
            ("Upgrade: h2c, websocket\r\nContent-Length: 7", Body::Length(7)),
            ("Upgrade: web socket", Body::Length(0)),
            ("Upgrade: websocket\r\nTransfer-Encoding: chunked", chunked),
        ] {
            let head = format!("POST / HTTP/1.1\r\n{headers}");
            assert_eq!(body(&head), Some(expected), "{headers:.80}");
        }
    }

    #[test]
    fn what_follows_a_tunnel_is_its_body() {
        assert_eq!(body("CONNECT h:1 HTTP/1.1\r\nHost: h"), Some(Body::Endless));
        assert_eq!(body("CONNECT h:1 HTTP/1.1\r\nContent-Length: 0"), Some(Body::Endless));
        assert_eq!(body("CONNECT h:1 HTTP/1.1\r\nContent-Length: 7"), Some(Body::Length(7)));
        assert_eq!(body("POST / HTTP/1.1\r\nCONNECT h:1 HTTP/1.1"), Some(Body::Length(0)));
    }

    #[test]
    fn a_length_that_is_too_long_to_be_kept_is_refused() {
        let head = |zeros: usize| format!("POST / HTTP/1.1\r\nContent-Length: {}7", "0".repeat(zeros));
        assert_eq!(body(&head(20)), Some(Body::Length(7)));
        assert_eq!(body(&head(100)), None);
    }
}
