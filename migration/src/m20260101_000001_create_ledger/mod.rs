//! The first schema: a ledger, what it holds, its journal, and the keys that open it.
//!
//! One text serves both databases; what differs is named in [`Dialect`]. No foreign keys: each would cost a row lock
//! and a look-up per inserted row, and everything is written by one place, under the lock of the ledger's row.

mod append_only;
mod planner;
mod tables;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

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

/// What stands for the placeholders of [`tables`].
struct Dialect {
    int: &'static str,
    uuid: &'static str,
    bytes: &'static str,
    /// Text that is compared: byte by byte on both databases, whatever the locale of the server.
    text: &'static str,
    /// Closes a table that only grows.
    growing: &'static str,
    /// Closes a table whose rows are updated in place.
    updated: &'static str,
}

impl Dialect {
    fn of(backend: DbBackend) -> Self {
        if backend == DbBackend::Postgres {
            Self {
                int: "BIGINT",
                uuid: "UUID",
                bytes: "BYTEA",
                text: "TEXT COLLATE \"C\"",
                growing: "",
                // Room in each page for the next version of its rows, so that an update touches no index.
                updated: "WITH (fillfactor = 70)",
            }
        } else {
            Self {
                int: "INTEGER",
                uuid: "BLOB",
                bytes: "BLOB",
                text: "TEXT",
                // STRICT: without it an integer that overflows becomes a float without a word.
                growing: "STRICT, WITHOUT ROWID",
                updated: "STRICT, WITHOUT ROWID",
            }
        }
    }

    fn write(&self, template: &str) -> String {
        template
            .replace("{int}", self.int)
            .replace("{uuid}", self.uuid)
            .replace("{bytes}", self.bytes)
            .replace("{text}", self.text)
            .replace("{growing}", self.growing)
            .replace("{updated}", self.updated)
    }
}
