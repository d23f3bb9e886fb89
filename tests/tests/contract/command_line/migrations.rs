//! `migrate up|down|status|fresh`, by `daybook` and by the program of the member `migration`.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::json;
use tests::body::{credit, debit, with};
use tests::program::{Folder, Program};
use tests::{Book, Database, Engine, OPERATOR_KEY, on_both};

use super::{empty_database, serve, text};

on_both!(
    migrations_go_up_and_down_and_say_where_they_stand,
    a_fresh_schema_keeps_no_row,
    a_fresh_schema_keeps_the_tables_of_others,
    a_person_is_asked_before_anything_is_dropped,
    migrating_twice_at_once_is_migrating_once,
);

/// Runs a verb, which must succeed, and gives the state of each migration, all being the same.
fn migrate(program: Program, folder: &Folder, verb: &str, database: &Database) -> String {
    let output = program.migrate(folder.path(), verb, database.url());
    assert!(output.status.success(), "{program:?} {verb}: {}", text(&output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let states: Vec<&str> = said.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let first = *states.first().expect("a migration is named");
    assert!(states.iter().all(|state| *state == first), "{said}");
    assert!(
        said.lines().all(|line| line.contains("m2")),
        "each line names one: {said}"
    );
    first.to_owned()
}

async fn migrations_go_up_and_down_and_say_where_they_stand(book: &Book) {
    for program in Program::ALL {
        let (folder, database) = (Folder::empty(), empty_database(book).await);
        let migrate = |verb: &str| migrate(program, &folder, verb, &database);
        // SQLite has no database before somebody makes it.
        if book.engine() == Engine::Postgres {
            assert_eq!(migrate("status"), "pending");
        }
        assert_eq!(migrate("up"), "applied");
        assert_eq!(migrate("status"), "applied");
        let made = database.snapshot().await;
        assert!(made.row_counts().len() > 5, "{:?}", made.row_counts());
        // A second time changes nothing.
        assert_eq!(migrate("up"), "applied");
        database.snapshot().await.assert_same_as(&made);

        take_back(program, &folder, &database);
        assert_eq!(migrate("status"), "pending");
        let left = database.snapshot().await;
        let left: Vec<usize> = left.row_counts().into_values().collect();
        assert_eq!(left, [0], "nothing is left but the empty history");
        assert_eq!(migrate("up"), "applied");
        assert_eq!(database.snapshot().await.row_counts(), made.row_counts());
    }
}

/// Takes back every migration, one at a time.
fn take_back(program: Program, folder: &Folder, database: &Database) {
    loop {
        let output = program.migrate(folder.path(), "down", database.url());
        assert!(output.status.success(), "{program:?}: {}", text(&output));
        if !String::from_utf8_lossy(&output.stdout).contains("applied") {
            return;
        }
    }
}

async fn a_fresh_schema_keeps_no_row(book: &Book) {
    for program in Program::ALL {
        let (folder, database) = (Folder::empty(), empty_database(book).await);
        assert_eq!(migrate(program, &folder, "up", &database), "applied");
        let empty = row_counts(&database).await;
        let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
        let client = serving.client(OPERATOR_KEY);
        let _ = client.create(&credit("ada", "20.00")).await;
        let hold = client
            .create(&with(debit("ada", "5.00"), json!({"status": "pending"})))
            .await;
        let capture = format!("/transactions/{}/capture", hold.id());
        let _ = client.post(&capture, &json!({})).await.expect(201);
        drop(serving);
        assert_ne!(row_counts(&database).await, empty);

        assert_eq!(migrate(program, &folder, "fresh", &database), "applied");
        assert_eq!(row_counts(&database).await, empty);
        let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
        let client = serving.client(OPERATOR_KEY);
        assert!(client.get("/users").await.expect(200).rows().is_empty());
        let _ = client.create(&credit("ada", "1.00")).await;
        assert_eq!(client.balance_of("ada").await, "1.00");
    }
}

async fn a_fresh_schema_keeps_the_tables_of_others(book: &Book) {
    for program in Program::ALL {
        let (folder, database) = (Folder::empty(), empty_database(book).await);
        assert_eq!(migrate(program, &folder, "up", &database), "applied");
        let _ = database.execute("CREATE TABLE theirs (id INTEGER)").await;
        let _ = database.execute("INSERT INTO theirs VALUES (7)").await;
        let before = row_counts(&database).await;
        assert_eq!(migrate(program, &folder, "fresh", &database), "applied");
        assert_eq!(row_counts(&database).await, before);
        assert_eq!(before["theirs"], 1);
    }
}

async fn a_person_is_asked_before_anything_is_dropped(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    let _ = serving.client(OPERATOR_KEY).create(&credit("ada", "20.00")).await;
    drop(serving);
    let before = row_counts(&database).await;
    for (program, verb, answer, is_done) in [
        (Program::Daybook, "fresh", "no", false),
        (Program::Migration, "down", "", false),
        (Program::Daybook, "down", "y", false),
        (Program::Migration, "fresh", "yes", true),
    ] {
        let said = migrate_at_a_terminal(program, &folder, verb, &database, answer);
        assert!(said.contains("Type yes to go on"), "{said}");
        assert_eq!(said.contains("nothing was changed"), !is_done, "{said}");
        assert_eq!(row_counts(&database).await != before, is_done, "{answer}");
    }
    let said = migrate_at_a_terminal(Program::Daybook, &folder, "down --yes", &database, "");
    assert!(!said.contains("Type yes") && said.contains("pending"), "{said}");
}

/// A program that changes the schema, at a terminal at which somebody types `answer`.
fn migrate_at_a_terminal(program: Program, folder: &Folder, verb: &str, database: &Database, answer: &str) -> String {
    let group = if program == Program::Daybook { "migrate " } else { "" };
    let path = program.command(folder.path(), &[]).get_program().to_owned();
    let command = format!("'{}' {group}{verb}", path.display());
    // A terminal of its own: `script` is among Debian's essential programs.
    let mut script = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env_clear()
        .env("SHELL", "/bin/sh")
        .env("DATABASE_URL", database.url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` runs");
    let mut typed = script.stdin.take().expect("it is piped");
    writeln!(typed, "{answer}").expect("it listens");
    drop(typed);
    text(&script.wait_with_output().expect("it ends"))
}

async fn row_counts(database: &Database) -> BTreeMap<String, usize> {
    let snapshot = database.snapshot().await;
    let counts = snapshot.row_counts().into_iter();
    counts.map(|(table, count)| (table.to_owned(), count)).collect()
}

async fn migrating_twice_at_once_is_migrating_once(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let outputs = std::thread::scope(|scope| {
        let threads = Program::ALL.map(|program| {
            let (path, url) = (folder.path(), database.url());
            scope.spawn(move || program.migrate(path, "up", url))
        });
        threads.map(|thread| thread.join().expect("the program starts"))
    });
    for output in &outputs {
        // On SQLite whoever comes second is told so at once, on PostgreSQL it waits.
        let is_refused = book.engine() == Engine::Sqlite && text(output).contains("another process");
        assert!(output.status.success() || is_refused, "{}", text(output));
    }
    assert!(outputs.iter().any(|output| output.status.success()));
    assert_eq!(migrate(Program::Daybook, &folder, "status", &database), "applied");
}

async fn looking_at_the_migrations_changes_no_byte(book: &Book) {
    for program in Program::ALL {
        let (folder, database) = (Folder::empty(), empty_database(book).await);
        assert_eq!(migrate(program, &folder, "up", &database), "applied");
        // As a backup has it; the mode stands in the file.
        assert_eq!(database.texts("PRAGMA journal_mode = DELETE").await, ["delete"]);
        let path = database.url().strip_prefix("sqlite://").expect("a URL of SQLite");
        let before = std::fs::read(path).expect("the file is there");
        assert_eq!(migrate(program, &folder, "status", &database), "applied");
        assert!(std::fs::read(path).expect("the file is there") == before, "{program:?}");
    }
}

mod on_sqlite {
    #[test]
    fn looking_at_the_migrations_changes_no_byte() {
        tests::run(tests::Engine::Sqlite, super::looking_at_the_migrations_changes_no_byte);
    }
}
