//! `INSERT … SELECT` of a book's rows, in the order in which they were recorded.

use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection};
use tests::program::Folder;

/// Puts the rows of `tables` of the book aside, and says how long it takes to write them into the other.
pub(super) async fn write_again(book: &str, target: &str, tables: &[String]) -> Duration {
    let folder = Folder::empty();
    let aside = folder.path().join("aside.db");
    let mut connection = open(target).await;
    attach(&mut connection, path_of(book), "book").await;
    attach(&mut connection, &aside.display().to_string(), "aside").await;
    for table in tables {
        let order = order(&mut connection, table).await;
        let statement = format!("CREATE TABLE aside.{table} AS SELECT * FROM book.{table} {order}");
        run(&mut connection, statement).await;
    }
    let began = Instant::now();
    run(&mut connection, "BEGIN".to_owned()).await;
    for table in tables {
        let statement = format!("INSERT INTO main.{table} SELECT * FROM aside.{table}");
        run(&mut connection, statement).await;
    }
    run(&mut connection, "COMMIT".to_owned()).await;
    began.elapsed()
}

/// Opens a book with the settings of a server's connection that writes, but for its checkpoints: those are made by the
/// commit, and so within the time.
async fn open(url: &str) -> SqliteConnection {
    let options = SqliteConnectOptions::from_str(url).expect("the URL is one of SQLite");
    let options = options
        // Of what is attached.
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-24576")
        .pragma("temp_store", "MEMORY");
    options.connect().await.expect("SQLite opens the file")
}

fn path_of(url: &str) -> &str {
    url.strip_prefix("sqlite://").expect("the URL is one of SQLite")
}

async fn attach(connection: &mut SqliteConnection, path: &str, name: &'static str) {
    let query = sqlx::query(AssertSqlSafe(format!("ATTACH DATABASE ? AS {name}")));
    let outcome = query.bind(path).execute(connection).await;
    outcome.expect("SQLite opens the file");
}

/// The tables lie in the order of their keys, which is not that in which their rows came.
async fn order(connection: &mut SqliteConnection, table: &str) -> String {
    let positions = "SELECT name FROM pragma_table_info(?) \
                     WHERE name IN ('answer_position', 'first_position', 'position') ORDER BY name LIMIT 1";
    let query = sqlx::query_scalar::<_, String>(positions).bind(table);
    let position = query
        .fetch_optional(connection)
        .await
        .expect("SQLite names the columns");
    position.map_or_else(String::new, |position| format!("ORDER BY {position}"))
}

async fn run(connection: &mut SqliteConnection, statement: String) {
    let outcome = sqlx::query(AssertSqlSafe(statement)).execute(connection).await;
    outcome.expect("SQLite does so");
}
