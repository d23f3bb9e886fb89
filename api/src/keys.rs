//! API keys.

use secrecy::{ExposeSecret, SecretString};

use service::access;
use service::ledger::{Command, CreateKey};
use service::record::{KeyRecord, Role};
use service::value::{Name, Timestamp};

use crate::answer::{Listed, Written};
use crate::body::{Fields, one_of, text};
use crate::call::Call;
use crate::problem::Problem;

/// `GET /keys`
pub(crate) async fn list(call: Call) -> Result<Listed<KeyRecord>, Problem> {
    let mut query = call.query()?;
    let page = query.page()?;
    query.finish()?;
    let ledger = call.ledger().await?;
    let role = call.credential().role;
    Ok(Listed(call.daybook().list_keys(&ledger, role, &page).await?))
}

/// `POST /keys`
pub(crate) async fn create(call: Call) -> Result<Written<KeyRecord>, Problem> {
    let query = call.query()?;
    let mut write = call.write(query)?;
    let secret = access::make_secret()?;
    let command = read_create(write.fields()?, write.credential().role, &secret)?;
    let written = write.submit(Command::CreateKey(command)).await?;
    Ok(written.with_secret(secret.expose_secret().to_owned()))
}

/// `DELETE /keys/{id}`
pub(crate) async fn revoke(call: Call) -> Result<Written<()>, Problem> {
    let id = call.id()?;
    let by = call.credential().role;
    let query = call.query()?;
    call.write(query)?.submit(Command::RevokeKey { id, by }).await
}

fn read_create(mut fields: Fields, by: Role, secret: &SecretString) -> Result<CreateKey, Problem> {
    let name = fields.required("name", text(Name::parse));
    let role = fields.required("role", one_of(Role::ALL, Role::as_str));
    let expires_at = fields.optional("expires_at", text(Timestamp::parse));
    // Before the other fields are judged: 403 comes before 422.
    if role.is_some_and(|role| !by.covers(role)) {
        return Err(Problem::forbidden("Only an operator makes operator keys."));
    }
    fields.finish(|| Some(CreateKey::new(name?, role?, expires_at, secret)))
}
