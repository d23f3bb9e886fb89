//! COPY of a book's rows, in the order in which they lie.

use std::fs::File;
use std::future::poll_fn;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use tests::program::Folder;

/// Bytes that are sent at once.
const PIECE_BYTES: usize = 1 << 18;

/// Copies `tables` out of the book, and says how long it takes to copy them into the other.
pub(super) async fn write_again(book: &str, target: &str, tables: &[String]) -> Duration {
    let folder = Folder::empty();
    let mut connection = connect(book).await;
    for table in tables {
        copy_out(&mut connection, table, &folder.path().join(table)).await;
    }
    let mut connection = connect(target).await;
    // As before an import; an account that may not do so measures without.
    let _ = sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await;
    let began = Instant::now();
    run(&mut connection, "BEGIN").await;
    for table in tables {
        copy_in(&mut connection, table, &folder.path().join(table)).await;
    }
    run(&mut connection, "COMMIT").await;
    began.elapsed()
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("PostgreSQL answers")
}

async fn run(connection: &mut PgConnection, statement: &'static str) {
    let outcome = sqlx::raw_sql(statement).execute(connection).await;
    outcome.expect("PostgreSQL does so");
}

async fn copy_out(connection: &mut PgConnection, table: &str, path: &Path) {
    let statement = format!("COPY {table} TO STDOUT (FORMAT binary)");
    let mut rows = connection.copy_out_raw(&statement).await.expect("the table is there");
    let mut file = File::create(path).expect("the temporary folder is writable");
    while let Some(piece) = poll_fn(|context| rows.as_mut().poll_next(context)).await {
        let piece = piece.expect("PostgreSQL reads the table");
        file.write_all(&piece).expect("the temporary folder is writable");
    }
}

async fn copy_in(connection: &mut PgConnection, table: &str, path: &Path) {
    let statement = format!("COPY {table} FROM STDIN (FORMAT binary)");
    let mut copy = connection.copy_in_raw(&statement).await.expect("the table is there");
    let mut file = File::open(path).expect("the rows were copied out");
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let length = file.read(&mut piece).expect("the rows can be read");
        if length == 0 {
            break;
        }
        copy.send(&piece[..length]).await.expect("PostgreSQL takes rows");
    }
    copy.finish().await.expect("PostgreSQL writes the rows");
}
