//! A ledger as whoever calls it has it: found, and with the secret that tells its requests apart.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ledger::LedgerRules;
use crate::value::UserId;

/// Shows that figures which a caller hands in are those that the caller was given.
pub(crate) type Seal = [u8; 16];

/// One ledger, as its name or a key led to it.
#[derive(Clone)]
pub struct Ledger {
    /// Its number in the database.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What its callers must do, or may; up to a few seconds old.
    pub rules: LedgerRules,
    pub(crate) secret: [u8; 32],
    /// The one user who sees what is the user's own, and nothing else; `None`: everything is seen.
    pub(crate) seen_by: Option<UserId>,
}

/// All but the secret.
impl fmt::Debug for Ledger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ledger")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Ledger {
    /// The ledger as one user sees it: reads of what is another's end as if it were not there.
    #[must_use]
    pub fn seen_by(&self, user: &UserId) -> Self {
        Self {
            seen_by: Some(user.clone()),
            ..self.clone()
        }
    }

    /// Whether what belongs to `owner` is seen.
    pub(crate) fn shows(&self, owner: &str) -> bool {
        self.seen_by.as_ref().is_none_or(|user| user.as_str() == owner)
    }

    /// What tells one request from another with the same idempotency key: an HMAC under a secret of the ledger over
    /// `canonical`, the request's method, path, query without `dry_run`, and body as canonical JSON.
    #[must_use]
    pub fn fingerprint(&self, canonical: &[u8]) -> [u8; 32] {
        self.mac(canonical).finalize().into_bytes().into()
    }

    /// What shows later that `figures` were handed out by this ledger: half of an HMAC under its secret.
    pub(crate) fn seal(&self, figures: &str) -> Seal {
        let whole = self.sealing(figures).finalize().into_bytes();
        let mut seal = Seal::default();
        seal.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        seal
    }

    /// Whether `seal` is that of `figures`.
    pub(crate) fn is_sealed(&self, figures: &str, seal: &Seal) -> bool {
        self.sealing(figures).verify_truncated_left(seal).is_ok()
    }

    /// No fingerprint is a seal: what a fingerprint is made of begins otherwise.
    fn sealing(&self, figures: &str) -> Hmac<Sha256> {
        let mut mac = self.mac(b"figures ");
        mac.update(figures.as_bytes());
        mac
    }

    fn mac(&self, beginning: &[u8]) -> Hmac<Sha256> {
        // A block of HMAC-SHA256 is longer than the secret, which zeros fill up (RFC 2104, section 2).
        let mut block = [0; 64];
        block.iter_mut().zip(self.secret).for_each(|(to, from)| *to = from);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(beginning);
        mac
    }
}
