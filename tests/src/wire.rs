//! Requests that no decent HTTP client would send, byte by byte over TCP.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// How long an answer may take: longer than the server's own limits for slow requests.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);
/// What a narrow connection takes before it is read; the system makes a little more of it.
const NARROW_BYTES: u32 = 4096;
/// How long a slow client waits between two pieces.
const PIECE_INTERVAL: Duration = Duration::from_millis(200);

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

/// A connection, byte by byte.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
}

impl Wire {
    /// Connects.
    ///
    /// # Panics
    ///
    /// Where there is no connection.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address)
            .await
            .expect("the server accepts connections");
        Self { stream }
    }

    /// Connects so that next to nothing of an answer is taken before it is read.
    ///
    /// # Panics
    ///
    /// Where there is no connection.
    pub async fn open_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("there is a socket");
        socket
            .set_recv_buffer_size(NARROW_BYTES)
            .expect("a buffer can be small");
        let stream = socket.connect(address).await.expect("the server accepts connections");
        Self { stream }
    }

    /// Reads the status line of an answer, or what there is of it, and leaves the rest.
    ///
    /// # Panics
    ///
    /// Where there is no answer within a minute.
    pub async fn status_line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let byte = tokio::time::timeout(ANSWER_TIME_MAX, self.stream.read_u8()).await;
            line.push(byte.expect("an answer within a minute").expect("the connection lasts"));
        }
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }

    /// Sends these bytes, or what the server takes of them: it may refuse and close before it has read everything.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// Sends these bytes, and says whether the server took them.
    pub async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Reads until an answer is whole or the connection ends.
    ///
    /// # Panics
    ///
    /// Where there is neither answer nor end within a minute.
    pub async fn answer(&mut self) -> RawAnswer {
        tokio::time::timeout(ANSWER_TIME_MAX, read_answer(&mut self.stream))
            .await
            .expect("an answer or an end within a minute")
    }

    /// Reads until the server ends the connection.
    ///
    /// # Panics
    ///
    /// Where it does not within a minute.
    pub async fn rest(&mut self) -> String {
        self.rest_while_sending(b"").await
    }

    /// The same, while this piece is sent over and over, a little later each time.
    ///
    /// # Panics
    ///
    /// Where the server does not end the connection within a minute.
    pub async fn rest_while_sending(&mut self, piece: &[u8]) -> String {
        let (mut from, mut to) = self.stream.split();
        let mut received = Vec::new();
        let receive = tokio::time::timeout(ANSWER_TIME_MAX, from.read_to_end(&mut received));
        let send = async {
            while to.write_all(piece).await.is_ok() {
                tokio::time::sleep(PIECE_INTERVAL).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            end = receive => drop(end.expect("an end within a minute")),
            () = send => {}
        }
        String::from_utf8_lossy(&received).into_owned()
    }
}

/// Sends these bytes on a new connection and reads everything until the server ends it.
///
/// # Panics
///
/// Where there is no connection, or no end within a minute.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut wire = Wire::open(address).await;
    wire.send(bytes).await;
    wire.rest().await
}

/// Sends these bytes on a new connection and reads what comes back until the answer is whole or the connection ends.
///
/// # Panics
///
/// Where there is no connection, or neither answer nor end within a minute.
pub async fn send(address: SocketAddr, bytes: &[u8]) -> RawAnswer {
    let mut wire = Wire::open(address).await;
    wire.send(bytes).await;
    wire.answer().await
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
