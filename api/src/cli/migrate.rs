//! `daybook migrate`

use migration::Action;
use secrecy::ExposeSecret;

use super::{Failure, output};
use crate::config::Settings;

/// Does `action` to the schema, and shows how the migrations stand afterwards.
pub(super) async fn run(settings: &Settings, action: Action) -> Result<(), Failure> {
    let states = migration::run(settings.database_url.expose_secret(), action)
        .await
        .map_err(Failure::failed)?;
    for state in states {
        output::line(&state.to_string());
    }
    Ok(())
}
