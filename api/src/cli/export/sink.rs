//! What is written on a thread of its own: standard output may keep whoever writes to it waiting for ever.

use std::io::{Error, Result, Write};

use tokio::sync::{mpsc, oneshot};

/// Parts that wait to be written.
const PARTS_MAX: usize = 4;

/// Takes parts, which are written one after the other, until one cannot be.
pub(super) struct Sink {
    parts: mpsc::Sender<Vec<u8>>,
    written: oneshot::Receiver<Result<()>>,
}

impl Sink {
    pub(super) fn new(output: impl Write + Send + 'static) -> Self {
        let (parts, received) = mpsc::channel(PARTS_MAX);
        let (sender, written) = oneshot::channel();
        std::thread::spawn(move || {
            // Nobody asks for it any more where the command has ended.
            let _ = sender.send(write(output, received));
        });
        Self { parts, written }
    }

    /// Takes the next part once there is room for it. False: none is taken any more, and [`Self::finish`] says why.
    pub(super) async fn take(&mut self, part: Vec<u8>) -> bool {
        self.parts.send(part).await.is_ok()
    }

    /// Waits until every part is written.
    ///
    /// # Errors
    /// Why one could not be.
    pub(super) async fn finish(self) -> Result<()> {
        drop(self.parts);
        self.written.await.map_err(Error::other)?
    }
}

fn write(mut output: impl Write, mut parts: mpsc::Receiver<Vec<u8>>) -> Result<()> {
    while let Some(part) = parts.blocking_recv() {
        output.write_all(&part)?;
    }
    output.flush()
}
