//! The currencies of a ledger: the exponents of those that it has used or made, which never change, so that they are
//! kept; and the list of all that its transactions can be in.

use std::collections::HashMap;
use std::sync::Arc;

use entity::currency::{Column, Entity};
use moka::future::Cache;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::list::{List, read_page};
use super::width::Width;
use super::{Page, PageRequest, Reader};
use crate::LedgerError;
use crate::database::Readers;
use crate::money::{Currency, CurrencyCode};
use crate::record::{CurrencyKind, CurrencyRecord};
use crate::value::{Timestamp, ValueError};

/// Most ledgers whose currencies are kept.
const LEDGERS_MAX: u64 = 1000;

/// The currencies of ledgers, by the ledger's number.
#[derive(Clone, Debug)]
pub(crate) struct CurrencyCache(Cache<i64, Currencies>);

impl CurrencyCache {
    pub(crate) fn new() -> Self {
        Self(Cache::new(LEDGERS_MAX))
    }

    /// Currencies that have at least those of `codes` which the ledger has used or made.
    pub(super) async fn load(
        &self,
        db: &Readers,
        ledger_id: i64,
        codes: impl IntoIterator<Item = &str>,
    ) -> Result<Currencies, LedgerError> {
        let known = self.0.get(&ledger_id).await.unwrap_or_default();
        if codes.into_iter().all(|code| known.stored(code).is_some()) {
            return Ok(known);
        }
        let currencies = Currencies::read(db, ledger_id).await?;
        self.0.insert(ledger_id, currencies.clone()).await;
        Ok(currencies)
    }
}

/// Currencies of one ledger.
#[derive(Clone, Debug, Default)]
pub struct Currencies(Arc<HashMap<CurrencyCode, u8>>);

impl Currencies {
    /// Every currency that the ledger has used or made.
    pub(crate) async fn read(db: &impl ConnectionTrait, ledger_id: i64) -> Result<Self, LedgerError> {
        let rows = Entity::find().filter(Column::LedgerId.eq(ledger_id)).all(db).await?;
        let read = rows.into_iter().filter_map(|row| {
            let code = CurrencyCode::from_stored(&row.code)?;
            Some((code, u8::try_from(row.exponent).ok()?))
        });
        Ok(Self(Arc::new(read.collect())))
    }

    fn stored(&self, code: &str) -> Option<Currency> {
        let code = CurrencyCode::from_stored(code)?;
        self.0.get(&code).map(|exponent| Currency {
            code,
            exponent: *exponent,
        })
    }

    /// Reads a caller's code: of ISO 4217, or of one of these.
    ///
    /// # Errors
    /// `unknown_currency`.
    pub fn parse(&self, code: &str) -> Result<Currency, ValueError> {
        self.stored(code).map_or_else(|| Currency::parse(code), Ok)
    }

    /// The currency called `code`: with the ledger's exponent, or that of ISO 4217 where the ledger has not used it.
    pub(crate) fn find(&self, code: &str) -> Result<Currency, LedgerError> {
        match self.stored(code) {
            Some(currency) => Ok(currency),
            None => Currency::parse(code)
                .map_err(|_| LedgerError::Internal(format!("the database names an unknown currency: {code:?}"))),
        }
    }
}

impl Reader<'_> {
    /// The ledger's currencies, those of `codes` among them.
    pub(crate) async fn currencies(&self, codes: impl IntoIterator<Item = &str>) -> Result<Currencies, LedgerError> {
        self.currency_cache.load(self.db, self.ledger.id, codes).await
    }

    /// A page of the currencies that a transaction can be in: the ledger's own, then those of ISO 4217, each by code.
    pub(crate) async fn list_currencies(&self, request: &PageRequest) -> Result<Page<CurrencyRecord>, LedgerError> {
        read_page(&CurrencyList { reader: *self }, request).await
    }
}

struct CurrencyList<'a> {
    reader: Reader<'a>,
}

impl List for CurrencyList<'_> {
    type Row = CurrencyRecord;
    /// Whether it is one of ISO 4217, and its code.
    type Position = (bool, CurrencyCode);

    fn description(&self) -> String {
        format!("{} currencies", self.reader.ledger.id)
    }

    async fn chunk(
        &self,
        after: Option<&Self::Position>,
        limit: u64,
        _: Width,
    ) -> Result<Vec<CurrencyRecord>, LedgerError> {
        let own = Entity::find()
            .filter(Column::LedgerId.eq(self.reader.ledger.id))
            .filter(Column::Position.is_not_null())
            .all(self.reader.db)
            .await?;
        let own = own.into_iter().filter_map(|row| {
            Some(CurrencyRecord {
                code: CurrencyCode::from_stored(&row.code)?,
                kind: CurrencyKind::Own,
                exponent: u8::try_from(row.exponent).ok()?,
                name: row.name?,
                created_at: Some(Timestamp::from_micros(row.created_at)),
            })
        });
        let iso = Currency::iso_4217().map(|(currency, name)| CurrencyRecord {
            code: currency.code,
            kind: CurrencyKind::Iso,
            exponent: currency.exponent,
            name: name.to_owned(),
            created_at: None,
        });
        let mut rows: Vec<CurrencyRecord> = own.chain(iso).collect();
        rows.retain(|row| after.is_none_or(|after| self.position(row) > *after));
        rows.sort_by_key(|row| self.position(row));
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(rows)
    }

    fn position(&self, row: &CurrencyRecord) -> Self::Position {
        (row.kind == CurrencyKind::Iso, row.code)
    }
}
