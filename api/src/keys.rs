//! API keys.

use secrecy::{ExposeSecret, SecretString};

use service::access;
use service::ledger::{Command, CreateKey};
use service::record::{KeyRecord, Role};
use service::value::{Name, Timestamp};

use crate::answer::{Listed, Written};
use crate::body::{Fields, one_of, text};
use crate::call::{Call, Query};
use crate::problem::Problem;

/// `GET /keys`
pub(crate) async fn list(call: Call) -> Result<Listed<KeyRecord>, Problem> {
    let page = call.query(Query::page)?;
    let ledger = call.ledger().await?;
    let role = call.credential().role;
    Ok(Listed(call.daybook().list_keys(&ledger, role, &page).await?))
}

/// `POST /keys`
pub(crate) async fn create(call: Call) -> Result<Written<KeyRecord>, Problem> {
    let by = call.credential().role;
    let mut write = call.write()?;
    let secret = access::make_secret()?;
    let mut role = None;
    let command = write.body(|fields| read_create(fields, &secret, &mut role));
    // Before what is wrong with the body: 403 comes before 422.
    if role.is_some_and(|role| !by.covers(role)) {
        return Err(Problem::forbidden("Only an operator makes operator keys."));
    }
    let written = write.submit(Command::CreateKey(command?)).await?;
    Ok(written.with_secret(secret.expose_secret().to_owned()))
}

/// `DELETE /keys/{id}`
pub(crate) async fn revoke(call: Call) -> Result<Written<()>, Problem> {
    let id = call.id()?;
    let by = call.credential().role;
    call.write()?.submit(Command::RevokeKey { id, by }).await
}

/// Reads a new key; `asked_role` is told its role even where the rest is bad.
pub(crate) fn read_create(
    fields: &mut Fields,
    secret: &SecretString,
    asked_role: &mut Option<Role>,
) -> Option<CreateKey> {
    let name = fields.required("name", text(Name::parse));
    let role = fields.required("role", one_of(Role::ALL, Role::as_str));
    let expires_at = fields.optional("expires_at", text(Timestamp::parse));
    *asked_role = role;
    Some(CreateKey::new(name?, role?, expires_at, secret))
}
