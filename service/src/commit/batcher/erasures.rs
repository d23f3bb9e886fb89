//! Seeing erasures through: step after step, and then what the write-ahead log still shows of them.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Committer;
use crate::LedgerError;
use crate::commit::batch::{STATEMENTS_TIMEOUT, guard};
use crate::commit::erase::empty_log;
use crate::commit::failure::Failure;
use crate::commit::steps::Step;
use crate::database::Fault;

/// How often in a row a step is tried again, when the connection is lost or another session is in the way.
const RETRIES_MAX: u32 = 20;
/// The pause before that.
const PAUSE: Duration = Duration::from_millis(250);

/// How often it is tried to empty the log before an erasure is answered: for 2 s.
const LOG_TRIES_MAX: u32 = 20;

impl Committer {
    /// Sees a user's erasure to its end, in steps of `step_rows` accounts or transactions.
    ///
    /// # Errors
    /// Those of a database that does not answer for a while; `Unavailable` once the committer is shut down. What was
    /// cleared stays cleared.
    pub(crate) async fn erase(&self, ledger_id: i64, user_id: &str, step_rows: usize) -> Result<(), LedgerError> {
        let target = self.target(ledger_id);
        let mut failures = 0_u32;
        loop {
            if self.queues.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
                return Err(LedgerError::Unavailable("shutting down".to_owned()));
            }
            match guard(STATEMENTS_TIMEOUT, target.erase_step(user_id, step_rows)).await {
                Ok(Step::Advanced) => failures = 0,
                Ok(Step::Done) => break,
                Err(failure) if may_pass(&failure) && failures < RETRIES_MAX => {
                    log::warn!("a step of an erasure is tried again: {failure}");
                    failures = failures.saturating_add(1);
                    tokio::time::sleep(PAUSE).await;
                }
                Err(failure) => return Err(failure.to_error()),
            }
        }
        self.log_shows_cleared.store(true, Ordering::Release);
        if !self.forget_log_within(LOG_TRIES_MAX).await? {
            log::warn!("the write-ahead log is in use, and is emptied later");
        }
        Ok(())
    }

    /// Empties the write-ahead log if it may still show what was cleared: a reader can have been in the way, and a server
    /// that was killed before may have left it.
    ///
    /// # Errors
    /// Those of the file; the log is to be emptied later.
    pub(crate) async fn forget_log(&self) -> Result<(), LedgerError> {
        let _ = self.forget_log_within(1).await?;
        Ok(())
    }

    /// The same, tried so often; whether nothing is left to forget.
    async fn forget_log_within(&self, tries_max: u32) -> Result<bool, LedgerError> {
        // Taken before the log is emptied: whoever clears something meanwhile sets it again.
        if !self.log_shows_cleared.swap(false, Ordering::AcqRel) {
            return Ok(true);
        }
        let emptied = empty_log(&self.pool, tries_max).await;
        if !matches!(emptied, Ok(true)) {
            self.log_shows_cleared.store(true, Ordering::Release);
        }
        emptied.map_err(|failure| failure.to_error())
    }
}

/// Whether a step may succeed if it is done again. Unlike a request, nobody waits for it who could ask again: so a lock
/// that was not had in time is waited for once more.
fn may_pass(failure: &Failure) -> bool {
    failure.is_passing() || matches!(failure, Failure::Fault(Fault::Timeout, _))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_waits_for_what_passes_and_for_nothing_else() {
        for (fault, is_waited_for) in [
            (Fault::Connection, true),
            (Fault::Conflict, true),
            (Fault::Timeout, true),
            (Fault::Refused, false),
            (Fault::Overflow, false),
            (Fault::Data, false),
        ] {
            assert_eq!(
                may_pass(&Failure::Fault(fault, String::new())),
                is_waited_for,
                "{fault:?}"
            );
        }
        assert!(!may_pass(&Failure::Unsettled(String::new())));
    }
}
