//! Transactions as newline-delimited JSON.

use service::LedgerError;
use service::record::TransactionRecord;

/// The documents, a line each.
pub(super) fn write(transactions: &[TransactionRecord]) -> Result<Vec<u8>, LedgerError> {
    let mut text = Vec::new();
    for transaction in transactions {
        serde_json::to_writer(&mut text, transaction)
            .map_err(|error| LedgerError::Internal(format!("a transaction cannot be written: {error}")))?;
        text.push(b'\n');
    }
    Ok(text)
}
