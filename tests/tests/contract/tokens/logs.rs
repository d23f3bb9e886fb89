//! What is logged of tokens: nothing.

use serde_json::json;
use tests::body::credit;
use tests::program::{Folder, Serving, command};
use tests::{Book, OPERATOR_KEY, on_both};

use crate::command_line::empty_database;

use super::forge::{claims, ed25519_jwk, token};

on_both!(no_part_of_a_token_is_logged, a_bad_provider_stops_the_start);

async fn no_part_of_a_token_is_logged(book: &Book) {
    let database = empty_database(book).await;
    let folder = Folder::empty();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, json!({"keys": [ed25519_jwk(1, "ed")]}).to_string()).expect("the folder is writable");
    let mut serve = command(
        folder.path(),
        &["serve", "--migrate", "auto", "--operator-key", OPERATOR_KEY],
    );
    serve.args(["--database-url", database.url(), "--jwt-issuer", "https://id.example"]);
    serve
        .args(["--jwt-audience", "daybook-of-the-suite", "--jwks-file"])
        .arg(&path);
    serve.env("RUST_LOG", "trace");
    let serving = Serving::start_command(folder.path(), serve).await;
    let serving = serving.unwrap_or_else(|(status, said)| panic!("it ended {status}: {said}"));
    let operator = serving.client(OPERATOR_KEY);
    let _ = operator.create(&credit("ada", "20.00")).await;
    let body = json!({"expires_in": 60, "scope": "write"});
    let made = operator.post("/users/ada/tokens", &body).await.expect(201);
    let theirs = token(&claims("ada", "read"));
    let mut refused = theirs.clone();
    refused.truncate(refused.len() - 4);
    for (token, status) in [(made.text("token"), 200), (&theirs, 200), (&refused, 401)] {
        let answer = operator.with_key(token).get("/users/me").await;
        assert_eq!(answer.status, status);
    }
    let said = serving.said();
    assert!(said.contains("a token was refused"), "what is logged is looked at");
    for token in [made.text("token"), &theirs, &refused] {
        for part in token.split('.').skip(1) {
            assert!(!said.contains(&part[..16]), "a part of a token was logged");
        }
    }
}

async fn a_bad_provider_stops_the_start(book: &Book) {
    let folder = Folder::empty();
    let url = book.database().url();
    for (arguments, named) in [
        (
            &["--jwks-file", "a", "--jwks-url", "https://b.example"][..],
            "--jwks-url",
        ),
        (&["--jwks-file", "a", "--jwt-issuer", "i"], "--jwt-audience"),
        (
            &["--jwks-url", "https://b.example", "--jwt-audience", "a"],
            "--jwt-issuer",
        ),
        (&["--jwt-issuer", "i", "--jwt-audience", "a"], "--jwks-file"),
        (
            &[
                "--jwks-url",
                "http://b.example",
                "--jwt-issuer",
                "i",
                "--jwt-audience",
                "a",
            ],
            "https",
        ),
    ] {
        let all = [&["serve", "--database-url", url], arguments].concat();
        let output = command(folder.path(), &all).output().expect("daybook starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(named) && said.lines().count() == 1, "{said}");
    }
}
