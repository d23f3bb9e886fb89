//! Who may enter, and into which ledger: both are asked for by every request, so both are kept for a few seconds.

mod keys;
mod ledgers;
mod secret;

pub(crate) use keys::KeyCache;
pub(crate) use ledgers::LedgerCache;
pub use secret::{hash_secret, make_ledger_secret, make_secret};
