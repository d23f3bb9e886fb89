//! The secrets of API keys: how they are made, and what is kept of them.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::LedgerError;
use crate::ledger::{CreateKey, LedgerSecret};
use crate::record::Role;
use crate::value::{Name, Timestamp};

/// What every key that is made here begins with.
const SECRET_START: &str = "dbk_";
/// Random characters of a key: 62 to the power of 32 is more than 2 to the power of 190.
const SECRET_RANDOM_CHARS: usize = 32;
/// Characters of a key that its record shows.
const PREFIX_CHARS: usize = 10;
/// The same of a key that somebody chose, of at least 20 characters.
const CHOSEN_PREFIX_CHARS: usize = 4;
/// What the random characters are drawn from: a double click selects the whole key.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Makes a secret.
///
/// # Errors
/// `Internal` where the system has no randomness.
pub fn make_secret() -> Result<SecretString, LedgerError> {
    let mut secret = SECRET_START.to_owned();
    let length = SECRET_START.len().saturating_add(SECRET_RANDOM_CHARS);
    while secret.len() < length {
        let mut random = [0_u8; SECRET_RANDOM_CHARS];
        getrandom::fill(&mut random).map_err(|error| LedgerError::Internal(format!("no randomness: {error}")))?;
        // 64 values fall on 62 characters: the two that have none are drawn again.
        let drawn = random.iter().filter_map(|byte| ALPHABET.get(usize::from(byte >> 2)));
        secret.extend(drawn.take(length.saturating_sub(secret.len())).copied().map(char::from));
    }
    Ok(secret.into())
}

/// Draws what the requests of a new ledger are told apart under.
///
/// # Errors
/// `Internal` where the system has no randomness.
pub fn make_ledger_secret() -> Result<LedgerSecret, LedgerError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| LedgerError::Internal(format!("no randomness: {error}")))?;
    Ok(LedgerSecret(secret))
}

/// What is kept of a secret: 190 random bits need no slow hash. Whoever chooses one has to choose it as long.
#[must_use]
pub fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl CreateKey {
    /// A key with the secret `secret`, of which the hash and the first characters are kept.
    #[must_use]
    pub fn new(name: Name, role: Role, expires_at: Option<Timestamp>, secret: &SecretString) -> Self {
        let secret = secret.expose_secret();
        Self {
            name,
            role,
            expires_at,
            hash: hash_secret(secret),
            prefix: shown_of(secret),
        }
    }
}

/// What people tell keys apart by. Of a secret that somebody chose nearly every character counts, so that few are shown.
fn shown_of(secret: &str) -> String {
    let drawn_length = SECRET_START.len().saturating_add(SECRET_RANDOM_CHARS);
    let is_drawn = secret.starts_with(SECRET_START) && secret.len() == drawn_length;
    let count = if is_drawn { PREFIX_CHARS } else { CHOSEN_PREFIX_CHARS };
    secret.chars().take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_one_shape_and_differ() {
        let (first, second) = (make_secret().unwrap(), make_secret().unwrap());
        for secret in [&first, &second].map(ExposeSecret::expose_secret) {
            assert_eq!(secret.len(), 36);
            assert!(secret.starts_with("dbk_"));
            assert!(secret.bytes().skip(4).all(|byte| byte.is_ascii_alphanumeric()));
        }
        assert_ne!(first.expose_secret(), second.expose_secret());
    }

    #[test]
    fn the_hash_is_that_of_the_whole_secret() {
        let key = CreateKey::new(Name::parse("n").unwrap(), Role::Reader, None, &"abc".into());
        assert_eq!(key.hash[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(key.prefix, "abc");
    }

    #[test]
    fn little_is_shown_of_a_secret_that_somebody_chose() {
        let drawn = make_secret().unwrap();
        assert_eq!(shown_of(drawn.expose_secret()), drawn.expose_secret()[..10]);
        assert_eq!(shown_of("correct-horse-battery"), "corr");
        assert_eq!(shown_of("dbk_of-my-own-choosing"), "dbk_");
    }
}
