//! Many connections that each send one request after another for some seconds.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tests::Random;

use crate::connection::Connection;
use crate::figures::{Round, rate};

/// What is sent before anything is counted.
const WARM_UP: Duration = Duration::from_millis(500);

/// Writes the bytes of the next request.
pub(crate) type Next = Rc<dyn Fn(&mut Random, &mut Vec<u8>)>;

/// Lets this many connections send what `next` writes, and counts the answers of `time`. Every answer must be a
/// success: a load that is refused measures nothing.
pub(crate) async fn drive(address: SocketAddr, connections: usize, time: Duration, next: &Next) -> Round {
    drive_lists(address, connections, time, 1, next).await
}

/// The same where a request has a list of this many items: what is counted is items, and a latency is that of them all.
pub(crate) async fn drive_lists(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    items: usize,
    next: &Next,
) -> Round {
    let begin = Instant::now() + WARM_UP;
    let latencies = Rc::new(RefCell::new(Vec::new()));
    let clients: Vec<_> = (0..connections)
        .map(|_| {
            let (latencies, next) = (Rc::clone(&latencies), Rc::clone(next));
            tokio::task::spawn_local(async move {
                let mut random = Random::seeded(uuid::Uuid::new_v4().as_u64_pair().0);
                let mut connection = Connection::open(address).await;
                let mut request = Vec::new();
                loop {
                    request.clear();
                    next(&mut random, &mut request);
                    let sent = Instant::now();
                    let answer = connection.send(&request).await;
                    assert!(
                        (200..300).contains(&answer.status),
                        "{}\nwas answered {}: {}",
                        String::from_utf8_lossy(&request),
                        answer.status,
                        String::from_utf8_lossy(answer.body)
                    );
                    let answered = Instant::now();
                    if answered >= begin + time {
                        return;
                    }
                    if answered >= begin {
                        latencies.borrow_mut().push(answered - sent);
                    }
                }
            })
        })
        .collect();
    for client in clients {
        client.await.expect("a client ends well");
    }
    let mut latencies = latencies.take();
    latencies.sort_unstable();
    assert!(!latencies.is_empty(), "nothing was answered within {time:?}");
    let count = u64::try_from(latencies.len() * items).expect("a number is a u64");
    Round {
        rate: rate(count, time),
        p50: latencies[latencies.len() / 2],
        p99: Some(latencies[latencies.len() * 99 / 100]),
    }
}

/// The bytes of a POST of `body` to `path`, with an idempotency key of its own.
pub(crate) fn write_post(request: &mut Vec<u8>, path: &str, random: &mut Random, body: &str) {
    let (high, low) = (random.bits(), random.bits());
    write(
        request,
        format_args!(
            "POST /api/v1{path} HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nIdempotency-Key: {high:016x}{low:016x}\r\n\
             Content-Length: {length}\r\n\r\n{body}",
            key = tests::OPERATOR_KEY,
            length = body.len()
        ),
    );
}

/// The bytes of a GET of `path`.
pub(crate) fn write_get(request: &mut Vec<u8>, path: &str) {
    write(
        request,
        format_args!(
            "GET /api/v1{path} HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {key}\r\n\r\n",
            key = tests::OPERATOR_KEY
        ),
    );
}

fn write(request: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    std::io::Write::write_fmt(request, text).expect("memory can be written to");
}
