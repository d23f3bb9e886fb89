//! Proofs that a version of a transaction is in the journal.

use entity::event;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::blocks::hash;
use super::events::{leaf_of, unreadable};
use crate::LedgerError;
use crate::journal::{self, Hash, HashText, PROOF_FORMAT, Proof};
use crate::query::Reader;
use crate::record::BlockRecord;

/// Events whose leaves are read at a time: a block has those of a whole commit.
const LEAVES_PAGE: u64 = 1000;

impl Reader<'_> {
    /// The proof of the event that made a version of a transaction, the newest where `version` is `None`.
    pub(crate) async fn prove_transaction(&self, id: Uuid, version: Option<i64>) -> Result<Proof, LedgerError> {
        let transaction = self.find_transaction_row(id).await?;
        let version = version.unwrap_or_else(|| transaction.version());
        let event = self.find_version_event(&transaction, version).await?;
        // After the event: what is recorded by then is in one of its blocks.
        let ledger = self.find_own_row().await?;
        let position = event.position;
        let block = self.find_block_of(position, ledger.height).await?;
        let block = block.ok_or_else(|| LedgerError::Internal(format!("event {position} is in no block")))?;
        let leaves = self.leaves(&block).await?;
        let index = usize::try_from(position.saturating_sub(block.first_position)).unwrap_or(usize::MAX);
        let leaf_hash = leaves.get(index).copied().unwrap_or_default();
        let proof = Proof {
            format: PROOF_FORMAT.to_owned(),
            ledger: ledger.uuid.to_string(),
            leaf_hash,
            leaf_index: u64::try_from(index).unwrap_or(u64::MAX),
            tree_size: u64::try_from(leaves.len()).unwrap_or(u64::MAX),
            path: journal::merkle_path(&leaves, index).into_iter().map(HashText).collect(),
            salt: event.salt.as_deref().map(journal::hex),
            personal: event.personal.clone(),
            event: leaf_members(&event)?,
            block,
        };
        // What would not verify is no proof: somebody has changed what was recorded.
        match proof.check() {
            Ok(_) => Ok(proof),
            Err(fault) => Err(LedgerError::Internal(format!(
                "event {position} cannot be proved: {fault}"
            ))),
        }
    }

    /// The hashes of the events of a block, in order. Their personal parts are not read.
    async fn leaves(&self, block: &BlockRecord) -> Result<Vec<Hash>, LedgerError> {
        let mut leaves = Vec::new();
        let mut after = block.first_position.saturating_sub(1);
        while after < block.last_position {
            let page = event::Entity::find()
                .select_only()
                .columns([
                    event::Column::LedgerId,
                    event::Column::Position,
                    event::Column::Kind,
                    event::Column::Subject,
                    event::Column::SubjectVersion,
                    event::Column::Actor,
                    event::Column::RequestId,
                    event::Column::SchemaVersion,
                    event::Column::Data,
                    event::Column::Commitment,
                    event::Column::RecordedAt,
                ])
                .column_as(Expr::cust("CAST(NULL AS TEXT)"), event::Column::Personal)
                .column_as(Expr::cust("substr(commitment, 1, 0)"), event::Column::Salt)
                .filter(event::Column::LedgerId.eq(self.ledger.id))
                .filter(event::Column::Position.gt(after))
                .filter(event::Column::Position.lte(block.last_position))
                .order_by_asc(event::Column::Position)
                .limit(LEAVES_PAGE)
                .all(self.db)
                .await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            for event in &page {
                leaves.push(leaf_hash(event)?);
            }
        }
        Ok(leaves)
    }
}

fn leaf_hash(event: &event::Model) -> Result<Hash, LedgerError> {
    let unreadable = |error: serde_json::Error| unreadable(event.position, &error);
    let data = RawValue::from_string(event.data.clone()).map_err(unreadable)?;
    journal::leaf_hash(&leaf_of(event, &data, &hash(&event.commitment)?)).map_err(unreadable)
}

fn leaf_members(event: &event::Model) -> Result<serde_json::Map<String, Value>, LedgerError> {
    let unreadable = |error: serde_json::Error| unreadable(event.position, &error);
    let data = RawValue::from_string(event.data.clone()).map_err(unreadable)?;
    match serde_json::to_value(leaf_of(event, &data, &hash(&event.commitment)?)).map_err(unreadable)? {
        Value::Object(members) => Ok(members),
        _ => Err(LedgerError::Internal("a leaf is no JSON object".to_owned())),
    }
}
