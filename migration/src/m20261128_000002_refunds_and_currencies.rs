//! Refunds, and currencies of a ledger's own.
//!
//! The currencies that a ledger has used by now are of ISO 4217: without a name, a position, or a time of their own.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the module.
#[derive(Debug)]
pub(crate) struct Migration;

const UP: [&str; 6] = [
    "ALTER TABLE currencies ADD COLUMN name TEXT",
    "ALTER TABLE currencies ADD COLUMN created_at {int} NOT NULL DEFAULT 0",
    "ALTER TABLE currencies ADD COLUMN position {int}",
    "ALTER TABLE transactions ADD COLUMN relation TEXT
        CONSTRAINT transactions_relation_check CHECK (relation IN ('refund'))",
    "ALTER TABLE transactions ADD COLUMN refunded {int}
        CONSTRAINT transactions_refunded_check CHECK (refunded BETWEEN 0 AND amount)",
    "CREATE INDEX transactions_parent_id_idx ON transactions (ledger_id, parent_id, id) WHERE parent_id IS NOT NULL",
];

const DOWN: [&str; 6] = [
    "DROP INDEX transactions_parent_id_idx",
    "ALTER TABLE transactions DROP COLUMN refunded",
    "ALTER TABLE transactions DROP COLUMN relation",
    "ALTER TABLE currencies DROP COLUMN position",
    "ALTER TABLE currencies DROP COLUMN created_at",
    "ALTER TABLE currencies DROP COLUMN name",
];

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261128_000002_refunds_and_currencies"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        let int = if is_postgres { "BIGINT" } else { "INTEGER" };
        run(manager, UP.map(|sql| sql.replace("{int}", int))).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN.map(str::to_owned)).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn run(manager: &SchemaManager<'_>, statements: [String; 6]) -> Result<(), DbErr> {
    for sql in statements {
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
