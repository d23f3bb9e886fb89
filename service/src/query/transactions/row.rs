//! A transaction as it is read for an answer: the columns that its document is made of, each decoded once.
//!
//! A page has hundreds of values. To find each by its name, or through the layer that knows neither database, costs as
//! much as the rest of the page.

use sea_orm::{DbErr, QueryResult, RuntimeErr};
use sqlx::{ColumnIndex, Decode, Row, Type};
use uuid::Uuid;

use crate::LedgerError;
use crate::ledger::{Hold, LEDGER_OWNER, owner_id};
use crate::money::{Currency, CurrencyCode};
use crate::query::rows::{metadata, named};
use crate::query::width::{NO_METADATA, NO_TEXT, Width};
use crate::record::{TransactionKind, TransactionRecord, TransactionRelation, TransactionStatus};
use crate::value::Timestamp;

/// A row of `transactions`.
#[derive(Clone, Debug)]
pub(in crate::query) struct TransactionRow {
    /// The document, but that its amounts have to be written in its currency.
    pub(super) document: TransactionRecord,
    /// In minor units.
    pub(super) amount: i64,
    /// Likewise.
    refunded: Option<i64>,
    hold: Option<Hold>,
    /// Position of the transaction's first event.
    pub(in crate::query) first_position: i64,
    /// What searches look in.
    pub(super) search_text: Option<String>,
}

impl TransactionRow {
    pub(in crate::query) fn id(&self) -> Uuid {
        self.document.id
    }

    /// The users whose money it moves; of what moves between system accounts alone, the ledger itself.
    pub(super) fn parties(&self) -> [&str; 3] {
        let document = &self.document;
        [
            &document.user_id,
            &document.source_user_id,
            &document.destination_user_id,
        ]
        .map(|id| id.as_deref().unwrap_or(LEDGER_OWNER))
    }

    /// The version that stands.
    pub(in crate::query) fn version(&self) -> i64 {
        self.document.version
    }

    /// When the first version was recorded.
    pub(in crate::query) fn created_at(&self) -> Timestamp {
        self.document.created_at
    }

    pub(super) fn into_record(self, currency: Currency) -> TransactionRecord {
        let show = |minor: i64| currency.format(i128::from(minor));
        TransactionRecord {
            amount: show(self.amount),
            refunded_amount: self.refunded.map(show),
            captured_amount: self.hold.map(|hold| show(hold.captured)),
            remaining_amount: self.hold.map(|hold| show(hold.held(self.document.status, self.amount))),
            expires_at: self.hold.map(|hold| hold.expires_at),
            ..self.document
        }
    }

    /// A row of a `SELECT` of [`columns`].
    pub(super) fn decode(row: &QueryResult) -> Result<Self, LedgerError> {
        match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
            (Some(row), _) => decode(row),
            (None, Some(row)) => decode(row),
            (None, None) => Err(LedgerError::Internal("a row is of neither database".to_owned())),
        }
    }
}

/// What a `SELECT` names, in the order in which it is decoded. The text that is searched is in a narrow row too: it is
/// made of short ones.
pub(super) fn columns(width: Width) -> String {
    let (description, metadata) = match width {
        Width::Whole => ("description", "metadata"),
        Width::Narrow => (NO_TEXT, NO_METADATA),
    };
    format!(
        "id, kind, status, source_account_id, source_owner, destination_account_id, destination_owner, amount, \
         currency, transaction_date, {description} AS description, category, reference, {metadata} AS metadata, \
         parent_id, relation, version, created_at, updated_at, refunded, captured, expires_at, first_position, search_text"
    )
}

fn decode<'r, R>(row: &'r R) -> Result<TransactionRow, LedgerError>
where
    R: Row,
    usize: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    &'r str: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Uuid: Decode<'r, R::Database> + Type<R::Database>,
{
    let columns = &mut Columns { row, next: 0 };
    let id = columns.take()?;
    let kind = named(columns.take()?, TransactionKind::from_name)?;
    let status = named(columns.take()?, TransactionStatus::from_name)?;
    let source_account_id = columns.take()?;
    let source_user_id = owner_id(columns.take()?);
    let destination_account_id = columns.take()?;
    let destination_user_id = owner_id(columns.take()?);
    let amount = columns.take()?;
    let document = TransactionRecord {
        id,
        kind,
        status,
        user_id: kind.user_id(source_user_id.as_deref(), destination_user_id.as_deref()),
        source_account_id,
        source_user_id,
        destination_account_id,
        destination_user_id,
        amount: String::new(),
        currency: named(columns.take()?, CurrencyCode::from_stored)?,
        transaction_date: Timestamp::from_micros(columns.take()?),
        description: columns.take()?,
        category: columns.take()?,
        reference: columns.take()?,
        metadata: metadata(columns.take()?)?,
        parent_id: columns.take()?,
        relation: columns
            .take::<Option<&str>>()?
            .map(|name| named(name, TransactionRelation::from_name))
            .transpose()?,
        refunded_amount: None,
        captured_amount: None,
        remaining_amount: None,
        expires_at: None,
        version: columns.take()?,
        created_at: Timestamp::from_micros(columns.take()?),
        updated_at: Timestamp::from_micros(columns.take()?),
    };
    Ok(TransactionRow {
        document,
        amount,
        refunded: columns.take()?,
        hold: Hold::stored(columns.take()?, columns.take()?),
        first_position: columns.take()?,
        search_text: columns.take()?,
    })
}

struct Columns<'r, R> {
    row: &'r R,
    next: usize,
}

impl<'r, R: Row> Columns<'r, R>
where
    usize: ColumnIndex<R>,
{
    fn take<T: Decode<'r, R::Database> + Type<R::Database>>(&mut self) -> Result<T, LedgerError> {
        let value = self.row.try_get(self.next);
        self.next = self.next.saturating_add(1);
        value.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())).into())
    }
}
