//! Two servers on one database: correct on PostgreSQL, refused on SQLite.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::body::credit;
use tests::{Answer, Book, Engine, at_once, eventually, on_both};

on_both!(
    two_servers_share_a_database_or_the_second_is_refused,
    one_idempotency_key_at_two_servers_makes_one_transaction,
    edits_at_two_servers_with_one_version_leave_one_winner,
    a_key_revoked_at_one_server_stops_working_at_the_other,
);

/// A second server, or None on SQLite, where it must be refused within a second.
async fn second(book: &Book) -> Option<Book> {
    let started = Instant::now();
    match (book.second_server().await, book.engine()) {
        (Ok(second), Engine::Postgres) => Some(second),
        (Err(_), Engine::Sqlite) => {
            assert!(
                started.elapsed() < Duration::from_secs(1),
                "refused after {:?}",
                started.elapsed()
            );
            None
        }
        (Ok(_), Engine::Sqlite) => panic!("two servers write to one SQLite file"),
        (Err(error), Engine::Postgres) => panic!("the second server does not start: {error}"),
    }
}

async fn two_servers_share_a_database_or_the_second_is_refused(book: &Book) {
    let Some(second) = second(book).await else {
        let _ = book.create(&credit("ada", "20.00")).await;
        return;
    };
    let servers = [book.client(), second.client()];
    let answers = at_once(32, |number| {
        let (writer, reader) = (servers[number % 2].clone(), servers[(number + 1) % 2].clone());
        async move {
            let mut answers = Vec::new();
            for _ in 0..10 {
                let made = writer.create(&credit("ada", "1.00")).await;
                let read = reader.get(&format!("/transactions/{}", made.id())).await.expect(200);
                assert_eq!(read.body, made.body, "the other server sees it at once");
                answers.push(made);
            }
            answers
        }
    })
    .await
    .concat();
    let mut positions: Vec<u64> = answers.iter().map(Answer::position).collect();
    positions.sort_unstable();
    positions.dedup();
    assert_eq!(positions.len(), 320, "each write has a position of its own");
    for server in [book, &second] {
        assert_eq!(server.balance_of("ada").await, "320.00");
        assert_eq!(server.walk("/transactions?user_id=ada", 50).await.len(), 320);
    }
}

async fn one_idempotency_key_at_two_servers_makes_one_transaction(book: &Book) {
    let Some(second) = second(book).await else { return };
    let servers = [book.client(), second.client()];
    let answers = at_once(32, |number| {
        let client = servers[number % 2].clone();
        async move {
            client
                .post("/transactions", &credit("ada", "20.00"))
                .key("k")
                .await
                .expect(201)
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| !answer.is_replay()).count(), 1);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(book.balance_of("ada").await, "20.00");
}

async fn edits_at_two_servers_with_one_version_leave_one_winner(book: &Book) {
    let Some(second) = second(book).await else { return };
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let servers = [book.client(), second.client()];
    let answers = at_once(32, |number| {
        let (client, path) = (servers[number % 2].clone(), path.clone());
        async move {
            client
                .patch(&path, &json!({"amount": format!("{}.00", 100 + number)}))
                .if_match(1)
                .await
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for lost in answers.into_iter().filter(|answer| answer.status != 200) {
        let _ = lost.problem("version_mismatch", 412);
    }
}

async fn a_key_revoked_at_one_server_stops_working_at_the_other(book: &Book) {
    let Some(second) = second(book).await else { return };
    let key = book
        .post("/keys", &json!({"name": "shop", "role": "reader"}))
        .await
        .expect(201);
    let (here, there) = (book.with_key(key.text("secret")), second.with_key(key.text("secret")));
    let _ = here.get("/users").await.expect(200);
    let _ = there.get("/users").await.expect(200);
    let _ = book.delete(&format!("/keys/{}", key.id())).await.expect(204);
    let _ = here.get("/users").await.problem("unauthenticated", 401);
    let refused = eventually(
        "the key stops working at the other server",
        Duration::from_secs(5),
        async || {
            let answer = there.get("/users").await;
            (answer.status != 200).then_some(answer)
        },
    );
    let _ = refused.await.problem("unauthenticated", 401);
}
