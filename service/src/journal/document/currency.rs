//! A currency's document, all of which lasts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::money::CurrencyCode;
use crate::record::{CurrencyKind, CurrencyRecord};
use crate::value::Timestamp;

/// The lasting part of a currency of the ledger's own.
#[derive(Serialize, Deserialize)]
pub(super) struct CurrencyDocument<'a> {
    code: CurrencyCode,
    created_at: Option<Timestamp>,
    exponent: u8,
    kind: CurrencyKind,
    name: Cow<'a, str>,
}

impl<'a> CurrencyDocument<'a> {
    pub(super) fn of(record: &'a CurrencyRecord) -> Self {
        Self {
            code: record.code,
            created_at: record.created_at,
            exponent: record.exponent,
            kind: record.kind,
            name: Cow::Borrowed(&record.name),
        }
    }

    pub(super) fn into_record(self) -> CurrencyRecord {
        CurrencyRecord {
            code: self.code,
            kind: self.kind,
            exponent: self.exponent,
            name: self.name.into_owned(),
            created_at: self.created_at,
        }
    }
}
