//! One server and no change of the schema on one SQLite file, by whatever path; PostgreSQL takes several.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use tests::body::credit;
use tests::program::{Folder, Program, Serving, command};
use tests::{Book, Engine, OPERATOR_KEY, on_both};

use super::{complaint, empty_database, file_of, serve, text};

on_both!(
    a_served_file_is_refused_to_servers_and_to_changes_of_its_schema,
    a_served_file_is_refused_by_every_path_that_leads_to_it,
    the_lock_of_a_file_ends_with_its_process,
);

/// No refusal takes longer.
const REFUSAL_TIME_MAX: Duration = Duration::from_secs(1);

/// Everything that must not happen to a file that is served.
fn intrude(folder: &Folder, url: &str) -> Vec<(String, Output, Duration)> {
    let mut attempts = Vec::new();
    let mut attempt = |what: String, run: &dyn Fn() -> Output| {
        let started = Instant::now();
        let output = run();
        attempts.push((what, output, started.elapsed()));
    };
    attempt("daybook serve".to_owned(), &|| {
        let mut serve = command(folder.path(), &["serve", "--listen=127.0.0.1:0", "--database-url", url]);
        serve.output().expect("daybook starts")
    });
    for program in Program::ALL {
        for verb in ["up", "down", "fresh"] {
            let what = format!("{program:?} {verb}");
            attempt(what, &|| program.migrate(folder.path(), verb, url));
        }
    }
    attempts
}

fn assert_refused(folder: &Folder, url: &str) {
    for (what, output, elapsed) in intrude(folder, url) {
        let said = complaint(&output, 1);
        assert!(said.contains("being served"), "{what} at {url}: {said}");
        assert!(elapsed < REFUSAL_TIME_MAX, "{what} was refused after {elapsed:?}");
    }
}

async fn a_served_file_is_refused_to_servers_and_to_changes_of_its_schema(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    let client = serving.client(OPERATOR_KEY);
    let _ = client.create(&credit("ada", "20.00")).await;
    match book.engine() {
        Engine::Sqlite => assert_refused(&folder, database.url()),
        Engine::Postgres => {
            let elsewhere = Folder::empty();
            let _second = serve(&database, &elsewhere, &[]).await;
            let up = Program::Migration.migrate(folder.path(), "up", database.url());
            assert!(up.status.success(), "{}", text(&up));
            for (program, verb) in Program::ALL.into_iter().zip(["down", "fresh"]) {
                let said = complaint(&program.migrate(folder.path(), verb, database.url()), 1);
                assert!(said.contains("being served"), "{program:?} {verb}: {said}");
            }
        }
    }
    for program in Program::ALL {
        let status = program.migrate(folder.path(), "status", database.url());
        assert!(status.status.success(), "looking is no change: {}", text(&status));
    }
    let _ = client.create(&credit("ada", "1.00")).await;
    assert_eq!(client.balance_of("ada").await, "21.00");
}

async fn a_served_file_is_refused_by_every_path_that_leads_to_it(book: &Book) {
    match book.engine() {
        Engine::Sqlite => a_file_is_refused_by_every_path().await,
        // PostgreSQL takes several servers, however each spells its name.
        Engine::Postgres => {
            let (folder, url) = (Folder::empty(), book.database().url());
            let separator = if url.contains('?') { '&' } else { '?' };
            let other = format!("{url}{separator}application_name=another");
            let started = Serving::start(folder.path(), &["serve", "--database-url", &other]).await;
            let serving = started.unwrap_or_else(|(status, said)| panic!("it ended {status}: {said}"));
            let made = serving.client(OPERATOR_KEY).create(&credit("ada", "20.00")).await;
            let _ = book.get(&format!("/transactions/{}", made.id())).await.expect(200);
        }
    }
}

async fn a_file_is_refused_by_every_path() {
    let (folder, links) = (Folder::empty(), Folder::empty());
    let path = folder.path().join("daybook.db");
    let link = links.path().join("link.db");
    // The link leads to nothing yet: the server that is told of it makes the file behind it.
    symlink(&path, &link).expect("the folder is writable");
    let url_of = |path: &Path| format!("sqlite://{}", path.display());
    let arguments = [
        "serve",
        "--database-url",
        &url_of(&link),
        "--operator-key",
        OPERATOR_KEY,
    ];
    let started = Serving::start(links.path(), &arguments).await;
    let serving = started.unwrap_or_else(|(status, said)| panic!("it ended {status}: {said}"));
    let client = serving.client(OPERATOR_KEY);
    let _ = client.create(&credit("ada", "20.00")).await;

    let link_to_folder = links.path().join("folder");
    symlink(folder.path(), &link_to_folder).expect("the folder is writable");
    let another_spelling = folder.path().join(".").join("daybook.db");
    for other in [&path, &link, &link_to_folder.join("daybook.db"), &another_spelling] {
        assert_refused(&folder, &url_of(other));
    }
    // As if by chance from within the folder.
    assert_refused(&folder, "sqlite://daybook.db");

    let hard_link = folder.path().join("second.db");
    fs::hard_link(&path, &hard_link).expect("the folder is writable");
    for (what, output, elapsed) in intrude(&folder, &url_of(&hard_link)) {
        let said = complaint(&output, 1);
        assert!(said.contains("hard links"), "{what}: {said}");
        assert!(elapsed < REFUSAL_TIME_MAX, "{what} was refused after {elapsed:?}");
    }
    let _ = client.create(&credit("ada", "1.00")).await;
    assert_eq!(client.balance_of("ada").await, "21.00");
}

async fn the_lock_of_a_file_ends_with_its_process(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    let _ = serving.client(OPERATOR_KEY).create(&credit("ada", "20.00")).await;
    // Dropped without a warning: it is killed.
    drop(serving);
    if book.engine() == Engine::Sqlite {
        assert!(file_of(database.url()).exists());
    }
    let up = Program::Daybook.migrate(folder.path(), "up", database.url());
    assert!(up.status.success(), "{}", text(&up));
    let again = serve(&database, &folder, &[]).await;
    assert_eq!(again.client(OPERATOR_KEY).balance_of("ada").await, "20.00");
}
