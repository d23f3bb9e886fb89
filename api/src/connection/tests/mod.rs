//! Connections over a pipe: what is timed, what is said, and where the last word is had.

mod turns;

use serde_json::Value;
use tokio::io::{AsyncReadExt, DuplexStream};
use tokio::time::timeout;

use super::turn::TurnTaken;
use super::*;

const BARE: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: Sat, 31 Jan 2026 09:30:00 GMT\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-request-id: 1\r\n\r\n{}";

const GET: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
/// The head of a request with a body of three bytes.
const POST: &str = "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n";

const TIME_MAX: Duration = Duration::from_millis(200);

const BOUNDS: Bounds = Bounds {
    head_time_max: TIME_MAX,
    head_bytes_max: 64,
    write_time_max: Duration::from_secs(60),
};

/// The one problem that `text` is.
fn problem(text: &str) -> (&str, Value) {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let id = body["request_id"].as_str().unwrap();
    assert!(head.contains(&format!("\r\nx-request-id: {id}\r\n")), "{head}");
    (head, body)
}

/// Reads what there is of a request.
async fn read_piece(connection: &mut Connection<DuplexStream>) -> String {
    let mut buffer = [0; 4096];
    let count = connection.read(&mut buffer).await.unwrap();
    String::from_utf8_lossy(&buffer[..count]).into_owned()
}

#[tokio::test]
async fn the_problem_takes_the_place_of_the_bare_head_however_little_is_written_at_once() {
    // A pipe of ten bytes: every write is cut short.
    let (near, mut far) = tokio::io::duplex(10);
    let send = async move {
        let mut connection = Connection::new(near, BOUNDS);
        connection.write_all(format!("{OK}{BARE}").as_bytes()).await.unwrap();
        connection.shutdown().await.unwrap();
    };
    let mut received = String::new();
    let ((), read) = tokio::join!(send, far.read_to_string(&mut received));
    read.unwrap();
    let (head, body) = problem(received.strip_prefix(OK).unwrap());
    assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
    assert!(head.contains("\r\ndate: Sat, 31 Jan 2026 09:30:00 GMT"), "{head}");
    assert_eq!(body["code"], "malformed_request");
}

#[tokio::test]
async fn a_request_that_breaks_off_is_answered_by_its_connection() {
    let (near, mut far) = tokio::io::duplex(1024);
    let connection = Connection::new(near, BOUNDS);
    let taken = TurnTaken::new(&connection.turn);
    connection.turn.break_off();
    drop((taken, connection));
    let mut received = String::new();
    far.read_to_string(&mut received).await.unwrap();
    let (head, body) = problem(&received);
    assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
    assert_eq!(body["detail"], MALFORMED_CHUNK);
}

#[tokio::test]
async fn a_request_that_was_answered_does_not_break_off() {
    let (near, mut far) = tokio::io::duplex(1024);
    let connection = Connection::new(near, BOUNDS);
    let taken = TurnTaken::new(&connection.turn);
    connection.turn.break_off();
    connection.turn.end();
    drop((taken, connection));
    let mut received = String::new();
    far.read_to_string(&mut received).await.unwrap();
    assert_eq!(received, "");
}

/// A stream to a client that takes nothing: what is written seems to be gone, as it is encrypted first, but the end is
/// never sent.
#[derive(Debug)]
struct Endless;

impl AsyncWrite for Endless {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_client_that_does_not_take_the_end_is_given_up() {
    let bounds = Bounds {
        write_time_max: TIME_MAX,
        ..BOUNDS
    };
    let mut connection = Connection::new(Endless, bounds);
    // As the dispatcher does: it flushes, and then it ends.
    let end = std::future::poll_fn(|context| {
        ready!(Pin::new(&mut connection).poll_flush(context))?;
        Pin::new(&mut connection).poll_shutdown(context)
    });
    let ended = timeout(TIME_MAX * 5, end).await.unwrap();
    assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn a_head_that_is_too_long_becomes_one_that_nobody_can_read() {
    let (near, mut far) = tokio::io::duplex(1024);
    let mut connection = Connection::new(near, BOUNDS);
    let head = format!("GET / HTTP/1.1\r\na: {}", "b".repeat(64));
    far.write_all(head.as_bytes()).await.unwrap();
    // No head has such a byte.
    let expected = format!("{}\0", &head[..BOUNDS.head_bytes_max]);
    assert_eq!(read_piece(&mut connection).await, expected);
    connection.write_all(BARE.as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut received = String::new();
    far.read_to_string(&mut received).await.unwrap();
    let (_, body) = problem(&received);
    assert_eq!(body["detail"], HEAD_TOO_LONG);
}

#[tokio::test]
async fn a_body_is_not_measured_as_a_head_is() {
    let (near, mut far) = tokio::io::duplex(4096);
    let mut connection = Connection::new(near, BOUNDS);
    let request = format!("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{}", "b\n".repeat(500));
    far.write_all(request.as_bytes()).await.unwrap();
    let mut buffer = [0; 2048];
    assert_eq!(connection.read(&mut buffer).await.unwrap(), request.len());
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_an_answer_is_given_up() {
    let (near, mut far) = tokio::io::duplex(10);
    let bounds = Bounds {
        write_time_max: TIME_MAX,
        ..BOUNDS
    };
    let mut connection = Connection::new(near, bounds);
    // While it takes something, it may take long.
    let write = async {
        for _ in 0..4 {
            connection.write_all(b"0123456789").await?;
        }
        connection.write_all(b"0123456789").await
    };
    let read = async {
        let mut buffer = [0; 10];
        for _ in 0..3 {
            tokio::time::sleep(TIME_MAX * 3 / 4).await;
            far.read_exact(&mut buffer).await.unwrap();
        }
        std::future::pending::<()>().await;
    };
    let ended = tokio::select! {
        ended = write => ended.unwrap_err(),
        () = read => unreachable!("it never ends"),
    };
    assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn little_is_read_of_a_client_that_has_its_last_answer() {
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    let mut connection = Connection::new(near, BOUNDS);
    connection.turn.end();
    let send = async {
        let piece = [b' '; 64 * 1024];
        while far.write_all(&piece).await.is_ok() {}
    };
    let receive = async move {
        let mut received = 0;
        let mut buffer = [0; 64 * 1024];
        loop {
            match connection.read(&mut buffer).await.unwrap() {
                0 => return received,
                count => received += count,
            }
        }
    };
    let ((), received) = tokio::join!(send, receive);
    assert!(received <= REST_BYTES_MAX, "{received}");
}
