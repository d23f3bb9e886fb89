//! Holds: what was captured of them, when they expire, and the states that they go through.
//!
//! SQLite cannot change a constraint of a table that stands, so the table is made anew there, from its own text. `down` is
//! refused while there are holds: an older schema would take a voided one for a transaction that can be restored.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

/// See the module.
#[derive(Debug)]
pub(crate) struct Migration;

/// Each constraint on `transactions` that changes: its name, what it was, and what it becomes.
const CHECKS: [(&str, &str, &str); 2] = [
    (
        "transactions_status_check",
        "CHECK (status IN ('posted', 'voided'))",
        "CHECK (status IN ('posted', 'voided', 'pending', 'captured', 'expired'))",
    ),
    (
        "transactions_relation_check",
        "CHECK (relation IN ('refund'))",
        "CHECK (relation IN ('refund', 'capture'))",
    ),
];

const COLUMNS: [&str; 2] = [
    "ALTER TABLE transactions ADD COLUMN captured {int} CONSTRAINT transactions_captured_check CHECK (
        CASE WHEN captured IS NULL THEN status IN ('posted', 'voided')
        ELSE status <> 'posted' AND captured BETWEEN 0 AND amount
            AND (status <> 'pending' OR captured < amount) AND (status <> 'voided' OR captured = 0) END)",
    "ALTER TABLE transactions ADD COLUMN expires_at {int}
        CONSTRAINT transactions_expires_at_check CHECK (expires_at IS NULL OR captured IS NOT NULL)",
];

/// What is due comes first, of whichever ledger.
const DUE: &str = "CREATE INDEX transactions_expires_at_idx ON transactions (expires_at, ledger_id, id)
    WHERE expires_at IS NOT NULL AND status = 'pending'";

const DOWN: [&str; 3] = [
    "DROP INDEX transactions_expires_at_idx",
    "ALTER TABLE transactions DROP COLUMN expires_at",
    "ALTER TABLE transactions DROP COLUMN captured",
];

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261128_000003_holds"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace_checks(manager, CHECKS).await?;
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        let int = if is_postgres { "BIGINT" } else { "INTEGER" };
        for column in COLUMNS {
            run(manager, &column.replace("{int}", int)).await?;
        }
        run(manager, DUE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let holds = "SELECT 1 FROM transactions WHERE captured IS NOT NULL LIMIT 1";
        let holds = Statement::from_string(manager.get_database_backend(), holds);
        if manager.get_connection().query_one_raw(holds).await?.is_some() {
            return Err(DbErr::Migration(
                "there are holds, which an older schema cannot keep".to_owned(),
            ));
        }
        for sql in DOWN {
            run(manager, sql).await?;
        }
        replace_checks(manager, CHECKS.map(|(name, old, new)| (name, new, old))).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}

async fn replace_checks(manager: &SchemaManager<'_>, checks: [(&str, &str, &str); 2]) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        return make_anew(manager, checks).await;
    }
    for (name, _, new) in checks {
        run(manager, &format!("ALTER TABLE transactions DROP CONSTRAINT {name}")).await?;
        run(
            manager,
            &format!("ALTER TABLE transactions ADD CONSTRAINT {name} {new}"),
        )
        .await?;
    }
    Ok(())
}

/// Makes the table `transactions` anew with other constraints, and its indexes and what the planner is told of them as
/// they were.
async fn make_anew(manager: &SchemaManager<'_>, checks: [(&str, &str, &str); 2]) -> Result<(), DbErr> {
    let texts = texts(manager).await?;
    let (table, indexes) = texts
        .split_first()
        .ok_or_else(|| DbErr::Migration(MISSING.to_owned()))?;
    // A table that was renamed has its name in quotes.
    let (_, columns) = table
        .split_once('(')
        .ok_or_else(|| DbErr::Migration(MISSING.to_owned()))?;
    let mut table = format!("CREATE TABLE transactions_anew ({columns}");
    for (name, old, new) in checks {
        if !table.contains(old) {
            return Err(DbErr::Migration(format!("{name} is not as it was made")));
        }
        table = table.replacen(old, new, 1);
    }
    // Dropping a table takes what the planner is told of it along.
    let rest = [
        "INSERT INTO transactions_anew SELECT * FROM transactions",
        "UPDATE sqlite_stat1 SET tbl = 'transactions_anew' WHERE tbl = 'transactions'",
        "DROP TABLE transactions",
        "ALTER TABLE transactions_anew RENAME TO transactions",
        "UPDATE sqlite_stat1 SET tbl = 'transactions' WHERE tbl = 'transactions_anew'",
    ];
    run(manager, &table).await?;
    for sql in rest {
        run(manager, sql).await?;
    }
    for index in indexes {
        run(manager, index).await?;
    }
    run(manager, "ANALYZE sqlite_schema").await
}

const MISSING: &str = "there is no table transactions";

/// The statements that made the table, first, and its indexes.
async fn texts(manager: &SchemaManager<'_>) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'transactions' AND sql IS NOT NULL
        ORDER BY type = 'table' DESC, rowid";
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let rows = manager.get_connection().query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get("", "sql")).collect()
}
