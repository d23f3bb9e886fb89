//! The command line: section 9 of the contract, on the programs themselves.

mod absent;
mod export;
mod first_start;
mod import;
mod keys;
mod logging;
mod migrations;
mod one_server;
mod settings;
mod stopping;
mod verify;

use std::path::{Path, PathBuf};
use std::process::Output;

use tests::program::{Folder, Serving, run};
use tests::{Book, Database};

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// What is said on standard error, which must be one line, by a program that must end with `status`.
pub(crate) fn complaint(output: &Output, status: i32) -> String {
    assert_eq!(output.status.code(), Some(status), "{}", text(output));
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

pub(crate) fn assert_succeeds(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder.path(), arguments);
    assert!(
        output.status.success(),
        "daybook {arguments:?} ended {}: {}",
        output.status,
        text(&output)
    );
    text(&output)
}

pub(crate) async fn empty_database(book: &Book) -> Database {
    Database::without_tables(book.engine())
        .await
        .expect("the engine was there a moment ago")
}

/// The file of a SQLite database.
fn file_of(url: &str) -> PathBuf {
    let path = url.strip_prefix("sqlite://").expect("the database is a file");
    Path::new(path).to_owned()
}

/// A server on a new database, which it migrates.
async fn serve(database: &Database, folder: &Folder, more: &[&str]) -> Serving {
    let mut arguments = vec!["serve", "--database-url", database.url(), "--migrate", "auto"];
    arguments.extend_from_slice(more);
    let started = Serving::start(folder.path(), &arguments).await;
    started.unwrap_or_else(|(status, said)| panic!("daybook {arguments:?} ended {status}: {said}"))
}

/// The key that stands alone in a text.
fn key_in(said: &str) -> Option<&str> {
    said.split(|letter: char| letter.is_whitespace() || "\"'`".contains(letter))
        .find(|word| word.starts_with("dbk_"))
}
