//! The program `daybook`: section 9 of the contract.

use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::body::credit;
use tests::program::{Folder, Serving, command, run};
use tests::{Book, Database, OPERATOR_KEY, eventually, on_both};

on_both!(
    help_and_version_are_printed,
    bad_settings_are_named_in_one_line,
    migrations_go_up_and_down,
    an_old_schema_is_refused_with_the_command_that_mends_it,
    the_first_start_prints_an_operators_key_once,
    settings_are_flags_or_variables,
    a_key_made_on_the_command_line_works,
    verify_passes_on_a_served_database,
    a_terminated_server_drains_and_ends_well,
);

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn assert_succeeds(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder.path(), arguments);
    assert!(
        output.status.success(),
        "daybook {arguments:?} ended {}: {}",
        output.status,
        text(&output)
    );
    text(&output)
}

async fn empty_database(book: &Book) -> Database {
    Database::without_tables(book.engine())
        .await
        .expect("the engine was there a moment ago")
}

/// A server on a new, migrated database.
async fn serve(database: &Database, folder: &Folder, more: &[&str]) -> Serving {
    let mut arguments = vec!["serve", "--database-url", database.url(), "--migrate", "auto"];
    arguments.extend_from_slice(more);
    let started = Serving::start(folder.path(), &arguments).await;
    started.unwrap_or_else(|(status, said)| panic!("daybook {arguments:?} ended {status}: {said}"))
}

/// The address of the key that stands alone in a text.
fn key_in(said: &str) -> Option<&str> {
    said.split(|letter: char| letter.is_whitespace() || "\"'`".contains(letter))
        .find(|word| word.starts_with("dbk_"))
}

async fn help_and_version_are_printed(_: &Book) {
    let folder = Folder::empty();
    let version = assert_succeeds(&folder, &["--version"]);
    assert!(version.starts_with("daybook "), "{version}");
    let help = assert_succeeds(&folder, &["--help"]) + &assert_succeeds(&folder, &["serve", "--help"]);
    for name in [
        "serve",
        "migrate",
        "key",
        "verify",
        "--database-url",
        "DATABASE_URL",
        "--listen",
        "DAYBOOK_LISTEN",
        "--operator-key",
        "DAYBOOK_OPERATOR_KEY",
        "--log-format",
        "DAYBOOK_LOG_FORMAT",
        "--batch-max",
        "DAYBOOK_BATCH_MAX",
        "--queue-max",
        "DAYBOOK_QUEUE_MAX",
        "--read-pool",
        "DAYBOOK_READ_POOL",
        "--write-pool",
        "DAYBOOK_WRITE_POOL",
        "--migrate",
        "DAYBOOK_MIGRATE",
        "--metrics",
        "DAYBOOK_METRICS",
        "--cors-origins",
        "--request-timeout-s",
        "--behind-proxy",
        "DAYBOOK_BEHIND_PROXY",
        "--drain-s",
        "DAYBOOK_DRAIN_S",
    ] {
        assert!(help.contains(name), "{name} is not in the help");
    }
}

async fn bad_settings_are_named_in_one_line(_: &Book) {
    let folder = Folder::empty();
    let cases: [(&[&str], &[&str]); 5] = [
        (&["serve", "--listen", "nowhere"], &["--listen"]),
        (&["serve", "--database-url", "mysql://localhost/x"], &["--database-url"]),
        (&["serve", "--operator-key", "short"], &["--operator-key"]),
        (
            &["serve", "--batch-max", "0", "--queue-max", "none", "--migrate", "maybe"],
            &["--batch-max", "--queue-max", "--migrate"],
        ),
        (
            &["serve", "--metrics", "loud", "--drain-s", "-1"],
            &["--metrics", "--drain-s"],
        ),
    ];
    for (arguments, named) in cases {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output));
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        for name in named {
            assert!(said.contains(name), "{name} is not named: {said}");
        }
    }
}

async fn migrations_go_up_and_down(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let migrate = |verb: &str| assert_succeeds(&folder, &["migrate", verb, "--database-url", database.url()]);
    for verb in ["up", "status", "up", "down", "status", "up", "fresh", "status"] {
        let _ = migrate(verb);
    }
    let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    let _ = serving.client(OPERATOR_KEY).create(&credit("ada", "20.00")).await;
    assert_eq!(serving.client(OPERATOR_KEY).balance_of("ada").await, "20.00");
}

async fn an_old_schema_is_refused_with_the_command_that_mends_it(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    // SQLite makes an absent file, so that there is a database whose schema is too old: none.
    let arguments = [
        "serve",
        "--database-url",
        database.url(),
        "--migrate",
        "check",
        "--operator-key",
        OPERATOR_KEY,
    ];
    let Err((status, said)) = Serving::start(folder.path(), &arguments).await else {
        panic!("a server runs without its tables");
    };
    assert!(!status.success());
    assert!(said.contains("migrate up"), "{said}");
    let _ = assert_succeeds(&folder, &["migrate", "up", "--database-url", database.url()]);
    let serving = Serving::start(folder.path(), &arguments)
        .await
        .expect("the schema is current");
    let _ = serving.client(OPERATOR_KEY).get("/users").await.expect(200);
}

async fn the_first_start_prints_an_operators_key_once(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let mut serving = serve(&database, &folder, &[]).await;
    let said = eventually("the key is printed", Duration::from_secs(5), async || {
        let said = std::fs::read_to_string(folder.path().join("stdout")).unwrap_or_default();
        key_in(&said).is_some().then_some(said)
    })
    .await;
    let key = key_in(&said).expect("it was there a moment ago").to_owned();
    let _ = serving.client(&key).get("/keys").await.expect(200);
    serving.terminate();
    assert_eq!(serving.ended(Duration::from_secs(35)).await.code(), Some(0));

    let again = serve(&database, &folder, &[]).await;
    let _ = again.client(&key).get("/keys").await.expect(200);
    assert_eq!(key_in(&again.said()), None, "the key is printed once");
}

async fn settings_are_flags_or_variables(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let mut migrate = command(folder.path(), &["migrate", "up"]);
    let output = migrate
        .env("DATABASE_URL", database.url())
        .output()
        .expect("daybook starts");
    assert!(output.status.success(), "{}", text(&output));
    let mut bad = command(folder.path(), &["serve"]);
    let output = bad
        .env("DATABASE_URL", database.url())
        .env("DAYBOOK_BATCH_MAX", "none")
        .output()
        .expect("daybook starts");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
}

async fn a_key_made_on_the_command_line_works(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    let arguments = [
        "key",
        "create",
        "--ledger",
        "main",
        "--role",
        "writer",
        "--name",
        "shop",
        "--database-url",
        database.url(),
    ];
    let said = assert_succeeds(&folder, &arguments);
    let key = key_in(&said).unwrap_or_else(|| panic!("no key in {said}"));
    let _ = serving.client(key).create(&credit("ada", "20.00")).await;
    let _ = serving.client(key).get("/keys").await.problem("forbidden", 403);
    let listed = serving.client(OPERATOR_KEY).get("/keys").await.expect(200);
    assert!(listed.column("name").contains(&"shop"));
}

async fn verify_passes_on_a_served_database(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    let client = serving.client(OPERATOR_KEY);
    for number in 0..20 {
        let made = client.create(&credit(&format!("user-{}", number % 3), "20.00")).await;
        let path = format!("/transactions/{}", made.id());
        let _ = client.patch(&path, &json!({"amount": "30.00"})).await.expect(200);
        if number % 4 == 0 {
            let _ = client.delete(&path).await.expect(200);
        }
    }
    let _ = assert_succeeds(&folder, &["verify", "--database-url", database.url()]);
    let _ = assert_succeeds(
        &folder,
        &["verify", "--ledger", "main", "--database-url", database.url()],
    );
    let unknown = run(
        folder.path(),
        &["verify", "--ledger", "other", "--database-url", database.url()],
    );
    assert!(!unknown.status.success());

    if book.engine() == tests::Engine::Sqlite {
        for arguments in [
            ["serve", "--listen=127.0.0.1:0"],
            ["migrate", "up"],
            ["migrate", "down"],
            ["migrate", "fresh"],
        ] {
            let started = Instant::now();
            let refused = command(folder.path(), &arguments)
                .args(["--database-url", database.url()])
                .output()
                .expect("daybook starts");
            assert!(
                !refused.status.success(),
                "{arguments:?} on a file that is served: {}",
                text(&refused)
            );
            assert!(
                started.elapsed() < Duration::from_secs(2),
                "{arguments:?} was refused after {:?}",
                started.elapsed()
            );
            assert!(!text(&refused).trim().is_empty(), "{arguments:?} says why");
        }
        let _ = client.create(&credit("ada", "1.00")).await;
    }
}

async fn a_terminated_server_drains_and_ends_well(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let mut serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY, "--drain-s", "2"]).await;
    let client = serving.client(OPERATOR_KEY);
    let made = client.create(&credit("ada", "20.00")).await;
    let _ = client.get_root("/readyz").await.expect(200);
    let started = Instant::now();
    serving.terminate();
    let not_ready = eventually("/readyz turns", Duration::from_secs(1), async || {
        let answer = client.get_root("/readyz").await;
        (answer.status != 200).then_some(answer)
    });
    let _ = not_ready.await.problem("unavailable", 503);
    // New connections are still served while the balancer takes notice.
    let late = serving.client(OPERATOR_KEY);
    assert_eq!(
        late.get(&format!("/transactions/{}", made.id())).await.expect(200).body,
        made.body
    );
    let _ = late.create(&credit("ada", "1.00")).await;
    drop((client, late));
    assert_eq!(
        serving.ended(Duration::from_secs(35)).await.code(),
        Some(0),
        "{}",
        serving.said()
    );
    assert!(
        started.elapsed() >= Duration::from_secs(2),
        "it drained for {:?}",
        started.elapsed()
    );

    let again = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    assert_eq!(again.client(OPERATOR_KEY).balance_of("ada").await, "21.00");
}
