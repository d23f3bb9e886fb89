//! Whether a transaction that somebody has a name for says what somebody wants to record under it.

use uuid::Uuid;

use super::{Daybook, Ledger};
use crate::LedgerError;
use crate::ledger::CreateTransaction;
use crate::query::TransactionVersion;
use crate::record::{TransactionKind, TransactionRecord};

impl Daybook {
    /// Whether the transaction `id` is what `command` would record, as it is now or as it was when it was recorded:
    /// whoever imports a file again finds its rows there, also where somebody has edited one since.
    ///
    /// # Errors
    /// `NotFound(Transaction)`; the errors of a database that does not answer.
    pub async fn is_recorded(
        &self,
        ledger: &Ledger,
        id: Uuid,
        command: &CreateTransaction,
    ) -> Result<bool, LedgerError> {
        let now = self.find_transaction(ledger, id, TransactionVersion::Newest).await?;
        if self.says(ledger, &now, command).await? {
            return Ok(true);
        }
        if now.version == 1 {
            return Ok(false);
        }
        let version = TransactionVersion::Number(1);
        let first = self.find_transaction(ledger, id, version).await?;
        self.says(ledger, &first, command).await
    }

    async fn says(
        &self,
        ledger: &Ledger,
        record: &TransactionRecord,
        command: &CreateTransaction,
    ) -> Result<bool, LedgerError> {
        let own_account = match record.kind {
            TransactionKind::Credit => record.destination_account_id,
            TransactionKind::Debit => record.source_account_id,
            TransactionKind::Transfer => return Ok(command.is_recorded_as(record, "")),
        };
        let account = self.find_account(ledger, own_account).await?;
        Ok(command.is_recorded_as(record, &account.name))
    }
}
