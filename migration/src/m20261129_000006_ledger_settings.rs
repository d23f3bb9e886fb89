//! Ledgers beside `main`: which version of its settings a ledger's row has, and the events that recorded them and it.

use sea_orm_migration::prelude::*;

use crate::dialect::Dialect;

/// See the module.
#[derive(Debug)]
pub(crate) struct Migration;

/// `settings_position` is of the ledger's own journal, `created_position` of the journal of `main`, which is NULL for
/// `main` itself.
const UP: [&str; 4] = [
    "ALTER TABLE ledgers ADD COLUMN settings_version {int} NOT NULL DEFAULT 1",
    "ALTER TABLE ledgers ADD COLUMN settings_updated_at {int}",
    "ALTER TABLE ledgers ADD COLUMN settings_position {int}",
    "ALTER TABLE ledgers ADD COLUMN created_position {int}",
];

const DOWN: [&str; 4] = [
    "ALTER TABLE ledgers DROP COLUMN created_position",
    "ALTER TABLE ledgers DROP COLUMN settings_position",
    "ALTER TABLE ledgers DROP COLUMN settings_updated_at",
    "ALTER TABLE ledgers DROP COLUMN settings_version",
];

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000006_ledger_settings"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dialect = Dialect::of(manager.get_database_backend());
        for sql in UP {
            run(manager, &dialect.write(sql)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in DOWN {
            run(manager, sql).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}
