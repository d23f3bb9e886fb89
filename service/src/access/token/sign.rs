//! Signing tokens, and the keys that do.

use std::fmt;

use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretString};
use serde::Serialize;
use uuid::Uuid;

use super::{OWN_KID_START, OWN_NAME};
use crate::record::{TokenRecord, TokenScope};
use crate::value::Timestamp;
use crate::{Ledger, LedgerError};

/// Bytes of an Ed25519 key, private or public (RFC 8032).
pub(super) const KEY_BYTES: usize = 32;
/// What stands before the private key in PKCS #8 (RFC 8410, section 7).
const PKCS8_START: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// Bytes of a private key in PKCS #8.
const PKCS8_BYTES: usize = 48;

/// A private key; wiped when it is dropped, and in no `Debug`.
pub(super) type PrivateKey = SecretBox<[u8; KEY_BYTES]>;

/// A pair of keys that was just drawn.
pub(super) struct NewKey {
    pub(super) kid: String,
    pub(super) private: PrivateKey,
    pub(super) public: [u8; KEY_BYTES],
}

impl NewKey {
    /// Draws one.
    ///
    /// # Errors
    /// `Internal` where the system has no randomness.
    pub(super) fn draw() -> Result<Self, LedgerError> {
        let mut private = PrivateKey::default();
        getrandom::fill(private.expose_secret_mut())
            .map_err(|error| LedgerError::Internal(format!("no randomness: {error}")))?;
        let public = SigningKey::from_bytes(private.expose_secret())
            .verifying_key()
            .to_bytes();
        Ok(Self {
            kid: format!("{OWN_KID_START}{}", Uuid::now_v7()),
            private,
            public,
        })
    }
}

/// Signs new tokens.
#[derive(Clone)]
pub struct TokenSigner {
    kid: String,
    key: EncodingKey,
}

/// All but the key.
impl fmt::Debug for TokenSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenSigner")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// What a token of ours says.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    daybook_ledger: &'a str,
    scope: TokenScope,
    iat: u64,
    exp: u64,
    jti: Uuid,
}

impl TokenSigner {
    pub(super) fn new(kid: String, private: &PrivateKey) -> Self {
        let mut pkcs8 = SecretBox::new(Box::new([0_u8; PKCS8_BYTES]));
        let bytes = PKCS8_START.iter().chain(private.expose_secret());
        pkcs8
            .expose_secret_mut()
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = *from);
        Self {
            kid,
            key: EncodingKey::from_ed_der(pkcs8.expose_secret()),
        }
    }

    /// The token that `record` tells of, for `ledger`.
    ///
    /// # Errors
    /// `Internal`.
    pub fn sign(&self, ledger: &Ledger, record: &TokenRecord) -> Result<SecretString, LedgerError> {
        let claims = Claims {
            iss: OWN_NAME,
            aud: OWN_NAME,
            sub: &record.user_id,
            daybook_ledger: &ledger.name,
            scope: record.scope,
            iat: seconds(record.created_at),
            exp: seconds(record.expires_at),
            jti: record.id,
        };
        let header = Header {
            kid: Some(self.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, &claims, &self.key)
            .map(SecretString::from)
            .map_err(|error| LedgerError::Internal(format!("a token cannot be signed: {error}")))
    }
}

/// Whole seconds since the epoch.
pub(super) fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.micros().div_euclid(1_000_000)).unwrap_or_default()
}
