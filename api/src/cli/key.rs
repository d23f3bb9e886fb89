//! `daybook key create`

use secrecy::ExposeSecret;
use service::access;
use service::ledger::{Command, CreateKey};
use service::record::Role;
use service::value::Name;

use super::commit::commit;
use super::{Failure, output};
use crate::config::Settings;

/// Makes a key and prints its secret alone, so that a script can take it.
pub(super) async fn create(settings: &Settings, ledger: &str, role: &str, name: &str) -> Result<(), Failure> {
    let role =
        Role::from_name(role).ok_or_else(|| Failure::usage("--role must be reader, writer, admin or operator"))?;
    let name = Name::parse(name).map_err(|error| Failure::usage(format!("--name: {error}")))?;
    let secret = access::make_secret().map_err(Failure::failed)?;
    let command = Command::CreateKey(CreateKey::new(name, role, None, &secret));
    commit(settings, ledger, command).await?;
    output::print(&format!("{}\n", secret.expose_secret()))
        .map_err(|error| Failure::failed(format!("the key was made, and nobody was shown it: {error}")))
}
