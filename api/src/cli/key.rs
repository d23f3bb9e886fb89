//! `daybook key create`

use std::time::{Duration, Instant};

use prometheus::Registry;
use secrecy::ExposeSecret;
use service::ledger::{Command, CreateKey, Precondition, Request};
use service::record::Role;
use service::value::Name;
use service::{Daybook, Purpose, access};
use uuid::Uuid;

use super::{Failure, find_ledger, output};
use crate::config::Settings;
use crate::server::options;

/// The longest that the commit of a key may take.
const COMMIT_TIME_MAX: Duration = Duration::from_secs(10);

/// Makes a key and prints its secret alone, so that a script can take it.
pub(super) async fn create(settings: &Settings, ledger: &str, role: &str, name: &str) -> Result<(), Failure> {
    let role =
        Role::from_name(role).ok_or_else(|| Failure::usage("--role must be reader, writer, admin or operator"))?;
    let name = Name::parse(name).map_err(|error| Failure::usage(format!("--name: {error}")))?;
    let secret = access::make_secret().map_err(Failure::failed)?;
    let request = Request {
        command: Command::CreateKey(CreateKey::new(name, role, None, &secret)),
        precondition: Precondition::Any,
        idempotency: None,
        dry_run: false,
        actor: "cli".to_owned(),
        request_id: Uuid::now_v7().to_string(),
    };
    let options = options(settings, &Registry::new(), Purpose::Write).map_err(Failure::failed)?;
    let daybook = Daybook::open(options).await.map_err(Failure::failed)?;
    let outcome = commit(&daybook, ledger, request).await;
    daybook.shutdown(COMMIT_TIME_MAX).await;
    outcome?;
    output::print(&format!("{}\n", secret.expose_secret()))
        .map_err(|error| Failure::failed(format!("the key was made, and nobody was shown it: {error}")))
}

async fn commit(daybook: &Daybook, ledger: &str, request: Request) -> Result<(), Failure> {
    let ledger = find_ledger(daybook, ledger).await?;
    let deadline = Instant::now().checked_add(COMMIT_TIME_MAX).unwrap_or_else(Instant::now);
    daybook
        .submit(&ledger, request, deadline)
        .await
        .map_err(Failure::failed)?;
    Ok(())
}
