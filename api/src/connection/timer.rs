//! A time that runs while something is waited for.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

/// Stands until it is asked, and from then on runs until it is stopped.
#[derive(Debug, Default)]
pub(super) struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// One that runs already.
    pub(super) fn running(time_max: Duration) -> Self {
        Self(Some(Box::pin(sleep(time_max))))
    }

    pub(super) fn stop(&mut self) {
        self.0 = None;
    }

    /// Whether it has run for `time_max`; the task is woken once it has.
    pub(super) fn has_run_out(&mut self, context: &mut Context<'_>, time_max: Duration) -> bool {
        let timer = self.0.get_or_insert_with(|| Box::pin(sleep(time_max)));
        timer.as_mut().poll(context).is_ready()
    }

    /// What is `done`, or an error once that has been waited for too long.
    pub(super) fn bound<T>(
        &mut self,
        context: &mut Context<'_>,
        done: Poll<io::Result<T>>,
        time_max: Duration,
    ) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.stop();
            return done;
        }
        if self.has_run_out(context, time_max) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}
