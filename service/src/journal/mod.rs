//! The journal's format: how an event's document is stored, and how events and blocks are chained by hash.
//!
//! Pure functions over bytes, shared by whoever writes the journal, reads it back or verifies it, and by whoever is
//! handed a proof and has no database. `docs/PROOFS.md` tells the same for another program.

mod canonical;
mod chain;
mod disclosure;
mod document;
mod hexadecimal;
mod links;
mod path;
mod proof;

pub use chain::{BlockHeader, GENESIS_HASH, Hash, Leaf, block_hash, hex, leaf_hash, merkle_root};
pub use disclosure::needed_role;
pub use document::{Document, SCHEMA_VERSION, commit, join, split};
pub use hexadecimal::{hash_text, parse_hash};
pub use links::{LinkFault, Links};
pub use path::{merkle_path, root_of_path};
pub use proof::{HashText, PROOF_FORMAT, Proof, ProofFault};
