//! Who may enter, and into which ledger: both are asked for by every request, so both are kept for a few seconds.

mod keys;
mod ledgers;
mod provider;
mod secret;
mod token;

pub(crate) use keys::KeyCache;
pub(crate) use ledgers::LedgerCache;
pub(crate) use provider::Provider;
pub use provider::{IdentityProvider, KeySource};
pub use secret::{hash_secret, make_ledger_secret, make_secret};
pub(crate) use token::{MaybeToken, Tender, Tokens};
pub use token::{Rotation, TOKEN_TIME_MAX_S, TOKEN_TIME_MIN_S, TokenKey, TokenSigner};
