//! The documents of the journal: its newest block, its blocks, its events.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Record;
use crate::journal::{BlockHeader, Hash, hash_text};
use crate::value::Timestamp;

/// The newest block of a ledger: whoever keeps its hash can tell later that nothing before it was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeadRecord {
    /// The ledger, as it enters the hash of each block.
    pub ledger: Uuid,
    /// Height of the block; 0 before the first.
    pub height: i64,
    /// Position of its last event; 0 before the first.
    pub position: i64,
    /// Its hash; that of nothing, 64 zeros, before the first.
    #[serde(with = "hash_text")]
    pub hash: Hash,
    /// When it was recorded; `None` before the first.
    pub recorded_at: Option<Timestamp>,
}

/// A block: the events of one commit, chained to those of the commit before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockRecord {
    /// Counts from 1 without gaps.
    pub height: i64,
    /// Position of its first event.
    pub first_position: i64,
    /// Position of its last event.
    pub last_position: i64,
    /// The time of its events.
    #[serde(deserialize_with = "exact_time")]
    pub recorded_at: Timestamp,
    /// Root of the Merkle tree over its events.
    #[serde(with = "hash_text")]
    pub root: Hash,
    /// Hash of the block before.
    #[serde(with = "hash_text")]
    pub previous_hash: Hash,
    /// Its own hash.
    #[serde(with = "hash_text")]
    pub hash: Hash,
}

impl BlockRecord {
    /// What its hash covers, in the ledger of this UUID.
    #[must_use]
    pub fn header(&self, ledger: Uuid) -> BlockHeader {
        BlockHeader {
            ledger,
            height: self.height,
            first_position: self.first_position,
            last_position: self.last_position,
            recorded_at: self.recorded_at,
            root: self.root,
            previous_hash: self.previous_hash,
        }
    }
}

/// A time in the one spelling that is written: what is proved is a text.
fn exact_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    let time = Timestamp::parse(&text).ok();
    let exact = time.filter(|time| time.to_string() == text);
    exact.ok_or_else(|| serde::de::Error::custom("no time in UTC with microseconds"))
}

/// One event, as far as whoever asks may know it.
#[derive(Clone, Debug, Serialize)]
pub struct EventRecord {
    /// Counts from 1 without gaps.
    pub position: i64,
    /// What happened, such as `transaction.created`.
    pub kind: String,
    /// What it happened to, such as `transactions/ID`; `None` where it is withheld, like whatever else may be `None`.
    pub subject: Option<String>,
    /// The version of the subject that it made.
    pub subject_version: Option<i64>,
    /// The credential that asked for it.
    pub actor: Option<String>,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// The format of the document.
    pub schema_version: i64,
    /// The document right after the change.
    pub data: Option<Record>,
    /// The part of the document that is hashed.
    pub lasting: Option<Box<RawValue>>,
    /// Why, where somebody said so.
    pub reason: Option<String>,
    /// What stands for the rest of the document and the reason in the hash.
    #[serde(with = "hash_text")]
    pub commitment: Hash,
    /// The event's own hash.
    #[serde(with = "hash_text")]
    pub leaf_hash: Hash,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Whether its erasable part was erased.
    pub erased: bool,
    /// Whether whoever asks may not know of what it is about.
    pub withheld: bool,
}

/// Events in their order, and where to go on.
#[derive(Clone, Debug, Serialize)]
pub struct EventsRecord {
    /// The events.
    pub data: Vec<EventRecord>,
    /// Leads to the next page; `None` where there is no more now.
    pub next_cursor: Option<String>,
    /// Position to ask for the events after, now or later.
    pub resume_after: i64,
    /// The newest position, at least.
    #[serde(skip)]
    pub head: i64,
}
