//! Closing a batch: its events as they are stored, and the block that chains them to the one before.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::value::RawValue;
use sha2::Sha256;
use uuid::Uuid;

use super::Corrupt;
use crate::journal::{self, BlockHeader, Hash, Leaf, SCHEMA_VERSION};
use crate::ledger::Event;
use crate::value::Timestamp;

/// Bytes of the salt that hides an event's personal part in its commitment.
const SALT_BYTES: usize = 16;

/// The newest block of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tip {
    pub(super) ledger: Uuid,
    pub(super) height: i64,
    pub(super) head: i64,
    pub(super) hash: Hash,
}

/// An event as it is stored.
#[derive(Clone, Debug)]
pub(super) struct SealedEvent {
    pub(super) data: String,
    pub(super) personal: String,
    pub(super) salt: Vec<u8>,
    pub(super) commitment: Hash,
    leaf: Hash,
}

/// A block, and its own hash.
#[derive(Clone, Copy, Debug)]
pub(super) struct SealedBlock {
    pub(super) header: BlockHeader,
    pub(super) hash: Hash,
}

impl SealedBlock {
    /// The ledger's newest block once this one is kept.
    pub(super) fn tip(&self) -> Tip {
        Tip {
            ledger: self.header.ledger,
            height: self.header.height,
            head: self.header.last_position,
            hash: self.hash,
        }
    }
}

/// Splits and hashes the events; the salts are drawn from `seed`, which must be fresh and secret.
pub(super) fn seal_events(
    events: &[Event],
    recorded_at: Timestamp,
    seed: &[u8; 32],
) -> Result<Vec<SealedEvent>, Corrupt> {
    events
        .iter()
        .map(|event| seal_event(event, recorded_at, salt(seed, event.position)?))
        .collect()
}

fn salt(seed: &[u8; 32], position: i64) -> Result<Vec<u8>, Corrupt> {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed).map_err(Corrupt::new)?;
    mac.update(&position.to_be_bytes());
    let mut salt = mac.finalize().into_bytes().to_vec();
    salt.truncate(SALT_BYTES);
    Ok(salt)
}

fn seal_event(event: &Event, recorded_at: Timestamp, salt: Vec<u8>) -> Result<SealedEvent, Corrupt> {
    let document = journal::split(&event.record, event.reason.as_deref()).map_err(Corrupt::new)?;
    let commitment = journal::commit(&salt, &document.personal);
    let data = RawValue::from_string(document.data).map_err(Corrupt::new)?;
    let leaf = journal::leaf_hash(&Leaf {
        actor: &event.actor,
        commitment: &commitment,
        data: &data,
        kind: event.kind,
        position: event.position,
        recorded_at,
        request_id: &event.request_id,
        schema_version: SCHEMA_VERSION,
        subject: &event.subject,
        subject_version: event.subject_version,
    })
    .map_err(Corrupt::new)?;
    let data = Box::<str>::from(data).into_string();
    Ok(SealedEvent {
        data,
        personal: document.personal,
        salt,
        commitment,
        leaf,
    })
}

/// The block of `events`, on top of `tip`.
pub(super) fn seal_block(tip: &Tip, events: &[SealedEvent], recorded_at: Timestamp) -> SealedBlock {
    let leaves: Vec<Hash> = events.iter().map(|event| event.leaf).collect();
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let header = BlockHeader {
        ledger: tip.ledger,
        height: tip.height.saturating_add(1),
        first_position: tip.head.saturating_add(1),
        last_position: tip.head.saturating_add(count),
        recorded_at,
        root: journal::merkle_root(&leaves),
        previous_hash: tip.hash,
    };
    SealedBlock {
        header,
        hash: journal::block_hash(&header),
    }
}
