//! A ledger as whoever calls it has it: found, and with the secret that tells its requests apart.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// One ledger, as its name or a key led to it.
pub struct Ledger {
    /// Its number in the database.
    pub id: i64,
    /// Its name.
    pub name: String,
    pub(crate) secret: [u8; 32],
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
    /// What tells one request from another with the same idempotency key: an HMAC under a secret of the ledger over
    /// `canonical`, the request's method, path, query without `dry_run`, and body as canonical JSON.
    #[must_use]
    pub fn fingerprint(&self, canonical: &[u8]) -> [u8; 32] {
        // A block of HMAC-SHA256 is longer than the secret, which zeros fill up (RFC 2104, section 2).
        let mut block = [0; 64];
        block.iter_mut().zip(self.secret).for_each(|(to, from)| *to = from);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(canonical);
        mac.finalize().into_bytes().into()
    }
}
