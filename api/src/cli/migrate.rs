//! `daybook migrate`

use super::Failure;
use crate::config::MigrateStep;

/// Moves a schema.
pub(super) async fn run(step: MigrateStep) -> Result<(), Failure> {
    let _ = step;
    Err(Failure::failed("not there yet"))
}
