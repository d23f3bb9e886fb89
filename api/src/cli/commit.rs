//! One command of the ledger, asked for on the command line: an ordinary commit, beside whatever serves the database.

use std::time::{Duration, Instant};

use prometheus::Registry;
use service::ledger::{Command, Precondition, Request};
use service::{Answer, Daybook, Purpose};
use uuid::Uuid;

use super::{Failure, find_ledger};
use crate::config::Settings;
use crate::server::options;

/// The longest that the commit may take, and then that connections may take to close.
const COMMIT_TIME_MAX: Duration = Duration::from_secs(10);

/// Commits `command` in the ledger called `ledger`.
pub(super) async fn commit(settings: &Settings, ledger: &str, command: Command) -> Result<Answer, Failure> {
    let request = Request {
        command,
        precondition: Precondition::Any,
        idempotency: None,
        dry_run: false,
        actor: "cli".to_owned(),
        acting_user: None,
        request_id: Uuid::now_v7().to_string(),
    };
    let options = options(settings, &Registry::new(), Purpose::Write).map_err(Failure::failed)?;
    let daybook = Daybook::open(options).await.map_err(Failure::failed)?;
    let outcome = submit(&daybook, ledger, request).await;
    daybook.shutdown(COMMIT_TIME_MAX).await;
    outcome
}

async fn submit(daybook: &Daybook, ledger: &str, request: Request) -> Result<Answer, Failure> {
    let ledger = find_ledger(daybook, ledger).await?;
    let deadline = Instant::now().checked_add(COMMIT_TIME_MAX).unwrap_or_else(Instant::now);
    daybook
        .submit(&ledger, request, deadline)
        .await
        .map_err(Failure::refused)
}
