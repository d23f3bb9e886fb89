//! The task that reads the keys, and what it has read.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use super::keys::KeySet;
use super::source::Source;
use super::{Known, UNKNOWN_KEY_PERIOD};

/// What was read, and what asks for more. The task ends with it.
#[derive(Debug)]
pub(super) struct Readings {
    known: watch::Receiver<Known>,
    wanted: Arc<Notify>,
    task: AbortHandle,
}

impl Readings {
    /// Reads the keys, and then again in each period.
    ///
    /// # Errors
    /// One line, where a file cannot be read.
    pub(super) async fn begin(source: Source) -> Result<Self, String> {
        let mut first = Known::default();
        let read = first.read(&source).await;
        if let (Source::File(path), Err(why)) = (&source, read) {
            return Err(format!(
                "{} cannot be used as the keys of an identity provider: {why}",
                path.display()
            ));
        }
        let (tell, known) = watch::channel(first);
        let wanted = Arc::new(Notify::new());
        let task = tokio::spawn(keep_reading(source, tell, Arc::clone(&wanted)));
        Ok(Self {
            known,
            wanted,
            task: task.abort_handle(),
        })
    }

    /// As they were read last.
    pub(super) fn known(&self) -> Known {
        self.known.borrow().clone()
    }

    /// As they are read next, which is now where none is under way; as they are where that was done a moment ago.
    pub(super) async fn next(&self) -> Known {
        let mut readings = self.known.clone();
        let known = readings.borrow_and_update().clone();
        if is_older(known.tried_at, UNKNOWN_KEY_PERIOD) {
            self.wanted.notify_one();
            // The task ends after whoever could ask.
            let _ = readings.changed().await;
        }
        readings.borrow().clone()
    }
}

impl Drop for Readings {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep_reading(source: Source, tell: watch::Sender<Known>, wanted: Arc<Notify>) {
    loop {
        let mut known = tell.borrow().clone();
        let period = if known.read_at == known.tried_at {
            source.period()
        } else {
            UNKNOWN_KEY_PERIOD
        };
        tokio::select! {
            () = tokio::time::sleep(period) => {}
            () = wanted.notified() => {
                // Asked for while the last one was under way: who asked has its answer.
                if !is_older(known.tried_at, UNKNOWN_KEY_PERIOD) {
                    continue;
                }
            }
        }
        // What went wrong is in the log.
        let _ = known.read(&source).await;
        let _ = tell.send_replace(known);
    }
}

impl Known {
    /// Reads the keys; those that were known stay where it fails.
    async fn read(&mut self, source: &Source) -> Result<(), String> {
        let read = source.read().await.and_then(|text| KeySet::parse(&text));
        let now = Instant::now();
        let has_failed = self.tried_at.is_some() && self.read_at != self.tried_at;
        self.tried_at = Some(now);
        match read {
            Ok(keys) => {
                self.keys = Some(Arc::new(keys));
                self.read_at = Some(now);
                Ok(())
            }
            Err(why) => {
                // Once is enough: it is tried again and again.
                if !has_failed {
                    log::warn!("the keys of the identity provider cannot be read: {why}");
                }
                Err(why)
            }
        }
    }
}

pub(super) fn is_older(time: Option<Instant>, age: Duration) -> bool {
    time.is_none_or(|time| time.elapsed() > age)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::KeySource;

    fn set(kid: &str) -> String {
        // The key of RFC 8037, appendix A.2.
        format!(
            r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}]}}"#
        )
    }

    #[tokio::test]
    async fn a_key_that_is_withdrawn_goes_also_while_nobody_asks() {
        let path = std::env::temp_dir().join(format!("daybook-jwks-{}.json", uuid::Uuid::now_v7()));
        std::fs::write(&path, set("old")).unwrap();
        let source = Source::new(&KeySource::File(path.clone())).unwrap();
        let readings = Readings::begin(source).await.unwrap();
        assert!(readings.known().keys.unwrap().has("old"));
        std::fs::write(&path, set("new")).unwrap();
        let mut told = readings.known.clone();
        let has_changed = told.wait_for(|known| known.keys.as_ref().is_some_and(|keys| !keys.has("old")));
        let within = tokio::time::timeout(Duration::from_secs(30), has_changed).await;
        assert!(within.is_ok(), "the file is read without a request");
        std::fs::remove_file(&path).unwrap();
    }
}
