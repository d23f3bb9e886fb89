//! The keys that sign users' tokens as time goes by: what a month, and then a day, does to them.

use serde_json::json;
use tests::body::credit;
use tests::{Book, on_both};

on_both!(a_key_signs_for_a_month_and_its_tokens_go_on_for_a_day);

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

async fn minted(book: &Book) -> String {
    let body = json!({"expires_in": 86_400, "scope": "read"});
    let made = book.post("/users/ada/tokens", &body).await.expect(201);
    made.text("token").to_owned()
}

/// Moves the time in `column` back by so many hours, as if they had gone by.
async fn age(book: &Book, column: &str, hours: i64) {
    let back = hours * HOUR;
    let statement = format!("UPDATE token_keys SET {column} = {column} - {back} WHERE {column} IS NOT NULL");
    assert!(book.database().execute(&statement).await > 0, "{statement}");
}

async fn keys(book: &Book) -> (u64, u64) {
    let count = async |condition: &str| {
        let query = format!("SELECT COUNT(*) FROM token_keys WHERE {condition}");
        book.database().number(&query).await
    };
    let signing = count("retired_at IS NULL AND private_key IS NOT NULL").await;
    let retired = count("retired_at IS NOT NULL AND private_key IS NULL").await;
    assert_eq!(signing + retired, count("1 = 1").await);
    (signing, retired)
}

async fn a_key_signs_for_a_month_and_its_tokens_go_on_for_a_day(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let old = minted(book).await;
    age(book, "created_at", 29 * 24).await;
    let book = book.restarted().await;
    assert_eq!(keys(&book).await, (1, 0), "not yet");
    age(&book, "created_at", 2 * 24).await;
    let book = book.restarted().await;
    assert_eq!(keys(&book).await, (1, 1), "another signs, and the old one can no more");
    let new = minted(&book).await;
    for token in [&old, &new] {
        let _ = book.with_key(token).get("/users/me").await.expect(200);
    }
    age(&book, "retired_at", 23).await;
    let book = book.restarted().await;
    let _ = book.with_key(&old).get("/users/me").await.expect(200);
    age(&book, "retired_at", 2).await;
    let book = book.restarted().await;
    assert_eq!(keys(&book).await, (1, 0), "the last token of the old one is over");
    let _ = book
        .with_key(&old)
        .get("/users/me")
        .await
        .problem("unauthenticated", 401);
    let _ = book.with_key(&new).get("/users/me").await.expect(200);
}
