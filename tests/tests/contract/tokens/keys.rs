//! The keys that sign: shared by all servers of a database, and replaced with an overlap.

use std::time::Duration;

use serde_json::json;
use tests::body::credit;
use tests::program::{Folder, run};
use tests::{Book, Engine, eventually, on_both};

use super::acting_as;

/// A change of keys is seen on every server within this time.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

on_both!(
    a_new_key_signs_and_the_old_ones_tokens_go_on,
    a_revoked_key_takes_its_tokens_with_it,
    servers_of_one_database_share_their_keys,
    a_restart_keeps_the_key,
);

/// What `daybook token-key` says.
fn token_key(book: &Book, arguments: &[&str]) -> String {
    let folder = Folder::empty();
    let all = [&["token-key"], arguments, &["--database-url", book.database().url()]].concat();
    let output = run(folder.path(), &all);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The name of the key in a token's header.
fn kid_of(token: &str) -> String {
    use base64::Engine as _;
    let header = token.split('.').next().expect("three parts");
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(header)
        .expect("base64");
    let header: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    header["kid"].as_str().expect("a kid").to_owned()
}

/// A token, and the name of the key that signed it.
async fn minted(book: &Book) -> (String, String) {
    let body = json!({"expires_in": 3600, "scope": "read"});
    let made = book.post("/users/ada/tokens", &body).await.expect(201);
    (made.text("token").to_owned(), kid_of(made.text("token")))
}

async fn a_new_key_signs_and_the_old_ones_tokens_go_on(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let (old_token, old) = minted(book).await;
    let listed = token_key(book, &["list"]);
    assert_eq!(listed.lines().count(), 1, "{listed}");
    assert!(listed.contains(&old) && listed.contains("signs"), "{listed}");
    let listed = token_key(book, &["rotate"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let retired = listed
        .lines()
        .find(|line| line.contains(&old))
        .expect("the old one is listed");
    assert!(retired.contains("retired"), "{listed}");
    let new_token = eventually("the new key signs", SEEN_WITHIN, async || {
        let (token, kid) = minted(book).await;
        (kid != old).then_some(token)
    })
    .await;
    for token in [&old_token, &new_token] {
        let _ = book.with_key(token).get("/users/me").await.expect(200);
    }
}

async fn a_revoked_key_takes_its_tokens_with_it(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let (token, old) = minted(book).await;
    let client = book.with_key(&token);
    let _ = client.get("/users/me").await.expect(200);
    let listed = token_key(book, &["rotate", "--revoke"]);
    assert!(listed.lines().count() == 1 && !listed.contains(&old), "{listed}");
    eventually("the token is refused", SEEN_WITHIN, async || {
        (client.get("/users/me").await.status == 401).then_some(())
    })
    .await;
    let _ = acting_as(book, "ada", "read").await.get("/users/me").await.expect(200);
}

async fn servers_of_one_database_share_their_keys(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    if book.engine() == Engine::Sqlite {
        // A file is served by one.
        assert!(book.second_server().await.is_err());
        return;
    }
    let other = book.second_server().await.expect("the second server starts");
    let (here, there) = (minted(book).await, minted(&other).await);
    assert_eq!(here.1, there.1);
    let _ = token_key(book, &["rotate"]);
    let new = eventually("the new key signs here", SEEN_WITHIN, async || {
        let (token, kid) = minted(book).await;
        (kid != here.1).then_some(token)
    })
    .await;
    eventually("the new key is known there", SEEN_WITHIN, async || {
        (other.with_key(&new).get("/users/me").await.status == 200).then_some(())
    })
    .await;
    let _ = other.with_key(&here.0).get("/users/me").await.expect(200);
}

async fn a_restart_keeps_the_key(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let (token, kid) = minted(book).await;
    let restarted = book.restarted().await;
    let _ = restarted.with_key(&token).get("/users/me").await.expect(200);
    assert_eq!(minted(&restarted).await.1, kid);
}
