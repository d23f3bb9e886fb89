//! `daybook token-key`

use std::time::Duration;

use prometheus::Registry;
use service::access::{Rotation, TokenKey};
use service::{Daybook, Purpose};

use super::{Failure, output};
use crate::config::Settings;
use crate::server::options;

/// How long connections may take to close.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(5);

/// Lets a new key sign, beside whatever serves the database; with `revoke` nothing is left of those before it.
pub(super) async fn rotate(settings: &Settings, revoke: bool) -> Result<(), Failure> {
    let rotation = if revoke { Rotation::Revoke } else { Rotation::Now };
    let daybook = open(settings, Purpose::Write).await?;
    let rotated = daybook.rotate_token_keys(rotation).await.map_err(Failure::failed);
    let outcome = match rotated {
        Ok(()) => show_all(&daybook).await,
        failed => failed,
    };
    daybook.shutdown(CLOSE_TIME_MAX).await;
    outcome
}

/// Lists the keys.
pub(super) async fn list(settings: &Settings) -> Result<(), Failure> {
    let daybook = open(settings, Purpose::Read).await?;
    let outcome = show_all(&daybook).await;
    daybook.shutdown(CLOSE_TIME_MAX).await;
    outcome
}

async fn open(settings: &Settings, purpose: Purpose) -> Result<Daybook, Failure> {
    let options = options(settings, &Registry::new(), purpose).map_err(Failure::failed)?;
    Daybook::open(options).await.map_err(Failure::failed)
}

async fn show_all(daybook: &Daybook) -> Result<(), Failure> {
    let keys = daybook.list_token_keys().await.map_err(Failure::failed)?;
    keys.iter().for_each(show);
    Ok(())
}

fn show(key: &TokenKey) {
    let state = match key.retired_at {
        None => "signs".to_owned(),
        Some(retired_at) => format!("retired {retired_at}"),
    };
    output::line(&format!("{}  made {}  {state}", key.kid, key.created_at));
}
