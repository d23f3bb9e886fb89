//! Only a server, or a migration up, makes a database: a mistyped name does not become one.

use std::fs;
use std::path::Path;
use std::process::Output;

use tests::program::{Folder, Program, command};
use tests::{Book, Engine, on_both};

use super::{complaint, empty_database, file_of};

on_both!(
    commands_on_a_database_that_is_not_there_make_none_and_say_so,
    verifying_writes_nothing_not_even_the_first_rows,
);

/// What needs a database that somebody has made.
const COMMANDS: [&[&str]; 7] = [
    &["verify"],
    &["verify", "--ledger", "main"],
    &[
        "key", "create", "--ledger", "main", "--role", "reader", "--name", "shop",
    ],
    &["export"],
    &["export", "all.csv", "--append"],
    &["migrate", "status"],
    &["migrate", "down"],
];

fn files_of(folder: &Path) -> usize {
    fs::read_dir(folder).expect("the folder is readable").count()
}

async fn commands_on_a_database_that_is_not_there_make_none_and_say_so(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    // On PostgreSQL a name that nobody has made a database of; on SQLite a path where no file is.
    let (url, named) = match book.engine() {
        Engine::Sqlite => (database.url().to_owned(), database.url().replace("sqlite://", "")),
        Engine::Postgres => {
            let without_parameters = database.url().split('?').next().unwrap_or_default();
            let name = without_parameters.rsplit('/').next().unwrap_or_default();
            (database.url().replace(name, "nowhere"), "nowhere".to_owned())
        }
    };
    for arguments in COMMANDS {
        let mut command = command(folder.path(), arguments);
        let output = command.args(["--database-url", &url]).output().expect("daybook starts");
        let said = complaint(&output, 1);
        assert!(said.contains(&named), "{arguments:?}: {said}");
    }
    for verb in ["status", "down"] {
        let said = complaint(&Program::Migration.migrate(folder.path(), verb, &url), 1);
        assert!(said.contains(&named), "{verb}: {said}");
    }
    if book.engine() == Engine::Sqlite {
        let place = file_of(&url);
        let beside = place.parent().expect("a file lies in a folder");
        assert_eq!(files_of(beside), 0, "nothing is made, nor beside it");
    }
    assert_eq!(folder.files(), Vec::<String>::new());
}

async fn verifying_writes_nothing_not_even_the_first_rows(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let migrated = Program::Daybook.migrate(folder.path(), "up", database.url());
    assert!(migrated.status.success(), "{}", super::text(&migrated));
    let before = database.snapshot().await;
    let _ = super::assert_succeeds(&folder, &["verify", "--database-url", database.url()]);
    database.snapshot().await.assert_same_as(&before);
}

async fn another_programs_file_is_left_alone(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let _ = fs::File::create(file_of(database.url())).expect("the folder is writable");
    let _ = database.execute("CREATE TABLE theirs (id INTEGER)").await;
    let (url, place) = (database.url(), file_of(database.url()));
    let before = fs::read(&place).expect("the file is there");
    let mut commands = COMMANDS.to_vec();
    commands.extend([&["serve", "--listen=127.0.0.1:0"][..], &["serve", "--migrate=check"]]);
    commands.extend([&["migrate", "up"][..], &["migrate", "fresh"]]);
    let mut refused: Vec<Output> = commands
        .iter()
        .map(|arguments| command(folder.path(), arguments).args(["--database-url", url]).output())
        .map(|output| output.expect("daybook starts"))
        .collect();
    for verb in ["up", "down", "fresh", "status"] {
        refused.push(Program::Migration.migrate(folder.path(), verb, url));
    }
    for output in refused {
        let said = complaint(&output, 1);
        assert!(said.contains("another program") && said.contains("theirs"), "{said}");
    }
    assert!(
        fs::read(&place).expect("the file is there") == before,
        "it is as it was"
    );
    assert_eq!(
        files_of(place.parent().expect("a file lies in a folder")),
        1,
        "nothing lies beside it"
    );
}

mod on_sqlite {
    #[test]
    fn another_programs_file_is_left_alone() {
        tests::run(tests::Engine::Sqlite, super::another_programs_file_is_left_alone);
    }
}
