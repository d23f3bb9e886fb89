//! Spending limits.

use sea_orm_migration::prelude::*;

use crate::dialect::Dialect;

/// See the module.
#[derive(Debug)]
pub(crate) struct Migration;

/// Neither `user_id` nor `account_id`: it is for every user by itself. A limit that was deleted keeps its row, and every
/// commit that loads anything loads the others.
const UP: [&str; 2] = [
    "CREATE TABLE limits (
        ledger_id {int} NOT NULL,
        id {uuid} NOT NULL,
        name TEXT NOT NULL,
        user_id {text},
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
        CONSTRAINT limits_scope_check CHECK (user_id IS NULL OR account_id IS NULL),
        CONSTRAINT limits_direction_check CHECK (direction IN ('credit', 'debit')),
        CONSTRAINT limits_period_check CHECK (period IN ('transaction', 'day', 'week', 'month')),
        CONSTRAINT limits_max_check CHECK (max_amount IS NOT NULL OR max_count IS NOT NULL),
        CONSTRAINT limits_max_amount_check CHECK (max_amount >= 0),
        CONSTRAINT limits_max_count_check CHECK (max_count >= 0),
        CONSTRAINT limits_status_check CHECK (status IN ('active', 'disabled', 'deleted')),
        CONSTRAINT limits_version_check CHECK (version >= 1)
    ) {updated}",
    "CREATE INDEX limits_kept_idx ON limits (ledger_id, id) WHERE status <> 'deleted'",
];

const DOWN: &str = "DROP TABLE limits";

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261129_000005_limits"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dialect = Dialect::of(manager.get_database_backend());
        for sql in UP {
            let sql = dialect.write(sql);
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(|_| ())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
