//! Transactions as CSV: the members of a transaction's document, of which those that a new one is made of have the same
//! names there. What is null or absent is an empty cell, metadata is the text of its JSON object, and a caller's text that
//! looks like a formula has an apostrophe before it.

use std::borrow::Cow;

use service::LedgerError;
use service::record::{TransactionRecord, TransactionRelation};

use crate::spreadsheet::{Rows, guarded};

/// The columns in their order: new ones come last.
const COLUMNS: [&str; 24] = [
    "id",
    "type",
    "status",
    "user_id",
    "source_account_id",
    "source_user_id",
    "destination_account_id",
    "destination_user_id",
    "amount",
    "currency",
    "transaction_date",
    "description",
    "category",
    "reference",
    "metadata",
    "parent_id",
    "relation",
    "refunded_amount",
    "captured_amount",
    "remaining_amount",
    "expires_at",
    "version",
    "created_at",
    "updated_at",
];

/// The first row of a file, as it is written.
pub(super) fn header() -> String {
    format!("{}\n", COLUMNS.join(","))
}

/// The transactions, a row each; the first have the names of the columns above them.
pub(super) fn write(transactions: &[TransactionRecord], is_first: bool) -> Result<Vec<u8>, LedgerError> {
    let mut rows = Rows::new();
    if is_first {
        rows.write(COLUMNS)?;
    }
    for transaction in transactions {
        rows.write(cells(transaction)?.iter().map(|cell| cell.as_bytes()))?;
    }
    rows.into_text()
}

/// The cells of one row. Taken apart whole: a member that the document gets must have its place here.
fn cells(record: &TransactionRecord) -> Result<[Cow<'_, str>; COLUMNS.len()], LedgerError> {
    let TransactionRecord {
        id,
        kind,
        status,
        user_id,
        source_account_id,
        source_user_id,
        destination_account_id,
        destination_user_id,
        amount,
        currency,
        transaction_date,
        description,
        category,
        reference,
        metadata,
        parent_id,
        relation,
        refunded_amount,
        captured_amount,
        remaining_amount,
        expires_at,
        version,
        created_at,
        updated_at,
    } = record;
    let metadata = serde_json::to_string(metadata)
        .map_err(|error| LedgerError::Internal(format!("metadata cannot be written: {error}")))?;
    Ok([
        id.to_string().into(),
        kind.as_str().into(),
        status.as_str().into(),
        text(user_id),
        source_account_id.to_string().into(),
        text(source_user_id),
        destination_account_id.to_string().into(),
        text(destination_user_id),
        amount.into(),
        currency.to_string().into(),
        transaction_date.to_string().into(),
        text(description),
        text(category),
        text(reference),
        metadata.into(),
        parent_id.map(|id| id.to_string()).unwrap_or_default().into(),
        relation.map(TransactionRelation::as_str).unwrap_or_default().into(),
        refunded_amount.as_deref().unwrap_or_default().into(),
        captured_amount.as_deref().unwrap_or_default().into(),
        remaining_amount.as_deref().unwrap_or_default().into(),
        expires_at.flatten().map(|at| at.to_string()).unwrap_or_default().into(),
        version.to_string().into(),
        created_at.to_string().into(),
        updated_at.to_string().into(),
    ])
}

/// A text that a caller chose.
fn text(text: &Option<String>) -> Cow<'_, str> {
    guarded(text.as_deref().unwrap_or_default())
}
