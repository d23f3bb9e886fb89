//! Rows of an import a second, beside the rows that it left, written again with what the database has for that.
//!
//! PostgreSQL takes them by COPY, in its binary form; SQLite, which has nothing like it, by `INSERT … SELECT` from tables
//! without an index. Either is one database transaction over the tables of a new book, with all their indexes,
//! constraints and triggers. Nothing is read, checked, decided, summed or chained: it is what no import could pass.

mod postgres;
mod sqlite;

use tests::program::{Folder, Program};
use tests::{Database, Engine};

use crate::Plan;
use crate::figures::{Round, Series, print_comparison, print_table};
use crate::import::{import, print_memory};
use crate::server::Server;

pub(crate) async fn run(plan: Plan, rows: usize) {
    let mut imported = Series::new("import");
    let mut copied = Series::new(name(plan.engine));
    let mut memory_growth = 0;
    for round in 0..plan.rounds {
        let mut server = Server::start(plan.engine, &[]).await;
        settle(server.database()).await;
        let memory_before = server.memory_max_mib();
        imported.push(import(&server, round, rows, true, "accepted").await);
        memory_growth = memory_growth.max(server.memory_max_mib().saturating_sub(memory_before));
        server.stop();
        copied.push(write_again(server.database()).await);
    }
    print_table("rows of a file into an empty book", &[&imported, &copied]);
    print_comparison(
        &format!("import, to {}", name(plan.engine)),
        &imported.ratio_to(&copied),
    );
    print_memory(memory_growth, rows);
}

/// What the rows of a book are written again with.
pub(crate) fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "INSERT … SELECT of the same rows",
        Engine::Postgres => "COPY of the same rows",
    }
}

/// Writes every row of a book that nobody serves into tables without any. What is counted is its transactions.
pub(crate) async fn write_again(book: &Database) -> Round {
    let target = migrated(book.engine()).await;
    let tables = tables(&target).await;
    let time = match book.engine() {
        Engine::Sqlite => sqlite::write_again(book.url(), target.url(), &tables).await,
        Engine::Postgres => postgres::write_again(book.url(), target.url(), &tables).await,
    };
    for table in &tables {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(target.number(&count).await, book.number(&count).await, "{table}");
    }
    Round::once(target.number("SELECT count(*) FROM transactions").await, time)
}

/// A database with every table and without a ledger.
async fn migrated(engine: Engine) -> Database {
    let database = Database::without_tables(engine).await;
    let database = database.expect("the database is there where the book was");
    let folder = Folder::empty();
    let migrated = Program::Daybook.migrate(folder.path(), "up", database.url());
    assert!(
        migrated.status.success(),
        "{}",
        String::from_utf8_lossy(&migrated.stderr)
    );
    database
}

/// The tables of a book: they have no row yet.
async fn tables(database: &Database) -> Vec<String> {
    let names = match database.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        Engine::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
    };
    let mut names = database.texts(names).await;
    names.retain(|name| name != "seaql_migrations");
    names
}

/// Has what was written before brought to the disk, so that it is not written at the cost of what is measured next.
pub(crate) async fn settle(database: &Database) {
    if database.engine() == Engine::Postgres {
        // An account that may not do so measures without.
        let _ = database.try_execute("CHECKPOINT").await;
    }
}
