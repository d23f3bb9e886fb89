//! The keys that users' tokens are signed with.

use sea_orm_migration::prelude::*;

use crate::dialect::execute_all;

/// See the module.
#[derive(Debug)]
pub(crate) struct Migration;

/// Of no ledger: a server signs for all. One key signs; those before it have no private key any more, and are kept until the
/// last token that they signed is over.
const UP: [&str; 2] = [
    "CREATE TABLE token_keys (
        kid {text} NOT NULL,
        algorithm {text} NOT NULL,
        private_key {bytes},
        public_key {bytes} NOT NULL,
        created_at {int} NOT NULL,
        retired_at {int},
        CONSTRAINT token_keys_pk PRIMARY KEY (kid),
        CONSTRAINT token_keys_algorithm_check CHECK (algorithm = 'EdDSA'),
        CONSTRAINT token_keys_private_key_check CHECK ((private_key IS NULL) = (retired_at IS NOT NULL))
    ) {growing}",
    "CREATE UNIQUE INDEX token_keys_algorithm_idx ON token_keys (algorithm) WHERE retired_at IS NULL",
];

const DOWN: &str = "DROP TABLE token_keys";

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000007_token_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, &[DOWN]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
