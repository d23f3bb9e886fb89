//! Where requests begin and end in what a client sends, so that every head is measured, also one that comes with the
//! request before it, and no byte of a body is taken for one of a head.

use super::announced::Body;
use super::head::{Fault, Head};

/// How far a client's requests have come.
#[derive(Debug)]
pub(super) struct Requests {
    place: Place,
    heads_whole: u64,
}

/// Where among requests the last byte was.
#[derive(Debug)]
enum Place {
    /// In a head, or before it.
    Head(Head),
    Body(Body),
    /// Behind a fault: nothing that follows is a request.
    Nowhere,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            place: Place::Head(Head::default()),
            heads_whole: 0,
        }
    }
}

impl Requests {
    /// Adds what has come, up to the end of a request, and says how many bytes those are; no head may be longer than
    /// `bytes_max`. At a fault, says how many stand before the one that is too much.
    pub(super) fn add(&mut self, bytes: &[u8], bytes_max: usize) -> Result<usize, (usize, Fault)> {
        let mut passed: usize = 0;
        while let Some(rest @ [byte, ..]) = bytes.get(passed..) {
            let (taken, body) = match &mut self.place {
                Place::Head(head) => match head.add(*byte, bytes_max) {
                    Ok(body) => (1, body),
                    Err(fault) => {
                        self.place = Place::Nowhere;
                        return Err((passed, fault));
                    }
                },
                Place::Body(body) => (body.pass(rest), Some(*body)),
                Place::Nowhere => return Ok(passed),
            };
            passed = passed.saturating_add(taken);
            if let Some(body) = body
                && self.go_on(body)
            {
                break;
            }
        }
        Ok(passed)
    }

    /// Goes on behind a head or a part of its `body`; says whether the request has come to its end.
    fn go_on(&mut self, body: Body) -> bool {
        if matches!(self.place, Place::Head(_)) {
            self.heads_whole = self.heads_whole.saturating_add(1);
        }
        let has_ended = body.has_ended();
        self.place = if has_ended {
            Place::Head(Head::default())
        } else {
            Place::Body(body)
        };
        has_ended
    }

    /// How many heads have come to their end.
    pub(super) fn heads_whole(&self) -> u64 {
        self.heads_whole
    }

    /// Whether a part of a head has come.
    pub(super) fn is_in_head(&self) -> bool {
        matches!(&self.place, Place::Head(head) if head.has_begun())
    }

    /// Whether no request is in part here: the last one has come to its end.
    pub(super) fn is_between(&self) -> bool {
        matches!(&self.place, Place::Head(head) if !head.has_begun())
    }

    /// Whether nothing that follows is a request.
    pub(super) fn are_over(&self) -> bool {
        matches!(self.place, Place::Nowhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES_MAX: usize = 64;
    const GET: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    const JSON: &str = "{\n\n\"a\":\n\n1}";

    /// Adds all of `bytes`, request by request.
    fn add(requests: &mut Requests, bytes: &[u8]) -> Result<(), (usize, Fault)> {
        let mut passed = 0;
        while passed < bytes.len() {
            let added = requests.add(&bytes[passed..], BYTES_MAX);
            let taken = added.map_err(|(place, fault)| (passed.strict_add(place), fault))?;
            passed = passed.strict_add(taken);
        }
        Ok(())
    }

    /// What is found wrong with `text`, and before which byte, in however many pieces it comes.
    fn fault(text: &str) -> Option<(usize, Fault)> {
        let found = add(&mut Requests::default(), text.as_bytes()).err();
        for cut in 0..=text.len() {
            let mut requests = Requests::default();
            let (first, second) = text.as_bytes().split_at(cut);
            let in_two = add(&mut requests, first).and_then(|()| {
                let added = add(&mut requests, second);
                added.map_err(|(place, fault)| (place.strict_add(cut), fault))
            });
            assert_eq!(in_two.err(), found, "{text:?} cut at {cut}");
        }
        found
    }

    fn posts() -> [String; 2] {
        [
            format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{JSON}", JSON.len()),
            format!(
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{JSON}\r\n0\r\n\r\n",
                JSON.len()
            ),
        ]
    }

    #[test]
    fn bodies_are_no_heads_and_every_head_is_measured() {
        for post in posts() {
            let before = format!("{GET}{post}{GET}{post}");
            assert_eq!(fault(&before), None);
            let bare = format!("{before}GET / HTTP/1.1\n");
            assert_eq!(fault(&bare), Some((bare.len() - 1, Fault::BareLineFeed)));
            let long = format!("{before}GET / HTTP/1.1\r\nA: {}", "a".repeat(BYTES_MAX));
            assert_eq!(fault(&long), Some((before.len() + BYTES_MAX, Fault::TooLong)));
        }
    }

    #[test]
    fn what_follows_a_request_is_left_for_later() {
        for post in posts() {
            let mut requests = Requests::default();
            let whole = format!("{post}{GET}");
            assert_eq!(requests.add(whole.as_bytes(), BYTES_MAX), Ok(post.len()));
            assert!(requests.is_between());
            assert_eq!(requests.add(&whole.as_bytes()[post.len()..], BYTES_MAX), Ok(GET.len()));
            assert!(requests.is_between());
            assert_eq!(requests.heads_whole(), 2);
        }
    }

    #[test]
    fn a_head_is_counted_when_it_is_whole() {
        let mut requests = Requests::default();
        let head = posts()[0].find('{').unwrap();
        for (place, byte) in posts()[0].bytes().enumerate() {
            assert_eq!(requests.heads_whole(), u64::from(place >= head), "{place}");
            assert_eq!(requests.is_in_head(), (1..head).contains(&place), "{place}");
            assert_eq!(requests.is_between(), place == 0, "{place}");
            requests.add(&[byte], BYTES_MAX).unwrap();
        }
        assert!(requests.is_between());
    }

    #[test]
    fn behind_a_fault_there_is_nothing() {
        let mut requests = Requests::default();
        assert!(requests.add(b"GET\n", BYTES_MAX).is_err());
        assert!(requests.are_over());
        assert_eq!(requests.add(&[b'a'; 1000], BYTES_MAX), Ok(0));
        assert_eq!((requests.is_in_head(), requests.heads_whole()), (false, 0));
    }
}
