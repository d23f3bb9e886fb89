//! The hash chain: leaves and trees by RFC 6962, canonical JSON by RFC 8785, SHA-256 throughout.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::value::Timestamp;

/// A SHA-256.
pub type Hash = [u8; 32];

/// What stands for the block before the first.
pub const GENESIS_HASH: Hash = [0; 32];

const LEAF_PREFIX: u8 = 0x00;
const NODE_PREFIX: u8 = 0x01;
const BLOCK_PREFIX: u8 = 0x02;

/// Everything of an event that its hash covers: every column, the personal part by its commitment.
///
/// The members stand in the order of RFC 8785, and their values have one spelling each (text, and integers below
/// 2^53), so that plain serialisation is canonical.
#[derive(Clone, Debug, Serialize)]
pub struct Leaf<'a> {
    /// Who asked for the change.
    pub actor: &'a str,
    /// SHA-256(salt ‖ personal), in lower-case hexadecimal.
    #[serde(serialize_with = "hexadecimal")]
    pub commitment: &'a Hash,
    /// The document's lasting part, as canonical JSON.
    pub data: &'a RawValue,
    /// What happened.
    pub kind: &'a str,
    /// The event's number in its ledger.
    pub position: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The request that asked for the change.
    pub request_id: &'a str,
    /// The format of the document.
    pub schema_version: i64,
    /// What it happened to.
    pub subject: &'a str,
    /// The version that the change made.
    pub subject_version: i64,
}

fn hexadecimal<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex(hash))
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)])
        .collect()
}

/// The hash of an event.
///
/// # Errors
/// Where the leaf cannot be written as JSON.
pub fn leaf_hash(leaf: &Leaf<'_>) -> Result<Hash, serde_json::Error> {
    Ok(hash_leaf(&serde_json::to_vec(leaf)?))
}

/// The hash of an event whose leaf is written as canonical JSON.
pub(super) fn hash_leaf(canonical: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([LEAF_PREFIX])
        .chain_update(canonical)
        .finalize()
        .into()
}

/// The hash of two trees that stand side by side.
pub(super) fn hash_node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([NODE_PREFIX])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// The root of the Merkle tree over `leaves`, in order; of none, the hash of nothing.
#[must_use]
pub fn merkle_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(left_size(leaves.len()));
            hash_node(&merkle_root(left), &merkle_root(right))
        }
    }
}

/// The largest power of two that is smaller than `size`.
pub(super) fn left_size(size: usize) -> usize {
    size.div_ceil(2).next_power_of_two()
}

/// What a block's hash covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockHeader {
    /// The ledger.
    pub ledger: Uuid,
    /// Counts from 1 without gaps.
    pub height: i64,
    /// Position of its first event.
    pub first_position: i64,
    /// Position of its last event.
    pub last_position: i64,
    /// The time of its events.
    pub recorded_at: Timestamp,
    /// Root of the Merkle tree over its events.
    pub root: Hash,
    /// Hash of the block before, [`GENESIS_HASH`] for the first.
    pub previous_hash: Hash,
}

/// The hash of a block; integers are 8 bytes, big-endian.
#[must_use]
pub fn block_hash(header: &BlockHeader) -> Hash {
    Sha256::new()
        .chain_update([BLOCK_PREFIX])
        .chain_update(header.ledger.as_bytes())
        .chain_update(header.height.to_be_bytes())
        .chain_update(header.first_position.to_be_bytes())
        .chain_update(header.last_position.to_be_bytes())
        .chain_update(header.recorded_at.micros().to_be_bytes())
        .chain_update(header.root)
        .chain_update(header.previous_hash)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves and roots that the authors of RFC 6962 publish with their implementation.
    #[test]
    fn roots_are_those_of_the_published_test_vectors() {
        let inputs: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
            ],
        ];
        let leaves: Vec<Hash> = inputs
            .iter()
            .map(|input| {
                Sha256::new()
                    .chain_update([LEAF_PREFIX])
                    .chain_update(input)
                    .finalize()
                    .into()
            })
            .collect();
        let root = |count: usize| hex(&merkle_root(&leaves[..count]));
        assert_eq!(
            root(0),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            root(1),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            root(2),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
        assert_eq!(
            root(3),
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
        );
        assert_eq!(
            root(8),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    #[test]
    fn a_leaf_is_canonical_json() {
        let data = serde_json::value::RawValue::from_string(r#"{"amount":"1.00","id":"x"}"#.to_owned()).unwrap();
        let leaf = Leaf {
            actor: "key:\u{1}\"é€😀",
            commitment: &[7; 32],
            data: &data,
            kind: "transaction.created",
            position: 9_007_199_254_740_991,
            recorded_at: Timestamp::from_micros(1),
            request_id: "r\\/",
            schema_version: 1,
            subject: "transactions/x",
            subject_version: 1,
        };
        let plain = serde_json::to_string(&leaf).unwrap();
        let value: serde_json::Value = serde_json::from_str(&plain).unwrap();
        assert_eq!(plain, serde_json_canonicalizer::to_string(&value).unwrap());
    }

    #[test]
    fn every_member_of_a_block_changes_its_hash() {
        let header = BlockHeader {
            ledger: Uuid::from_u128(1),
            height: 2,
            first_position: 3,
            last_position: 4,
            recorded_at: Timestamp::from_micros(5),
            root: [6; 32],
            previous_hash: GENESIS_HASH,
        };
        let changed = [
            BlockHeader {
                ledger: Uuid::from_u128(2),
                ..header
            },
            BlockHeader { height: 3, ..header },
            BlockHeader {
                first_position: 4,
                ..header
            },
            BlockHeader {
                last_position: 5,
                ..header
            },
            BlockHeader {
                recorded_at: Timestamp::from_micros(6),
                ..header
            },
            BlockHeader {
                root: [7; 32],
                ..header
            },
            BlockHeader {
                previous_hash: [1; 32],
                ..header
            },
        ];
        for other in changed {
            assert_ne!(block_hash(&header), block_hash(&other));
        }
    }
}
