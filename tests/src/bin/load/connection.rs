//! A client of one connection that is kept open: as little work a request as can be, since it shares the cores with
//! the server.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An open connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer, as far as a load needs it.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address)
            .await
            .expect("the server accepts connections");
        stream.set_nodelay(true).expect("a connection can be told not to wait");
        Self {
            stream,
            received: Vec::with_capacity(4096),
        }
    }

    /// Sends a part of a request that has more.
    pub(crate) async fn write(&mut self, part: &[u8]) {
        self.stream.write_all(part).await.expect("the server reads requests");
    }

    /// Sends the bytes of a request, or the last of them, and waits for the whole answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Answer<'_> {
        self.write(request).await;
        self.received.clear();
        loop {
            let count = self
                .stream
                .read_buf(&mut self.received)
                .await
                .expect("the server answers");
            assert!(count > 0, "the server closed the connection without an answer");
            if let Some((status, body)) = whole(&self.received) {
                let body = &self.received[body..];
                return Answer { status, body };
            }
        }
    }
}

/// The status and where the body begins, once everything is there.
fn whole(received: &[u8]) -> Option<(u16, usize)> {
    let body = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&received[..body]).expect("headers are text");
    let length = head
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim())
        })
        .expect("an answer tells its length");
    let length: usize = length.parse().expect("a length is a number");
    let status = head.get(9..12).and_then(|status| status.parse().ok());
    (received.len() >= body + length).then(|| (status.expect("an answer begins with its status"), body))
}
