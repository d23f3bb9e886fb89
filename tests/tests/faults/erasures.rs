//! The server killed in the middle of an erasure.

use std::time::Duration;

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::program::{Folder, Serving};
use tests::{Book, Client, Database, OPERATOR_KEY, Random, eventually, on_both};

on_both!(an_erasure_that_a_kill_cut_short_is_seen_through_by_the_next_server,);

const ROUNDS: u64 = 6;
/// Batches of a thousand transactions of each user.
const BATCHES: usize = 3;
/// Stands in every text.
const TEXT: &str = "wortle";

async fn fill(client: &Client, user: &str) {
    let texts = json!({"description": TEXT, "metadata": {"who": TEXT}});
    let items: Vec<Value> = (0..1000).map(|_| with(credit(user, "1.00"), texts.clone())).collect();
    for _ in 0..BATCHES {
        let body = json!({"atomic": true, "transactions": items});
        let _ = client.post("/transactions/batch", &body).await.expect(201);
    }
}

async fn an_erasure_that_a_kill_cut_short_is_seen_through_by_the_next_server(book: &Book) {
    let database = Database::migrated(book.engine())
        .await
        .expect("the engine was there a moment ago");
    let folder = Folder::empty();
    let mut random = Random::announced();
    let mut server = Serving::on(database.url(), &folder).await;
    let mut unanswered = 0_u64;
    for round in 0..ROUNDS {
        let client = server.client(OPERATOR_KEY);
        let user = format!("user-{round}");
        fill(&client, &user).await;
        let path = format!("/users/{user}?texts=true");
        let asking = client.delete(&path).key(&user).attempt();
        // How long it takes hangs on the machine: some rounds kill before it, some after.
        let time = Duration::from_millis(20 + random.below(60 * (round + 1)));
        match tokio::time::timeout(time, asking).await {
            Ok(answer) => drop(answer.expect("the server lives").expect(200)),
            Err(_) => unanswered += 1,
        }
        server.kill();
        database.verify().await;
        server = Serving::on(database.url(), &folder).await;
        // The same request settles it: it is answered when everything is cleared.
        let erased = server.client(OPERATOR_KEY).delete(&path).key(&user).await.expect(200);
        assert_eq!(erased.body["full_name"], Value::Null);
        assert_eq!(database.snapshot().await.rows_with(TEXT), Vec::<String>::new());
        database.verify().await;
    }
    assert!(unanswered > 0, "every erasure was answered before the kill");
    eventually("no erasure is left", Duration::from_secs(30), async || {
        let left = "SELECT COUNT(*) FROM users WHERE erasing IS NOT NULL";
        (database.number(left).await == 0).then_some(())
    })
    .await;
}
