//! API keys.

use sha2::{Digest, Sha256};

use service::ledger::{Command, CreateKey};
use service::record::{KeyRecord, Role};
use service::value::{Name, Timestamp};

use crate::answer::{Listed, Written};
use crate::body::{Fields, one_of, text};
use crate::call::Call;
use crate::problem::Problem;

/// What every key begins with.
const SECRET_START: &str = "dbk_";
/// Random characters of a key: 62 to the power of 32 is more than 2 to the power of 190.
const SECRET_RANDOM_CHARS: usize = 32;
/// Characters of a key that its record shows.
const PREFIX_CHARS: usize = 10;
/// What the random characters are drawn from: a double click selects the whole key.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

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
    let secret = make_secret()?;
    let command = read_create(write.fields()?, write.credential().role, &secret)?;
    Ok(write.submit(Command::CreateKey(command)).await?.with_secret(secret))
}

/// `DELETE /keys/{id}`
pub(crate) async fn revoke(call: Call) -> Result<Written<()>, Problem> {
    let id = call.id()?;
    let by = call.credential().role;
    let query = call.query()?;
    call.write(query)?.submit(Command::RevokeKey { id, by }).await
}

fn read_create(mut fields: Fields, by: Role, secret: &str) -> Result<CreateKey, Problem> {
    let name = fields.required("name", text(Name::parse));
    let role = fields.required("role", one_of(Role::ALL, Role::as_str));
    let expires_at = fields.optional("expires_at", text(Timestamp::parse));
    // Before the other fields are judged: 403 comes before 422.
    if role.is_some_and(|role| !by.covers(role)) {
        return Err(Problem::forbidden("Only an operator makes operator keys."));
    }
    fields.finish(|| Some(new_key(name?, role?, expires_at, secret)))
}

/// A key with the secret `secret`, of which no more than the hash is kept.
pub(crate) fn new_key(name: Name, role: Role, expires_at: Option<Timestamp>, secret: &str) -> CreateKey {
    CreateKey {
        name,
        role,
        expires_at,
        hash: Sha256::digest(secret.as_bytes()).into(),
        prefix: secret.chars().take(PREFIX_CHARS).collect(),
    }
}

/// Makes a secret.
///
/// # Errors
/// 500 where the system has no randomness.
pub(crate) fn make_secret() -> Result<String, Problem> {
    let mut secret = SECRET_START.to_owned();
    while secret.len() < SECRET_START.len().saturating_add(SECRET_RANDOM_CHARS) {
        let mut random = [0_u8; SECRET_RANDOM_CHARS];
        getrandom::fill(&mut random).map_err(|error| Problem::internal(format!("no randomness: {error}")))?;
        // 64 values fall on 62 characters: the two that have none are drawn again.
        let drawn = random.iter().filter_map(|byte| ALPHABET.get(usize::from(byte >> 2)));
        let missing = SECRET_START
            .len()
            .saturating_add(SECRET_RANDOM_CHARS)
            .saturating_sub(secret.len());
        secret.extend(drawn.take(missing).copied().map(char::from));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_one_shape_and_differ() {
        let (first, second) = (make_secret().unwrap(), make_secret().unwrap());
        for secret in [&first, &second] {
            assert_eq!(secret.len(), 36);
            assert!(secret.starts_with("dbk_"));
            assert!(secret.bytes().skip(4).all(|byte| byte.is_ascii_alphanumeric()));
        }
        assert_ne!(first, second);
    }

    #[test]
    fn the_hash_is_that_of_the_whole_secret() {
        let key = new_key(Name::parse("n").unwrap(), Role::Reader, None, "abc");
        assert_eq!(key.hash[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(key.prefix, "abc");
    }
}
