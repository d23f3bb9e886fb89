//! Only a server, or a migration up, makes a database: a mistyped name does not become one.

use std::fs;
use std::path::Path;

use tests::program::{Folder, Program, command};
use tests::{Book, Engine, on_both};

use super::{complaint, empty_database, file_of};

on_both!(
    commands_on_a_database_that_is_not_there_make_none_and_say_so,
    verifying_writes_nothing_not_even_the_first_rows,
);

/// What needs a database that somebody has made.
const COMMANDS: [&[&str]; 5] = [
    &["verify"],
    &["verify", "--ledger", "main"],
    &[
        "key", "create", "--ledger", "main", "--role", "reader", "--name", "shop",
    ],
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
    let before = database.snapshot().await;
    let url = database.url();
    let mut refused = vec![command(folder.path(), &["serve", "--listen=127.0.0.1:0", "--database-url", url]).output()];
    for verb in ["up", "fresh"] {
        refused.extend(Program::ALL.map(|program| Ok(program.migrate(folder.path(), verb, url))));
    }
    for output in refused {
        let said = complaint(&output.expect("the program starts"), 1);
        assert!(said.contains("another program") && said.contains("theirs"), "{said}");
    }
    database.snapshot().await.assert_same_as(&before);
}

mod on_sqlite {
    #[test]
    fn another_programs_file_is_left_alone() {
        tests::run(tests::Engine::Sqlite, super::another_programs_file_is_left_alone);
    }
}
