//! Erasure: which users were erased, how far each erasure is, and what leads from users and accounts to the events that
//! made them. `down` is refused where a user was erased.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::Statement;

use crate::dialect::execute_all;

/// See the module.
#[derive(Debug)]
pub(crate) struct Migration;

/// `erased_texts` is 1 where the texts of the user's transactions are erased as well, else 0. `erasing` and `erasing_after`
/// say how far an erasure is: what is being cleared, and the last account or transaction of which that is done.
///
/// The events of later versions are found by an index of their own, and a transaction's row names its first. Nothing named
/// that of a user or an account.
const UP: [&str; 6] = [
    "ALTER TABLE users ADD COLUMN erased_at {int}",
    "ALTER TABLE users ADD COLUMN erased_texts {int} CONSTRAINT users_erased_texts_check CHECK (erased_texts IN (0, 1))",
    "ALTER TABLE users ADD COLUMN erasing TEXT CONSTRAINT users_erasing_check
        CHECK (erasing IN ('user', 'accounts', 'transactions'))",
    "ALTER TABLE users ADD COLUMN erasing_after {uuid}",
    "CREATE INDEX users_erasing_idx ON users (ledger_id, id) WHERE erasing IS NOT NULL",
    "CREATE INDEX events_birth_idx ON events (ledger_id, subject) WHERE kind IN ('user.created', 'account.created')",
];

const DOWN: [&str; 6] = [
    "DROP INDEX events_birth_idx",
    "DROP INDEX users_erasing_idx",
    "ALTER TABLE users DROP COLUMN erasing_after",
    "ALTER TABLE users DROP COLUMN erasing",
    "ALTER TABLE users DROP COLUMN erased_texts",
    "ALTER TABLE users DROP COLUMN erased_at",
];

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000008_erasure"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute_all(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let erased = "SELECT 1 FROM users WHERE erased_at IS NOT NULL LIMIT 1";
        let erased = Statement::from_string(manager.get_database_backend(), erased);
        if manager.get_connection().query_one_raw(erased).await?.is_some() {
            return Err(DbErr::Migration(
                "there are erased users, whom an older schema would take for damaged ones".to_owned(),
            ));
        }
        execute_all(manager, &DOWN).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
