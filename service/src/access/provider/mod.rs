//! Tokens of the team's own identity provider: its keys, which are read from a file or fetched from a URL, again in each
//! period, and when a token names one that is not known.
//!
//! While the provider does not answer, the keys that are known go on for a day. All reading is done by one task, which no
//! caller that goes away can stop half way; it begins none sooner than a few seconds after the one before has ended,
//! whatever tokens name.

mod keys;
mod reader;
mod source;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, DecodingKey};

use crate::LedgerError;
use keys::KeySet;
use reader::{Readings, is_older};
use source::Source;

/// How often keys are fetched.
const URL_PERIOD: Duration = Duration::from_secs(300);
/// How often a file is read, which costs nothing.
const FILE_PERIOD: Duration = Duration::from_secs(5);
/// A key that is not known is looked for no sooner than this after the last look; what failed is tried again.
const UNKNOWN_KEY_PERIOD: Duration = Duration::from_secs(5);
/// How long keys are used that could not be read again.
const STALE_AFTER: Duration = Duration::from_secs(86_400);

/// What is to be known of an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityProvider {
    /// Where its keys are.
    pub keys: KeySource,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// What the `aud` of its tokens must name.
    pub audience: String,
}

/// Where the keys of an identity provider are, as a JWK Set (RFC 7517).
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// In a file.
    File(std::path::PathBuf),
    /// At a URL; see [`KeySource::is_url`].
    Url(String),
}

/// All but the address, which may carry a credential.
impl fmt::Debug for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Url(_) => formatter.debug_tuple("Url").finish_non_exhaustive(),
        }
    }
}

impl KeySource {
    /// Whether keys may be fetched from `text`: over https, or from the machine itself.
    #[must_use]
    pub fn is_url(text: &str) -> bool {
        source::parse_url(text).is_some()
    }
}

/// An identity provider, and what is known of its keys.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    issuer: Arc<str>,
    audience: Arc<str>,
    readings: Arc<Readings>,
}

/// What is known of the keys.
#[derive(Clone, Debug, Default)]
struct Known {
    keys: Option<Arc<KeySet>>,
    /// When they were read.
    read_at: Option<Instant>,
    /// When the last try to do so ended.
    tried_at: Option<Instant>,
}

impl Provider {
    /// The provider, with its keys where they can be read: a file must be there, a server may come later.
    ///
    /// # Errors
    /// One line for an operator.
    pub(crate) async fn open(provider: &IdentityProvider) -> Result<Self, String> {
        let source = Source::new(&provider.keys)?;
        Ok(Self {
            issuer: provider.issuer.as_str().into(),
            audience: provider.audience.as_str().into(),
            readings: Arc::new(Readings::begin(source).await?),
        })
    }

    /// The issuer and the audience of its tokens.
    pub(crate) fn names(&self) -> (&str, &str) {
        (&self.issuer, &self.audience)
    }

    /// The key called `kid`, where it is one for `algorithm`. Whoever names one that is not known waits until it was
    /// looked for, where that was not done a moment ago.
    ///
    /// # Errors
    /// `Unavailable`, where the keys are not known.
    pub(crate) async fn verifying(&self, kid: &str, algorithm: Algorithm) -> Result<Option<DecodingKey>, LedgerError> {
        let mut known = self.readings.known();
        let has_key = known.keys.as_ref().is_some_and(|keys| keys.has(kid));
        if !has_key && is_older(known.tried_at, UNKNOWN_KEY_PERIOD) {
            known = self.readings.next().await;
        }
        match known.keys {
            Some(keys) if !is_older(known.read_at, STALE_AFTER) => Ok(keys.find(kid, algorithm)),
            _ => Err(LedgerError::Unavailable(
                "the keys of the identity provider cannot be read".to_owned(),
            )),
        }
    }
}
