//! API keys.

use secrecy::SecretString;

use service::access;
use service::ledger::{Command, CreateKey};
use service::record::{KeyRecord, Role};
use service::value::{Name, Timestamp};

use crate::answer::{Listed, Written};
use crate::body::{Fields, one_of, text};
use crate::call::{Call, Query};
use crate::names;
use crate::problem::Problem;

/// `GET /keys`
pub(crate) async fn list(call: Call) -> Result<Listed<KeyRecord>, Problem> {
    let page = call.query(Query::page)?;
    let ledger = call.ledger().await?;
    let role = call.role()?;
    Ok(Listed(call.daybook().list_keys(&ledger, role, &page).await?))
}

/// `POST /keys`
pub(crate) async fn create(call: Call) -> Result<Written<KeyRecord>, Problem> {
    check_asked_role(&call)?;
    let mut write = call.write()?;
    let secret = access::make_secret()?;
    let command = write.body(|fields| read_create(fields, &secret))?;
    let written = write.submit(Command::CreateKey(command)).await?;
    written.with_secret("secret", |_| Ok(secret.clone()))
}

/// Refuses a role that does more than its maker's: as soon as the body can be read, and before all that is wrong with
/// the query, the headers and the rest of the body, since 403 comes before 400 and 422.
fn check_asked_role(call: &Call) -> Result<(), Problem> {
    let asked = call.text_member("role");
    let role = asked.and_then(|name| names::find(name, Role::ALL, Role::as_str).ok());
    let own = call.role()?;
    if role.is_some_and(|role| !own.covers(role)) {
        return Err(Problem::forbidden("Only an operator makes operator keys."));
    }
    Ok(())
}

/// `DELETE /keys/{id}`
pub(crate) async fn revoke(call: Call) -> Result<Written<()>, Problem> {
    let id = call.id()?;
    let by = call.role()?;
    call.write()?.submit(Command::RevokeKey { id, by }).await
}

/// Reads a new key.
pub(crate) fn read_create(fields: &mut Fields, secret: &SecretString) -> Option<CreateKey> {
    let name = fields.required("name", text(Name::parse));
    let role = fields.required("role", one_of(Role::ALL, Role::as_str));
    let expires_at = fields.optional("expires_at", text(Timestamp::parse));
    Some(CreateKey::new(name?, role?, expires_at, secret))
}
