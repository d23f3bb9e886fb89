//! The period close: which version of it a ledger's row has, and the event that recorded it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the module.
#[derive(Debug)]
pub(crate) struct Migration;

const UP: [&str; 3] = [
    "ALTER TABLE ledgers ADD COLUMN closing_version {int} NOT NULL DEFAULT 0",
    "ALTER TABLE ledgers ADD COLUMN closing_updated_at {int}",
    "ALTER TABLE ledgers ADD COLUMN closing_position {int}",
];

const DOWN: [&str; 3] = [
    "ALTER TABLE ledgers DROP COLUMN closing_position",
    "ALTER TABLE ledgers DROP COLUMN closing_updated_at",
    "ALTER TABLE ledgers DROP COLUMN closing_version",
];

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261128_000004_closing"
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

async fn run(manager: &SchemaManager<'_>, statements: [String; 3]) -> Result<(), DbErr> {
    for sql in statements {
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
