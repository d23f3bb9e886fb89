//! The first schema: a ledger, what it holds, its journal, and the keys that open it.
//!
//! One text serves both databases; what differs is named in [`Dialect`]. No foreign keys: each would cost a row lock
//! and a look-up per inserted row, and everything is written by one place, under the lock of the ledger's row.

mod append_only;
mod planner;
mod tables;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect::Dialect;

/// See the module.
#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20260101_000001_create_ledger"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let dialect = Dialect::of(backend);
        for table in tables::ALL {
            run(manager, &dialect.write(table)).await?;
        }
        run(manager, append_only::triggers(backend)).await?;
        if backend == DbBackend::Sqlite {
            run(manager, planner::STATISTICS).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in tables::NAMES {
            run(manager, &format!("DROP TABLE IF EXISTS {name}")).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            run(manager, append_only::DROP_FUNCTION).await?;
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
