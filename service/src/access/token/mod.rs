//! Users' tokens: who bears one, and how one is made.
//!
//! A token is signed by a key of this database ([`keyring`]) or by one of the team's identity provider
//! ([`super::provider`]); which one is told by the name of the key. Nothing of a token is ever logged.

mod compact;
mod keyring;
mod sign;
mod store;
mod tender;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::verify;

use super::provider::Provider;
use crate::database::{Database, Readers};
use crate::value::Timestamp;
use crate::{Bearer, Credential, LedgerError};
pub(super) use compact::find_algorithm;
use compact::{Claims, Compact};
use keyring::Keyring;

pub use sign::TokenSigner;
pub use store::{Rotation, TokenKey};
pub(crate) use tender::Tender;

/// Whom our own tokens are of and for.
const OWN_NAME: &str = "daybook";
/// What the names of our own keys begin with.
const OWN_KID_START: &str = "daybook-";
/// The longest that a token works, in seconds.
pub const TOKEN_TIME_MAX_S: u32 = 86_400;
/// The shortest.
pub const TOKEN_TIME_MIN_S: u32 = 60;

/// Why a token was refused; says nothing of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) &'static str);

/// What has the form of a token.
pub(crate) struct MaybeToken<'a>(Result<Compact<'a>, Refused>);

impl<'a> MaybeToken<'a> {
    /// `bearer`, where it is a token; `None` where it is a key.
    pub(crate) fn of(bearer: &'a str) -> Option<Self> {
        Compact::parse(bearer).map(Self)
    }
}

/// What tokens are checked with and made with.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    keyring: Keyring,
    provider: Option<Provider>,
}

impl Tokens {
    pub(crate) fn new(provider: Option<Provider>) -> Self {
        Self {
            keyring: Keyring::new(),
            provider,
        }
    }

    /// Whoever bears the token; `None` where it is refused.
    ///
    /// # Errors
    /// Those of a database, or of an identity provider, that does not answer.
    pub(crate) async fn authenticate(
        &self,
        db: &Readers,
        token: MaybeToken<'_>,
        now: Timestamp,
    ) -> Result<Option<Credential>, LedgerError> {
        let checked = match token.0 {
            Ok(token) => self.check(db, &token, now).await?,
            Err(refused) => Err(refused),
        };
        Ok(match checked {
            Ok(credential) => Some(credential),
            Err(Refused(why)) => {
                log::debug!("a token was refused: {why}");
                None
            }
        })
    }

    async fn check(
        &self,
        db: &Readers,
        token: &Compact<'_>,
        now: Timestamp,
    ) -> Result<Result<Credential, Refused>, LedgerError> {
        if token.kid.starts_with(OWN_KID_START) {
            let key = self.keyring.verifying(db, &token.kid).await?;
            return Ok(key
                .filter(|_| token.algorithm == jsonwebtoken::Algorithm::EdDSA)
                .ok_or(Refused("its key is not known"))
                .and_then(|key| accept(token, &key, (OWN_NAME, OWN_NAME), now)));
        }
        let Some(provider) = &self.provider else {
            return Ok(Err(Refused("its key is not known")));
        };
        let key = provider.verifying(&token.kid, token.algorithm).await?;
        Ok(key
            .ok_or(Refused("its key is not known"))
            .and_then(|key| accept(token, &key, provider.names(), now)))
    }

    /// What signs new tokens.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub(crate) async fn signer(&self, database: &Database) -> Result<TokenSigner, LedgerError> {
        self.keyring.signer(database).await
    }

    /// Ends keys, and makes one where none signs.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub(crate) async fn rotate(&self, database: &Database, rotation: Rotation) -> Result<(), LedgerError> {
        self.keyring.change(database, rotation).await
    }

    /// The keys, oldest first.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub(crate) async fn list_keys(db: &Readers) -> Result<Vec<TokenKey>, LedgerError> {
        Keyring::list(db).await
    }
}

/// Whoever bears the token, where `key` signed it; `names` are those of its issuer and its audience.
fn accept(
    token: &Compact<'_>,
    key: &DecodingKey,
    (issuer, audience): (&str, &str),
    now: Timestamp,
) -> Result<Credential, Refused> {
    if !verify(token.signature, token.message.as_bytes(), key, token.algorithm).unwrap_or(false) {
        return Err(Refused("its signature is wrong"));
    }
    let claims: Claims = token.claims()?;
    claims.check(issuer, audience, sign::seconds(now))?;
    let (id, ledger, scope) = claims.read()?;
    Ok(Credential {
        bearer: Bearer::User { id, scope },
        ledger: Some(ledger),
    })
}
