//! Requests that no decent HTTP client would send, byte by byte over TCP.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long an answer may take: longer than the server's own limits for slow requests.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);

/// An answer as it came over the wire.
#[derive(Clone, Debug)]
pub struct RawAnswer {
    /// The HTTP status; 0 where the server closed the connection without a word.
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    /// The body as JSON; null where it is something else.
    pub body: Value,
}

impl RawAnswer {
    /// The answer that begins here.
    #[must_use]
    pub fn parse(received: &[u8]) -> Self {
        let text = String::from_utf8_lossy(received);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        Self {
            status,
            head: head.to_owned(),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }

    /// A header's value, if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

/// Sends these bytes on a new connection and reads everything until the server ends it.
///
/// # Panics
///
/// Where there is no connection, or no end within a minute.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the server accepts connections");
    stream.write_all(bytes).await.expect("the server reads");
    let mut received = Vec::new();
    let _ = tokio::time::timeout(ANSWER_TIME_MAX, stream.read_to_end(&mut received))
        .await
        .expect("an end within a minute");
    String::from_utf8_lossy(&received).into_owned()
}

/// Sends these bytes on a new connection and reads what comes back until the answer is whole or the connection ends.
///
/// # Panics
///
/// Where there is no connection, or neither answer nor end within a minute.
pub async fn send(address: SocketAddr, bytes: &[u8]) -> RawAnswer {
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the server accepts connections");
    // The server may refuse and close before it has read everything.
    let _ = stream.write_all(bytes).await;
    tokio::time::timeout(ANSWER_TIME_MAX, read_answer(&mut stream))
        .await
        .expect("an answer or an end within a minute")
}

async fn read_answer(stream: &mut TcpStream) -> RawAnswer {
    let mut received = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => received.extend_from_slice(&buffer[..count]),
            Ok(_) | Err(_) => return RawAnswer::parse(&received),
        }
        if is_whole(&received) {
            return RawAnswer::parse(&received);
        }
    }
}

fn is_whole(received: &[u8]) -> bool {
    let text = String::from_utf8_lossy(received);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    content_length(head).is_some_and(|length| body.len() >= length)
}

fn content_length(head: &str) -> Option<usize> {
    header(head, "content-length")?.parse().ok()
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (other, value) = line.split_once(':')?;
        other.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
