//! The keys that sign our own tokens, as every instance knows them: what another has changed is seen within seconds.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::DecodingKey;
use moka::future::Cache;
use secrecy::ExposeSecret;

use super::sign::{KEY_BYTES, PrivateKey, TokenSigner};
use super::store::{self, Rotation, Row, TokenKey};
use crate::database::{Database, Readers};
use crate::value::Timestamp;
use crate::{LedgerError, clock};

/// How long keys are kept. A change reaches every instance within 5 s; reading them takes the rest.
const KEYS_KEPT_FOR: Duration = Duration::from_secs(3);
/// Keys that are not known are looked for again no sooner than this: whoever makes names up costs little.
const UNKNOWN_KEY_PERIOD: Duration = Duration::from_millis(250);

/// The keys of one database.
#[derive(Clone, Debug)]
pub(super) struct Keyring(Cache<(), Arc<Keys>>);

/// The keys, as they were read.
#[derive(Debug)]
struct Keys {
    signer: Option<TokenSigner>,
    verifying: HashMap<String, DecodingKey>,
    read_at: Instant,
}

impl Keyring {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(1).time_to_live(KEYS_KEPT_FOR).build())
    }

    /// The key called `kid`, where tokens that it signed may still work.
    pub(super) async fn verifying(&self, db: &Readers, kid: &str) -> Result<Option<DecodingKey>, LedgerError> {
        let mut keys = self.keys(db).await?;
        if !keys.verifying.contains_key(kid) && keys.read_at.elapsed() > UNKNOWN_KEY_PERIOD {
            self.0.invalidate(&()).await;
            keys = self.keys(db).await?;
        }
        Ok(keys.verifying.get(kid).cloned())
    }

    /// What signs; made where nothing does.
    pub(super) async fn signer(&self, database: &Database) -> Result<TokenSigner, LedgerError> {
        if let Some(signer) = &self.keys(&database.read).await?.signer {
            return Ok(signer.clone());
        }
        self.change(database, Rotation::Due).await?;
        let keys = self.keys(&database.read).await?;
        let signer = keys.signer.clone();
        signer.ok_or_else(|| LedgerError::Internal("no key signs tokens".to_owned()))
    }

    /// Ends keys, and makes one where none signs.
    pub(super) async fn change(&self, database: &Database, rotation: Rotation) -> Result<(), LedgerError> {
        let changed = store::change(&database.write, rotation).await;
        self.0.invalidate(&()).await;
        changed
    }

    /// The keys, oldest first.
    pub(super) async fn list(db: &Readers) -> Result<Vec<TokenKey>, LedgerError> {
        let rows = store::read(db).await?;
        let shown = |row: Row| TokenKey {
            kid: row.kid,
            created_at: Timestamp::from_micros(row.created_at),
            retired_at: row.retired_at.map(Timestamp::from_micros),
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// One reading serves all who wait.
    async fn keys(&self, db: &Readers) -> Result<Arc<Keys>, LedgerError> {
        if let Some(keys) = self.0.get(&()).await {
            return Ok(keys);
        }
        let read = Box::pin(self.0.try_get_with((), read(db)));
        read.await.map_err(|error: Arc<LedgerError>| LedgerError::clone(&error))
    }
}

async fn read(db: &Readers) -> Result<Arc<Keys>, LedgerError> {
    let (read_at, now) = (Instant::now(), clock::now());
    let mut keys = Keys {
        signer: None,
        verifying: HashMap::new(),
        read_at,
    };
    for mut row in store::read(db).await? {
        let unreadable = || LedgerError::Internal(format!("the token key {} cannot be read", row.kid));
        // The library takes what has another length for a fault of the program's.
        if row.public_key.len() != KEY_BYTES {
            return Err(unreadable());
        }
        if !row.verifies_at(now) {
            continue;
        }
        let key = DecodingKey::from_ed_der(&row.public_key);
        let kid = row.kid.clone();
        if let Some(private) = row.take_private() {
            let mut bytes = <[u8; KEY_BYTES]>::try_from(private.expose_secret())
                .map_err(|_| LedgerError::Internal(format!("the token key {kid} cannot be read")))?;
            keys.signer = Some(TokenSigner::new(
                kid.clone(),
                &PrivateKey::init_with_mut(|to| to.swap_with_slice(&mut bytes)),
            ));
        }
        keys.verifying.insert(kid, key);
    }
    Ok(Arc::new(keys))
}
