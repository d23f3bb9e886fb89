//! `daybook verify`

use std::time::Duration;

use prometheus::Registry;
use service::verify::{VerifiedLedger, VerifyReport};
use service::{Daybook, Purpose};

use super::{Failure, output};
use crate::config::Settings;
use crate::server::options;

/// The longest that connections may take to close.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(5);

/// Checks every invariant of one ledger or of all, and prints what was counted or what is wrong.
pub(super) async fn run(settings: &Settings, ledger: Option<&str>) -> Result<(), Failure> {
    let options = options(settings, &Registry::new(), Purpose::Read).map_err(Failure::failed)?;
    let daybook = Daybook::open(options).await.map_err(Failure::failed)?;
    let outcome = daybook.verify(ledger).await;
    daybook.shutdown(CLOSE_TIME_MAX).await;
    let report = outcome.map_err(Failure::failed)?;
    if report.is_ok() {
        report.ledgers.iter().for_each(show);
        output::line(&format!("{}  every invariant holds", output::bold("ok")));
        return Ok(());
    }
    for failure in &report.failures {
        output::line(&failure.to_string());
    }
    for ledger in &report.ledgers {
        if let Some(height) = ledger.first_bad_height {
            output::line(&blame(&ledger.name, height));
        }
    }
    Err(Failure::failed(summary(&report)))
}

fn blame(ledger: &str, height: i64) -> String {
    let below = match height.saturating_sub(1) {
        0 => "nothing of the journal can be relied on".to_owned(),
        1 => "block 1 is as it was recorded".to_owned(),
        last => format!("blocks 1 to {last} are as they were recorded"),
    };
    format!("{ledger}: first bad block: {height}; {below}")
}

fn show(ledger: &VerifiedLedger) {
    let counts = ledger.counts;
    let hash: String = ledger.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    output::line(&output::bold(&ledger.name));
    for (kind, count) in [
        ("transactions", counts.transactions),
        ("entries", counts.entries),
        ("accounts", counts.accounts),
        ("users", counts.users),
        ("days", counts.days),
        ("idempotency keys", counts.idempotency_keys),
        ("API keys", counts.api_keys),
        ("own currencies", counts.currencies),
        ("limits", counts.limits),
        ("events", counts.events),
        ("blocks", counts.blocks),
    ] {
        output::line(&format!("  {kind:<16}  {:>16}", output::grouped(count)));
    }
    output::line(&format!("  {:<16}  {hash:>16}", "newest hash"));
}

fn summary(report: &VerifyReport) -> String {
    let listed = u64::try_from(report.failures.len()).unwrap_or(u64::MAX);
    match (report.failure_count, report.failure_count.saturating_sub(listed)) {
        (1, 0) => "1 failure".to_owned(),
        (count, 0) => format!("{count} failures"),
        (count, more) => format!("{count} failures, of which {more} are not listed"),
    }
}
