//! Whoever mends the chain after a change is found out as well: `daybook verify` names the first block that is wrong.

use std::ops::RangeInclusive;

use entity::{block, event};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, Set};
use serde_json::value::RawValue;
use service::journal::{BlockHeader, Hash, Leaf, block_hash, leaf_hash, merkle_root};
use service::value::Timestamp;
use service::verify::Invariant;
use tests::Engine;
use uuid::Uuid;

use super::on_both_engines;
use super::played::Played;
use super::service_under_test::Service;
use super::tampering::{filled, unguard};

/// The chain, to be mended by hand.
struct Chain {
    db: DatabaseConnection,
    ledger: Uuid,
}

impl Chain {
    async fn of(service: &Service) -> Self {
        let db = sea_orm::Database::connect(service.database.url()).await;
        let db = db.expect("the database is there");
        let ledger = entity::ledger::Entity::find()
            .one(&db)
            .await
            .expect("the ledgers are read");
        Self {
            ledger: ledger.expect("there is a ledger").uuid,
            db,
        }
    }

    async fn blocks(&self) -> Vec<block::Model> {
        let blocks = block::Entity::find().order_by_asc(block::Column::Height).all(&self.db);
        blocks.await.expect("the blocks are read")
    }

    /// Makes every block from one height to another follow from its events and from the block before, as if it had
    /// always been so.
    async fn mend(&self, heights: RangeInclusive<i64>) {
        for height in heights {
            let blocks = self.blocks().await;
            let before = blocks
                .iter()
                .find(|block| block.height == height - 1)
                .expect("a block before");
            let own = blocks
                .iter()
                .find(|block| block.height == height)
                .expect("the block")
                .clone();
            let header = BlockHeader {
                ledger: self.ledger,
                height,
                first_position: own.first_position,
                last_position: own.last_position,
                recorded_at: Timestamp::from_micros(own.recorded_at),
                root: merkle_root(&self.leaves(&own).await),
                previous_hash: before.hash.clone().try_into().expect("a hash has 32 bytes"),
            };
            let mended = block::ActiveModel {
                ledger_id: Set(own.ledger_id),
                height: Set(height),
                root: Set(header.root.to_vec()),
                previous_hash: Set(header.previous_hash.to_vec()),
                hash: Set(block_hash(&header).to_vec()),
                ..Default::default()
            };
            mended.update(&self.db).await.expect("the block is written");
        }
    }

    async fn leaves(&self, block: &block::Model) -> Vec<Hash> {
        let events = event::Entity::find()
            .filter(event::Column::Position.between(block.first_position, block.last_position))
            .order_by_asc(event::Column::Position)
            .all(&self.db)
            .await;
        let leaf = |event: &event::Model| {
            leaf_hash(&Leaf {
                actor: &event.actor,
                commitment: event.commitment.as_slice().try_into().expect("a commitment is a hash"),
                data: &RawValue::from_string(event.data.clone()).expect("JSON"),
                kind: &event.kind,
                position: event.position,
                recorded_at: Timestamp::from_micros(event.recorded_at),
                request_id: &event.request_id,
                schema_version: event.schema_version,
                subject: &event.subject,
                subject_version: event.subject_version,
            })
        };
        let events = events.expect("the events are read");
        events.iter().map(|event| leaf(event).expect("a leaf")).collect()
    }

    /// Makes the ledger's row that of the newest block.
    async fn mend_tip(&self) {
        let newest = self.blocks().await.pop().expect("there are blocks");
        let ledger = entity::ledger::ActiveModel {
            id: Set(newest.ledger_id),
            head: Set(newest.last_position),
            height: Set(newest.height),
            hash: Set(newest.hash),
            last_recorded_at: Set(newest.recorded_at),
            ..Default::default()
        };
        ledger.update(&self.db).await.expect("the ledger is written");
    }

    /// The first block that is said to be wrong, and what of it.
    async fn first_said(service: &Service) -> String {
        let report = service.daybook.verify(None).await.expect("the database answers");
        let mut of_chain = report
            .failures
            .iter()
            .filter(|failure| failure.invariant == Invariant::Chain);
        let first = of_chain.find(|failure| failure.detail.starts_with("block "));
        first.map(|failure| failure.detail.clone()).unwrap_or_default()
    }
}

/// An event is changed and its block made to follow from it: the next block does not follow from that one.
async fn a_block_that_was_rewritten_breaks_the_next(engine: Engine) {
    let Some(Played { service, .. }) = filled(engine).await else {
        return;
    };
    unguard(&service).await;
    let chain = Chain::of(&service).await;
    let third = chain.blocks().await[2].first_position;
    let deed = format!("UPDATE events SET actor = 'nobody' WHERE position = {third}");
    assert_eq!(service.database.execute(&deed).await, 1);
    chain.mend(3..=3).await;
    assert_eq!(
        Chain::first_said(&service).await,
        "block 4 does not follow from the hash of the block before it"
    );
    service.close().await;
}

/// Two blocks change places, and all from there on are made to follow: what they cover is out of order.
async fn blocks_that_changed_places_are_named_at_the_first(engine: Engine) {
    let Some(Played { service, .. }) = filled(engine).await else {
        return;
    };
    unguard(&service).await;
    let chain = Chain::of(&service).await;
    let last = i64::try_from(chain.blocks().await.len()).expect("a height");
    for (from, to) in [(3, 1000), (4, 3), (1000, 4)] {
        let deed = format!("UPDATE blocks SET height = {to} WHERE height = {from}");
        assert_eq!(service.database.execute(&deed).await, 1);
    }
    chain.mend(3..=last).await;
    chain.mend_tip().await;
    let said = Chain::first_said(&service).await;
    assert_eq!(said, "block 3 does not begin where the block before it ends");
    service.close().await;
}

/// A block is taken out with its events, those after it are counted anew, and all are made to follow.
async fn a_block_that_was_taken_out_is_named_where_it_was(engine: Engine) {
    let Some(Played { service, .. }) = filled(engine).await else {
        return;
    };
    unguard(&service).await;
    let chain = Chain::of(&service).await;
    let blocks = chain.blocks().await;
    let last = i64::try_from(blocks.len()).expect("a height");
    let (first, end) = (blocks[2].first_position, blocks[2].last_position);
    for deed in [
        "DELETE FROM blocks WHERE height = 3".to_owned(),
        format!("DELETE FROM events WHERE position BETWEEN {first} AND {end}"),
    ] {
        assert!(service.database.execute(&deed).await > 0, "{deed}");
    }
    for height in 4..=last {
        let deed = format!("UPDATE blocks SET height = height - 1 WHERE height = {height}");
        assert_eq!(service.database.execute(&deed).await, 1);
    }
    chain.mend(3..=last - 1).await;
    chain.mend_tip().await;
    let said = Chain::first_said(&service).await;
    assert_eq!(said, "block 3 does not begin where the block before it ends");
    service.close().await;
}

/// The newest block is taken off and the ledger's row made to follow: the chain is whole, but what the block did is
/// still there.
async fn a_block_that_was_taken_off_is_missed_by_what_it_did(engine: Engine) {
    let Some(Played { service, .. }) = filled(engine).await else {
        return;
    };
    unguard(&service).await;
    let chain = Chain::of(&service).await;
    let newest = chain.blocks().await.pop().expect("there are blocks");
    for deed in [
        format!("DELETE FROM events WHERE position >= {}", newest.first_position),
        format!("DELETE FROM blocks WHERE height = {}", newest.height),
    ] {
        assert!(service.database.execute(&deed).await > 0, "{deed}");
    }
    chain.mend_tip().await;
    let report = service.daybook.verify(None).await.expect("the database answers");
    let said: Vec<_> = report
        .failures
        .iter()
        .map(|failure| (failure.invariant, &failure.detail))
        .collect();
    assert!(
        matches!(said.as_slice(), [(Invariant::Documents, detail)] if detail.ends_with("is revoked, and no event tells of it")),
        "{said:#?}"
    );
    service.close().await;
}

on_both_engines!(
    a_block_that_was_rewritten_breaks_the_next,
    blocks_that_changed_places_are_named_at_the_first,
    a_block_that_was_taken_out_is_named_where_it_was,
    a_block_that_was_taken_off_is_missed_by_what_it_did,
);
