//! The exponents that a ledger has stored for its currencies. They never change, so they are kept.

use std::collections::HashMap;
use std::sync::Arc;

use entity::currency;
use moka::future::Cache;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::LedgerError;
use crate::database::Readers;
use crate::money::{Currency, CurrencyCode};

/// Most ledgers whose currencies are kept.
const LEDGERS_MAX: u64 = 1000;

/// The currencies of ledgers, by the ledger's number.
#[derive(Clone, Debug)]
pub(crate) struct CurrencyCache(Cache<i64, Currencies>);

impl CurrencyCache {
    pub(crate) fn new() -> Self {
        Self(Cache::new(LEDGERS_MAX))
    }

    /// Currencies that have at least those of `codes` which the ledger has used.
    pub(super) async fn load(
        &self,
        db: &Readers,
        ledger_id: i64,
        codes: impl IntoIterator<Item = &str>,
    ) -> Result<Currencies, LedgerError> {
        let known = self.0.get(&ledger_id).await.unwrap_or_default();
        if codes.into_iter().all(|code| known.has(code)) {
            return Ok(known);
        }
        let currencies = Currencies::read(db, ledger_id).await?;
        self.0.insert(ledger_id, currencies.clone()).await;
        Ok(currencies)
    }
}

/// Currencies of one ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Currencies(Arc<HashMap<CurrencyCode, u8>>);

impl Currencies {
    /// Every currency that the ledger has used.
    pub(crate) async fn read(db: &impl ConnectionTrait, ledger_id: i64) -> Result<Self, LedgerError> {
        let rows = currency::Entity::find()
            .filter(currency::Column::LedgerId.eq(ledger_id))
            .all(db)
            .await?;
        let read = rows.into_iter().filter_map(|row| {
            let code = CurrencyCode::from_stored(&row.code)?;
            Some((code, u8::try_from(row.exponent).ok()?))
        });
        Ok(Self(Arc::new(read.collect())))
    }

    fn has(&self, code: &str) -> bool {
        CurrencyCode::from_stored(code).is_some_and(|code| self.0.contains_key(&code))
    }

    /// The currency called `code`: with the ledger's exponent, or that of ISO 4217 where the ledger has not used it.
    pub(crate) fn find(&self, code: &str) -> Result<Currency, LedgerError> {
        let stored = CurrencyCode::from_stored(code).and_then(|code| {
            self.0.get(&code).map(|exponent| Currency {
                code,
                exponent: *exponent,
            })
        });
        match stored {
            Some(currency) => Ok(currency),
            None => Currency::parse(code)
                .map_err(|_| LedgerError::Internal(format!("the database names an unknown currency: {code:?}"))),
        }
    }
}
