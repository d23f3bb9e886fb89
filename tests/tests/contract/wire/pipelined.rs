//! Requests that come before the one before them is answered, whole, in part, and with what they must not have.

use std::time::{Duration, Instant};

use tests::wire::{RawAnswer, Wire, exchange};
use tests::{Book, OPERATOR_KEY, on_both};

use super::{BODY, HELD_TIME_MAX, assert_last_problem};

on_both!(
    requests_that_come_at_once_are_answered_one_by_one,
    a_bare_line_feed_is_refused_in_every_head,
    a_head_that_is_too_long_is_refused_in_every_place,
    a_half_head_behind_a_request_is_cut_off_in_its_time,
    a_body_behind_a_head_that_was_cut_is_no_head,
);

const GET: &str = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// A body with line feeds.
const LINES: &str = "{\n\n\"type\":\"credit\",\n\"user_id\":\"ada\",\n\"amount\":\"1.00\"\n}\n";

fn post(framing: &str) -> String {
    format!(
        "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
         Content-Type: application/json\r\n{framing}\r\n\r\n"
    )
}

fn with_length(body: &str) -> String {
    format!("{}{body}", post(&format!("Content-Length: {}", body.len())))
}

fn in_chunks(body: &str) -> String {
    let (first, second) = body.split_at(10);
    let head = post("Transfer-Encoding: chunked");
    format!(
        "{head}{:x}\r\n{first}\r\n{:X};a=b\r\n{second}\r\n0\r\nX-Trailer: a\r\n\r\n",
        first.len(),
        second.len()
    )
}

/// What may stand before a head, and how it is answered.
fn before() -> [(String, &'static [u16]); 4] {
    [
        (String::new(), &[]),
        (GET.to_owned(), &[200]),
        (with_length(LINES), &[201]),
        (
            format!("{}{GET}{}", in_chunks(LINES), with_length(BODY)),
            &[201, 200, 201],
        ),
    ]
}

/// The statuses of all answers in what came back, and where the last begins.
fn statuses(received: &str) -> (Vec<u16>, usize) {
    let begins = received.match_indices("HTTP/1.1 ");
    // A problem may speak of HTTP/1.1 as well.
    let answers = begins.filter_map(|(place, begin)| {
        let status = received.get(place + begin.len()..)?.get(..3)?.parse::<u16>().ok()?;
        Some((status, place))
    });
    let (statuses, places): (_, Vec<usize>) = answers.unzip();
    (statuses, places.last().copied().unwrap_or_default())
}

async fn requests_that_come_at_once_are_answered_one_by_one(book: &Book) {
    let some = [GET.to_owned(), with_length(LINES), in_chunks(LINES), with_length(BODY)].concat();
    let last = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let rounds = 30;
    let expected = [200, 201, 201, 201].repeat(rounds).into_iter().chain([200]);
    let expected: Vec<u16> = expected.collect();
    let all = format!("{}{last}", some.repeat(rounds));
    let received = exchange(book.address(), all.as_bytes()).await;
    assert_eq!(statuses(&received).0, expected, "{received}");

    // Cut anywhere, also in the middle of a line's end.
    let mut wire = Wire::open(book.address()).await;
    for piece in format!("{some}{some}{last}").as_bytes().chunks(7) {
        wire.send(piece).await;
        tokio::task::yield_now().await;
    }
    let received = wire.rest().await;
    assert_eq!(
        statuses(&received).0,
        [200, 201, 201, 201, 200, 201, 201, 201, 200],
        "{received}"
    );
    assert_eq!(book.walk("/transactions", 200).await.len(), 3 * rounds + 6);
}

async fn a_bare_line_feed_is_refused_in_every_head(book: &Book) {
    for (before, answered) in before() {
        for head in [
            "GET /livez HTTP/1.1\nHost: localhost\n\n",
            "GET /livez HTTP/1.1\r\nHost: localhost\nX-Filler: a\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: localhost\r\n\n",
        ] {
            let received = exchange(book.address(), format!("{before}{head}").as_bytes()).await;
            let (statuses, last) = statuses(&received);
            assert_eq!(
                statuses,
                [answered, &[400]].concat(),
                "{before:?}, {head:?}: {received}"
            );
            let answer = RawAnswer::parse(&received.as_bytes()[last..]);
            assert_last_problem(&answer, "malformed_request", 400, head);
        }
    }
}

async fn a_head_that_is_too_long_is_refused_in_every_place(book: &Book) {
    let head = |bytes: usize| {
        format!(
            "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Filler: {}",
            "a".repeat(bytes)
        )
    };
    for (before, answered) in before() {
        // With its end and without it.
        for (bytes, end) in [(16 * 1024, ""), (16 * 1024, "\r\n\r\n")] {
            let received = exchange(book.address(), format!("{before}{}{end}", head(bytes)).as_bytes()).await;
            let (statuses, last) = statuses(&received);
            assert_eq!(statuses, [answered, &[400]].concat(), "{before:?}: {received}");
            let answer = RawAnswer::parse(&received.as_bytes()[last..]);
            assert_last_problem(&answer, "malformed_request", 400, "16 KiB and more");
        }
        let close = "\r\nConnection: close\r\n\r\n";
        let received = exchange(book.address(), format!("{before}{}{close}", head(16_000)).as_bytes()).await;
        assert_eq!(
            statuses(&received).0,
            [answered, &[200]].concat(),
            "{before:?}: {received}"
        );
    }
}

async fn a_half_head_behind_a_request_is_cut_off_in_its_time(book: &Book) {
    let one = async |before: String, answered: &'static [u16]| {
        let begun_at = Instant::now();
        let received = exchange(
            book.address(),
            format!("{before}GET /livez HTTP/1.1\r\nHost: loc").as_bytes(),
        )
        .await;
        let (statuses, last) = statuses(&received);
        assert_eq!(statuses, [answered, &[408]].concat(), "{before:?}: {received}");
        let answer = RawAnswer::parse(&received.as_bytes()[last..]);
        assert_last_problem(&answer, "request_timeout", 408, &before);
        let elapsed = begun_at.elapsed();
        assert!(
            elapsed > Duration::from_secs(4) && elapsed < HELD_TIME_MAX,
            "{before:?}: {elapsed:?}"
        );
    };
    let [first, second, third, fourth] = before().map(|(before, answered)| one(before, answered));
    tokio::join!(first, second, third, fourth);
}

async fn a_body_behind_a_head_that_was_cut_is_no_head(book: &Book) {
    let whole = with_length(LINES);
    let end = whole.find("\r\n\r\n").expect("the head ends");
    for cut in [end, end + 1, end + 2, end + 3] {
        let mut wire = Wire::open(book.address()).await;
        let (first, second) = whole.split_at(cut);
        wire.send(format!("{GET}{first}").as_bytes()).await;
        assert_eq!(wire.answer().await.status, 200);
        wire.send(second.as_bytes()).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status, 201, "cut at {cut}: {} {}", answer.head, answer.body);
    }
}
