//! The journal's format: how an event's document is stored, and how events and blocks are chained by hash.
//!
//! Pure functions over bytes, shared by whoever writes the journal, reads it back or verifies it.

mod chain;
mod document;

pub use chain::{BlockHeader, GENESIS_HASH, Hash, Leaf, block_hash, hex, leaf_hash, merkle_root};
pub use document::{Document, SCHEMA_VERSION, commit, join, split};
