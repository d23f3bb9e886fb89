//! Invariant 4: the chain of blocks over the events.

use entity::{block, event};
use sea_orm::Value;
use serde_json::value::RawValue;

use super::births::Births;
use super::erasures::Fate;
use super::scan::Scan;
use super::{Audit, Invariant, document};
use crate::LedgerError;
use crate::journal::{self, BlockHeader, GENESIS_HASH, Hash, SCHEMA_VERSION};
use crate::query::leaf_of as leaf_of_row;
use crate::value::Timestamp;

/// The end of what was checked so far.
struct Tip {
    height: i64,
    position: i64,
    recorded_at: i64,
    hash: Vec<u8>,
}

/// Checks every event and every block, and gives back what the events tell of the making of resources.
pub(super) async fn check(audit: &mut Audit<'_>) -> Result<Births, LedgerError> {
    let view = audit.view;
    let mut events: Scan<event::Model> = Scan::new(
        "SELECT * FROM events WHERE ledger_id = $1 AND position > $2 ORDER BY position LIMIT 500",
        audit.ledger.id,
        vec![Value::from(0_i64)],
        |event| vec![event.position.into()],
    );
    let mut blocks: Scan<block::Model> = Scan::new(
        "SELECT * FROM blocks WHERE ledger_id = $1 AND height > $2 ORDER BY height LIMIT 500",
        audit.ledger.id,
        vec![Value::from(0_i64)],
        |block| vec![block.height.into()],
    );
    let mut births = Births::default();
    let mut tip = Tip {
        height: 0,
        position: 0,
        recorded_at: 0,
        hash: GENESIS_HASH.to_vec(),
    };
    // Of the events alone: the blocks over them may be wrong.
    let mut position = 0;
    while let Some(block) = blocks.next(view).await? {
        audit.counts.blocks = audit.counts.blocks.saturating_add(1);
        let mut leaves = Vec::new();
        while let Some(event) = events
            .next_if(view, |event| event.position <= block.last_position)
            .await?
        {
            let leaf = check_event(audit, &event, &mut position, Some(&block));
            leaves.extend(leaf.filter(|_| event.position >= block.first_position));
            births.add(audit, &event).await?;
        }
        check_block(audit, &block, &tip, &leaves);
        tip = Tip {
            height: block.height,
            position: block.last_position,
            recorded_at: block.recorded_at,
            hash: block.hash,
        };
    }
    while let Some(event) = events.next(view).await? {
        let _ = check_event(audit, &event, &mut position, None);
        births.add(audit, &event).await?;
    }
    births.flush(audit).await?;
    check_tip(audit, &tip, position);
    Ok(births)
}

/// Checks one event by itself, and gives its leaf where it has one.
fn check_event(
    audit: &mut Audit<'_>,
    event: &event::Model,
    last_position: &mut i64,
    block: Option<&block::Model>,
) -> Option<Hash> {
    audit.counts.events = audit.counts.events.saturating_add(1);
    let (position, expected) = (event.position, last_position.saturating_add(1));
    *last_position = position;
    audit.require_at(expected, position == expected, Invariant::Chain, || {
        missing("events", expected, position.saturating_sub(1))
    });
    match block.filter(|block| position >= block.first_position) {
        Some(block) => audit.require_of_block(block.height, event.recorded_at == block.recorded_at, || {
            format!(
                "event {position} was recorded at another time than its block {}",
                block.height
            )
        }),
        None => audit.fail_at(
            position,
            Invariant::Chain,
            format_args!("event {position} is in no block"),
        ),
    }
    let commitment = Hash::try_from(event.commitment.as_slice()).ok();
    let is_kept = match (&event.salt, &event.personal) {
        (Some(salt), Some(personal)) => commitment == Some(journal::commit(salt, personal)),
        (None, None) => commitment.is_some(),
        _ => false,
    };
    audit.require_at(position, is_kept, Invariant::Chain, || {
        format!("the personal part of event {position} is not the one that was committed to")
    });
    check_fate(audit, event);
    check_document(audit, event);
    let leaf = commitment.and_then(|commitment| leaf_of(event, &commitment));
    audit.require_at(position, leaf.is_some(), Invariant::Chain, || {
        format!("event {position} holds no JSON")
    });
    leaf
}

/// A personal part is gone where an erasure took it, and nowhere else.
fn check_fate(audit: &mut Audit<'_>, event: &event::Model) {
    let is_gone = event.personal.is_none();
    if audit.erasures.are_none() && !is_gone {
        return;
    }
    let record = document::read(event).ok();
    let fate = record.map_or(Fate::Kept, |record| audit.erasures.fate(&record, event.position));
    let position = event.position;
    match fate {
        Fate::Kept => audit.require_at(position, !is_gone, Invariant::Chain, || {
            format!("the personal part of event {position} is gone, and no erasure took it")
        }),
        Fate::Erased => audit.require_at(position, is_gone, Invariant::Chain, || {
            format!("the personal part of event {position} is there, though an erasure took it")
        }),
        Fate::Clearing => {}
    }
}

fn leaf_of(event: &event::Model, commitment: &Hash) -> Option<Hash> {
    let data = RawValue::from_string(event.data.clone()).ok()?;
    journal::leaf_hash(&leaf_of_row(event, &data, commitment)).ok()
}

/// The document must be of the subject, and of the version, that the event names.
fn check_document(audit: &mut Audit<'_>, event: &event::Model) {
    let position = event.position;
    if event.schema_version != SCHEMA_VERSION {
        let version = event.schema_version;
        let detail = format_args!("event {position} has a document of the unknown format {version}");
        return audit.fail_at(position, Invariant::Documents, detail);
    }
    match document::read(event) {
        Ok(record) => {
            let told = (document::subject_of(&record), record.subject_version());
            let is_told = told.0 == event.subject && told.1 == event.subject_version;
            audit.require_at(position, is_told, Invariant::Documents, || {
                let (subject, version) = (&event.subject, event.subject_version);
                format!(
                    "event {position} is of version {version} of {subject}, its document of version {} of {}",
                    told.1, told.0
                )
            });
        }
        Err(detail) => audit.fail_at(position, Invariant::Documents, detail),
    }
}

fn check_block(audit: &mut Audit<'_>, block: &block::Model, tip: &Tip, leaves: &[Hash]) {
    let height = block.height;
    if height != tip.height.saturating_add(1) {
        let (from, to) = (tip.height.saturating_add(1), height.saturating_sub(1));
        audit.require_of_block(from.min(height), false, || missing("blocks", from, to));
    } else {
        audit.require_of_block(height, block.first_position == tip.position.saturating_add(1), || {
            format!("block {height} does not begin where the block before it ends")
        });
        audit.require_of_block(height, block.previous_hash == tip.hash, || {
            format!("block {height} does not follow from the hash of the block before it")
        });
    }
    audit.require_of_block(height, block.recorded_at > tip.recorded_at, || {
        format!("block {height} was recorded before the block below it")
    });
    audit.require_of_block(height, block.root == journal::merkle_root(leaves), || {
        format!(
            "the root of block {height} does not follow from its events {} to {}",
            block.first_position, block.last_position
        )
    });
    let hash = hash_of(audit.ledger.uuid, block);
    audit.require_of_block(height, hash.is_some_and(|hash| block.hash == hash), || {
        format!("the hash of block {height} does not follow from what it covers")
    });
}

/// That those numbered `from` to `to` are not there, or, where that is none, that one came twice or out of its turn.
fn missing(what: &str, from: i64, to: i64) -> String {
    if from <= to {
        format!("{what} {from} to {to} are missing")
    } else {
        format!("{what} are numbered out of turn before {from}")
    }
}

fn hash_of(ledger: uuid::Uuid, block: &block::Model) -> Option<Hash> {
    Some(journal::block_hash(&BlockHeader {
        ledger,
        height: block.height,
        first_position: block.first_position,
        last_position: block.last_position,
        recorded_at: Timestamp::from_micros(block.recorded_at),
        root: block.root.as_slice().try_into().ok()?,
        previous_hash: block.previous_hash.as_slice().try_into().ok()?,
    }))
}

/// The ledger's own row must tell the newest block.
fn check_tip(audit: &mut Audit<'_>, tip: &Tip, position: i64) {
    let ledger = audit.ledger;
    // Where one has more blocks, the first of those; else the newest of both.
    let height = if ledger.height == tip.height {
        tip.height.max(1)
    } else {
        tip.height.min(ledger.height).saturating_add(1)
    };
    audit.require_of_block(height, ledger.height == tip.height, || {
        format!(
            "the ledger's height is {}, its newest block is {}",
            ledger.height, tip.height
        )
    });
    let newest = position.min(ledger.head).saturating_add(1);
    audit.require_at(newest, position == ledger.head, Invariant::Chain, || {
        format!("the ledger's head is {}, its newest event {position}", ledger.head)
    });
    audit.require_of_block(height, tip.position == ledger.head, || {
        format!(
            "the ledger's head is {}, its newest block ends at {}",
            ledger.head, tip.position
        )
    });
    audit.require_of_block(height, ledger.hash == tip.hash, || {
        format!("the ledger's hash is not that of block {}", tip.height)
    });
    audit.require_of_block(height, ledger.last_recorded_at == tip.recorded_at, || {
        format!("the ledger's newest time is not that of block {}", tip.height)
    });
}
