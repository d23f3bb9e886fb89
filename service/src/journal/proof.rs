//! The proof that one event is in the journal: what somebody needs who has no database, and the check of it.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::canonical::canonical;
use super::chain::{Hash, block_hash, hash_leaf};
use super::document::commit;
use super::hexadecimal::{hash_text, parse_hash, parse_hex};
use super::path::root_of_path;
use crate::record::BlockRecord;

/// The format of the proofs that this version writes.
pub const PROOF_FORMAT: &str = "daybook-proof/1";

/// That an event is in a block. Every member is either hashed or held against what is, so that none can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// [`PROOF_FORMAT`].
    pub format: String,
    /// The ledger, as it enters the hash of each block.
    pub ledger: String,
    /// The leaf: its canonical JSON is what is hashed.
    pub event: Map<String, Value>,
    /// The erasable part, the text that was committed to; `None` where it was erased.
    #[serde(deserialize_with = "must_be_there")]
    pub personal: Option<String>,
    /// What it was salted with, in hexadecimal; `None` where it was erased.
    #[serde(deserialize_with = "must_be_there")]
    pub salt: Option<String>,
    /// Hash of the leaf.
    #[serde(with = "hash_text")]
    pub leaf_hash: Hash,
    /// Place of the leaf in its block's tree, from 0.
    pub leaf_index: u64,
    /// Leaves of the tree.
    pub tree_size: u64,
    /// The hashes beside the way from the leaf to the root, the nearest first.
    pub path: Vec<HashText>,
    /// The block.
    pub block: BlockRecord,
}

/// A hash in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HashText(#[serde(with = "hash_text")] pub Hash);

/// Reads a member that may be null, but not absent: there is one document of a proof.
fn must_be_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// Why a document proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// Another format than this program knows.
    #[error("the proof is not of the format {PROOF_FORMAT}")]
    Format,
    /// No UUID in its usual spelling.
    #[error("the ledger is no UUID")]
    Ledger,
    /// The event has what no event of a journal has.
    #[error("the event has no canonical JSON")]
    NotCanonical,
    /// The event is not the one that was hashed.
    #[error("the event does not hash to the leaf hash")]
    Leaf,
    /// The personal part is not the one that was committed to.
    #[error("the personal part and the salt are not those that the event commits to")]
    Commitment,
    /// Event, place and block do not agree.
    #[error("the event is not at this place of this block")]
    Place,
    /// The path leads elsewhere.
    #[error("the path does not lead from the leaf to the root of the block")]
    Path,
    /// The header is not the one that was hashed.
    #[error("the block does not hash to its hash")]
    Block,
}

impl Proof {
    /// Checks that the event is in the block whose hash this gives: whoever trusts that hash can trust the event.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<Hash, ProofFault> {
        if self.format != PROOF_FORMAT {
            return Err(ProofFault::Format);
        }
        let ledger = self.ledger_id()?;
        let leaf = canonical(&Value::Object(self.event.clone())).ok_or(ProofFault::NotCanonical)?;
        require(hash_leaf(leaf.as_bytes()) == self.leaf_hash, ProofFault::Leaf)?;
        require(self.keeps_commitment(), ProofFault::Commitment)?;
        require(self.is_in_place(), ProofFault::Place)?;
        let path: Vec<Hash> = self.path.iter().map(|HashText(hash)| *hash).collect();
        let root = root_of_path(&self.leaf_hash, self.leaf_index, self.tree_size, &path);
        require(root == Some(self.block.root), ProofFault::Path)?;
        let hash = block_hash(&self.block.header(ledger));
        require(hash == self.block.hash, ProofFault::Block)?;
        Ok(hash)
    }

    /// The ledger.
    ///
    /// # Errors
    /// `Ledger` for another spelling than the one that is shown.
    pub fn ledger_id(&self) -> Result<Uuid, ProofFault> {
        let ledger = Uuid::parse_str(&self.ledger).map_err(|_| ProofFault::Ledger)?;
        require(ledger.to_string() == self.ledger, ProofFault::Ledger)?;
        Ok(ledger)
    }

    /// A text of the event; empty where it is none.
    #[must_use]
    pub fn event_text(&self, name: &str) -> &str {
        self.event.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn keeps_commitment(&self) -> bool {
        let Some(commitment) = parse_hash(self.event_text("commitment")) else {
            return false;
        };
        match (&self.personal, &self.salt) {
            (Some(personal), Some(salt)) => parse_hex(salt).is_some_and(|salt| commit(&salt, personal) == commitment),
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether position, index, size and time are those of the block.
    fn is_in_place(&self) -> bool {
        let block = &self.block;
        let distance = |to: i64| {
            to.checked_sub(block.first_position)
                .and_then(|far| u64::try_from(far).ok())
        };
        let position = self.event.get("position").and_then(Value::as_i64);
        let size = distance(block.last_position).and_then(|far| far.checked_add(1));
        position.and_then(distance) == Some(self.leaf_index)
            && size == Some(self.tree_size)
            && self.event_text("recorded_at") == block.recorded_at.to_string()
    }
}

fn require(holds: bool, fault: ProofFault) -> Result<(), ProofFault> {
    if holds { Ok(()) } else { Err(fault) }
}
