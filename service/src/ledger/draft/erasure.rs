//! What an erasure takes of what is known already.

use super::Draft;
use crate::ledger::state::User;

impl Draft<'_> {
    /// Clears what the snapshot knows of the erased user's accounts and transactions. Neither becomes another version: an
    /// erasure is no event of theirs.
    pub(in crate::ledger) fn erase_known(&mut self, user: &User) {
        let accounts = self.snapshot.accounts.iter();
        for account in accounts.filter(|account| user.erases_account(account)) {
            let mut account = account.clone();
            if account.erase() {
                self.changes.accounts.insert(account.id, account);
            }
        }
        let transactions = self.snapshot.transactions.iter();
        for transaction in transactions.filter(|transaction| user.erases_transaction(transaction)) {
            let mut transaction = transaction.clone();
            if transaction.erase() {
                self.changes.transactions.insert(transaction.id, transaction);
            }
        }
    }
}
