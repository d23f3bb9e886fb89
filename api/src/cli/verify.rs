//! `daybook verify`

use super::Failure;
use crate::config::Settings;

/// Checks every invariant.
pub(super) async fn run(settings: &Settings, ledger: Option<&str>) -> Result<(), Failure> {
    let _ = (settings, ledger);
    Err(Failure::failed("not there yet"))
}
