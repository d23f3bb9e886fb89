//! Flags and variables. Their defaults are held beside the code that reads them.

use tests::program::{Folder, Serving, command, run};
use tests::{Book, OPERATOR_KEY, on_both};

use super::{assert_succeeds, complaint, empty_database};

on_both!(
    help_and_version_are_printed,
    bad_settings_are_named_in_one_line,
    every_variable_is_read_and_a_flag_wins_over_it,
    an_empty_variable_is_none,
    an_operator_key_has_no_spaces,
);

/// Each setting, its variable, and a value that it refuses.
const SETTINGS: [(&str, &str, &str); 19] = [
    ("--database-url", "DATABASE_URL", "mysql://localhost/x"),
    ("--listen", "DAYBOOK_LISTEN", "nowhere"),
    ("--log-format", "DAYBOOK_LOG_FORMAT", "xml"),
    ("--operator-key", "DAYBOOK_OPERATOR_KEY", "short"),
    ("--batch-max", "DAYBOOK_BATCH_MAX", "none"),
    ("--queue-max", "DAYBOOK_QUEUE_MAX", "0"),
    ("--read-pool", "DAYBOOK_READ_POOL", "-1"),
    ("--write-pool", "DAYBOOK_WRITE_POOL", "1.5"),
    ("--migrate", "DAYBOOK_MIGRATE", "maybe"),
    ("--metrics", "DAYBOOK_METRICS", "loud"),
    ("--cors-origins", "DAYBOOK_CORS_ORIGINS", "shop.example"),
    ("--request-timeout-s", "DAYBOOK_REQUEST_TIMEOUT_S", "0"),
    ("--behind-proxy", "DAYBOOK_BEHIND_PROXY", "perhaps"),
    ("--tls-cert", "DAYBOOK_TLS_CERT", "/nowhere/cert.pem"),
    ("--tls-key", "DAYBOOK_TLS_KEY", "/nowhere/key.pem"),
    ("--trusted-proxies", "DAYBOOK_TRUSTED_PROXIES", "10.0.0.0/33"),
    ("--rate-limit", "DAYBOOK_RATE_LIMIT", "many"),
    ("--connections-max", "DAYBOOK_CONNECTIONS_MAX", "-1"),
    ("--drain-s", "DAYBOOK_DRAIN_S", "-1"),
];

async fn help_and_version_are_printed(_: &Book) {
    let folder = Folder::empty();
    let version = assert_succeeds(&folder, &["--version"]);
    assert!(version.starts_with("daybook "), "{version}");
    let help = assert_succeeds(&folder, &["--help"]) + &assert_succeeds(&folder, &["serve", "--help"]);
    for name in ["serve", "migrate", "key", "import", "export", "verify", "RUST_LOG"] {
        assert!(help.contains(name), "{name} is not in the help");
    }
    for (flag, variable, _) in SETTINGS {
        assert!(help.contains(flag), "{flag} is not in the help");
        assert!(
            help.contains(&format!("[env: {variable}]")),
            "{variable} is not in the help"
        );
    }
}

async fn bad_settings_are_named_in_one_line(_: &Book) {
    let folder = Folder::empty();
    let cases: [(&[&str], &[&str]); 13] = [
        (&["serve", "--listen", "nowhere"], &["--listen"]),
        (&["--listen", "nowhere"], &["--listen"]),
        (&["serve", "--database-url", "mysql://localhost/x"], &["--database-url"]),
        (&["serve", "--operator-key", "short"], &["--operator-key"]),
        (
            &["serve", "--batch-max", "0", "--queue-max", "none", "--migrate", "maybe"],
            &["--batch-max", "--queue-max", "--migrate"],
        ),
        (
            &["serve", "--listen", "0.0.0.0:0"],
            &["--listen", "DAYBOOK_BEHIND_PROXY"],
        ),
        (&["serve", "--tls-key", "key.pem"], &["--tls-cert", "--tls-key"]),
        (
            &["serve", "--metrics", "loud", "--drain-s", "-1"],
            &["--metrics", "--drain-s"],
        ),
        (
            &["serve", "--database-url", "sqlite::memory:", "--listen", "nowhere"],
            &["--database-url", "--listen"],
        ),
        (
            &["serve", "--database-url", "sqlite://", "--listen", "nowhere"],
            &["--database-url", "--listen"],
        ),
        (
            &["serve", "--database-url", "sqlite://x?mode=ro", "--listen", "nowhere"],
            &["--database-url", "--listen"],
        ),
        (
            &["verify", "--database-url", "postgres://u:hush@h:notaport/d"],
            &["--database-url"],
        ),
        (
            &[
                "migrate",
                "up",
                "--database-url",
                "postgres://u:hush@h:notaport/d",
                "--log-format",
                "xml",
            ],
            &["--database-url", "--log-format"],
        ),
    ];
    for (arguments, named) in cases {
        let said = complaint(&run(folder.path(), arguments), 2);
        for name in named {
            assert!(said.contains(name), "{name} is not named: {said}");
        }
        assert!(!said.contains("hush"), "a password is told: {said}");
    }
    assert_eq!(folder.files(), Vec::<String>::new(), "a refused start leaves no file");
}

async fn every_variable_is_read_and_a_flag_wins_over_it(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let mut all_bad = command(folder.path(), &["serve"]);
    all_bad.envs(SETTINGS.map(|(_, variable, bad)| (variable, bad)));
    let said = complaint(&all_bad.output().expect("daybook starts"), 2);
    for (flag, variable, bad) in SETTINGS {
        assert!(
            said.contains(&format!("{flag} must be")),
            "{variable}={bad} is let through: {said}"
        );
    }

    let migrate = |variables: &[(&str, &str)], flags: &[&str]| {
        let mut migrate = command(folder.path(), &["migrate", "up"]);
        let migrate = migrate.args(flags).envs(variables.iter().copied());
        migrate.output().expect("daybook starts")
    };
    assert!(migrate(&[("DATABASE_URL", database.url())], &[]).status.success());
    let bad = [("DATABASE_URL", "mysql://localhost/x")];
    assert!(migrate(&bad, &["--database-url", database.url()]).status.success());
}

async fn an_empty_variable_is_none(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let mut serve = command(
        folder.path(),
        &["serve", "--migrate", "auto", "--database-url", database.url()],
    );
    let empty = SETTINGS.map(|(_, variable, _)| (variable, ""));
    serve
        .envs(empty)
        .env("RUST_LOG", "")
        .env("DAYBOOK_OPERATOR_KEY", OPERATOR_KEY);
    let serving = Serving::start_command(folder.path(), serve).await;
    let mut serving = serving.unwrap_or_else(|(status, said)| panic!("it ended {status}: {said}"));
    let _ = serving.client(OPERATOR_KEY).get("/keys").await.expect(200);
    serving.terminate();
    let status = serving.ended(std::time::Duration::from_secs(35)).await;
    assert!(status.success(), "{}", serving.said());
    // RUST_LOG too: what is logged is what is logged without it.
    assert!(serving.said().contains("stopping"), "{}", serving.said());

    // An empty DATABASE_URL is the file in the working directory.
    let mut migrate = command(folder.path(), &["migrate", "up"]);
    let output = migrate.env("DATABASE_URL", "").output().expect("daybook starts");
    assert!(output.status.success(), "{}", super::text(&output));
    assert!(
        folder.files().contains(&"daybook.db".to_owned()),
        "{:?}",
        folder.files()
    );
}

async fn an_operator_key_has_no_spaces(_: &Book) {
    let folder = Folder::empty();
    let said = complaint(
        &run(
            folder.path(),
            &["serve", "--operator-key", "twenty printable characters"],
        ),
        2,
    );
    assert!(
        said.contains("--operator-key must be at least 20 printable characters without spaces"),
        "{said}"
    );
    assert!(!said.contains("twenty"), "a key is told: {said}");
}
