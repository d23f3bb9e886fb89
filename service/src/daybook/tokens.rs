//! Users' tokens, and the keys that sign them.

use super::Daybook;
use crate::LedgerError;
use crate::access::{Rotation, TokenKey, TokenSigner, Tokens};

impl Daybook {
    /// What signs new tokens; to be asked for before a token's making is committed, so that nothing can fail after.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn token_signer(&self) -> Result<TokenSigner, LedgerError> {
        self.tokens.signer(&self.database).await
    }

    /// Ends keys that sign tokens, and makes one where none signs. Every instance knows within 5 s.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn rotate_token_keys(&self, rotation: Rotation) -> Result<(), LedgerError> {
        self.tokens.rotate(&self.database, rotation).await
    }

    /// The keys that sign tokens, or did and whose tokens may still work, oldest first.
    ///
    /// # Errors
    /// Those of a database that does not answer.
    pub async fn list_token_keys(&self) -> Result<Vec<TokenKey>, LedgerError> {
        Tokens::list_keys(&self.database.read).await
    }
}
