//! Spending limits.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::dialect::Dialect;

/// See the module.
#[derive(Debug)]
pub(crate) struct Migration;

/// `owner` is the user that a limit is for, or whose account it is for; the empty text is every user by itself. A limit that
/// was deleted keeps its row: commits load the others, by their owners.
const UP: [&str; 2] = [
    "CREATE TABLE limits (
        ledger_id {int} NOT NULL,
        id {uuid} NOT NULL,
        name TEXT NOT NULL,
        owner {text} NOT NULL,
        account_id {uuid},
        currency {text} NOT NULL,
        direction TEXT NOT NULL,
        period TEXT NOT NULL,
        max_amount {int},
        max_count {int},
        category {text},
        status TEXT NOT NULL,
        version {int} NOT NULL,
        created_at {int} NOT NULL,
        updated_at {int} NOT NULL,
        position {int} NOT NULL,
        CONSTRAINT limits_pk PRIMARY KEY (ledger_id, id),
        CONSTRAINT limits_account_id_check CHECK (account_id IS NULL OR owner <> ''),
        CONSTRAINT limits_direction_check CHECK (direction IN ('credit', 'debit')),
        CONSTRAINT limits_period_check CHECK (period IN ('transaction', 'day', 'week', 'month')),
        CONSTRAINT limits_max_check CHECK (max_amount IS NOT NULL OR max_count IS NOT NULL),
        CONSTRAINT limits_max_amount_check CHECK (max_amount >= 0),
        CONSTRAINT limits_max_count_check CHECK (max_count >= 0),
        CONSTRAINT limits_status_check CHECK (status IN ('active', 'disabled', 'deleted')),
        CONSTRAINT limits_version_check CHECK (version >= 1)
    ) {updated}",
    "CREATE INDEX limits_owner_id_idx ON limits (ledger_id, owner, id) WHERE status <> 'deleted'",
];

/// What SQLite's planner is told, without which it takes a ledger for ten rows: see the first migration. It goes with the
/// table.
const STATISTICS: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('limits', 'limits', '100000 100000 1'),
    ('limits', 'limits_owner_id_idx', '100000 100000 4 1');
ANALYZE sqlite_schema;
";

const DOWN: &str = "DROP TABLE limits";

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000005_limits"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let dialect = Dialect::of(backend);
        for sql in UP {
            run(manager, &dialect.write(sql)).await?;
        }
        if backend == DbBackend::Sqlite {
            run(manager, STATISTICS).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}
