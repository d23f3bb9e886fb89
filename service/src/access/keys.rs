//! Who bears a secret.
//!
//! A key that was found is kept for a few seconds, which bounds how long a revocation takes to reach the other
//! instances. On the instance that revokes, [`KeyCache::forget`] ends every key that was read before it, those that are
//! being read at that moment included.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entity::{api_key, ledger};
use moka::future::Cache;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::secret::hash_secret;
use crate::database::Readers;
use crate::record::Role;
use crate::value::Timestamp;
use crate::{Bearer, Credential, LedgerError, clock};

/// Most keys that are kept.
const KEYS_MAX: u64 = 10_000;
/// Most secrets that are looked for at a time: whoever makes keys up takes no more of the database than this.
const SEARCHES_MAX: usize = 4;
/// How long a key is kept. The contract allows 5 s for a revocation to reach every instance; reading it takes the rest.
const KEY_KEPT_FOR: Duration = Duration::from_secs(3);

type Hash = [u8; 32];

/// A key that was found, valid but for its expiry.
#[derive(Clone, Debug)]
struct Found {
    credential: Credential,
    expires_at: Option<Timestamp>,
    /// How many revocations this instance had made when the key began to be read.
    revocations: u64,
}

/// Why there is no [`Found`]; neither reason is kept.
#[derive(Debug)]
enum NotFound {
    Unknown,
    Failed(LedgerError),
}

/// The keys that were asked for, by the hashes of their secrets.
#[derive(Clone, Debug)]
pub(crate) struct KeyCache {
    found: Cache<Hash, Arc<Found>>,
    /// Turns to look for a secret.
    searches: Arc<Semaphore>,
    revocations: Arc<AtomicU64>,
}

impl KeyCache {
    pub(crate) fn new() -> Self {
        Self {
            found: Cache::builder()
                .max_capacity(KEYS_MAX)
                .time_to_live(KEY_KEPT_FOR)
                .build(),
            searches: Arc::new(Semaphore::new(SEARCHES_MAX)),
            revocations: Arc::default(),
        }
    }

    /// Whoever bears `secret`; `None` for an unknown, expired or revoked key.
    pub(crate) async fn authenticate(&self, db: &Readers, secret: &str) -> Result<Option<Credential>, LedgerError> {
        let hash = hash_secret(secret);
        let revocations = self.revocations.load(Ordering::SeqCst);
        let mut found = self.find(db, hash, revocations).await;
        if matches!(&found, Ok(found) if found.revocations < revocations) {
            self.found.invalidate(&hash).await;
            found = Box::pin(self.read(db, hash, revocations)).await.map_err(Arc::new);
        }
        match found {
            Ok(found) if found.expires_at.is_some_and(|expires_at| expires_at <= clock::now()) => Ok(None),
            Ok(found) => Ok(Some(found.credential.clone())),
            Err(error) => match &*error {
                NotFound::Unknown => Ok(None),
                NotFound::Failed(error) => Err(error.clone()),
            },
        }
    }

    /// Forgets every key: one of them was revoked by this instance.
    pub(crate) fn forget(&self) {
        self.revocations.fetch_add(1, Ordering::SeqCst);
    }

    /// One reading serves all who wait for the same key.
    async fn find(&self, db: &Readers, hash: Hash, revocations: u64) -> Result<Arc<Found>, Arc<NotFound>> {
        // Most requests end here.
        if let Some(found) = self.found.get(&hash).await {
            return Ok(found);
        }
        // On the heap: it is large, and every request would carry it about.
        Box::pin(self.found.try_get_with(hash, self.read(db, hash, revocations))).await
    }

    async fn read(&self, db: &Readers, hash: Hash, revocations: u64) -> Result<Arc<Found>, NotFound> {
        // It is never closed.
        let _turn = self.searches.acquire().await;
        read(db, hash, revocations).await.map(Arc::new)
    }
}

async fn read(db: &Readers, hash: Hash, revocations: u64) -> Result<Found, NotFound> {
    let failed = |error: sea_orm::DbErr| NotFound::Failed(error.into());
    let key = api_key::Entity::find()
        .filter(api_key::Column::Hash.eq(hash.to_vec()))
        .one(db)
        .await
        .map_err(failed)?
        .filter(|key| bool::from(key.hash.as_slice().ct_eq(&hash)) && key.revoked_at.is_none())
        .ok_or(NotFound::Unknown)?;
    let role = Role::from_name(&key.role).ok_or_else(|| {
        NotFound::Failed(LedgerError::Internal(format!(
            "key {} has no role that is known",
            key.id
        )))
    })?;
    let ledger = if role == Role::Operator {
        None
    } else {
        let ledger = ledger::Entity::find_by_id(key.ledger_id)
            .one(db)
            .await
            .map_err(failed)?;
        Some(ledger.ok_or(NotFound::Unknown)?.name)
    };
    Ok(Found {
        credential: Credential {
            bearer: Bearer::Key { id: key.id, role },
            ledger,
        },
        expires_at: key.expires_at.map(Timestamp::from_micros),
        revocations,
    })
}
