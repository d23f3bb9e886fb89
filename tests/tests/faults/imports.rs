//! Imports under faults: whatever happens on the way, the file sent again leaves every row once.

use std::time::Duration;

use serde_json::{Value, json};
use tests::program::{Folder, Serving};
use tests::wire::Wire;
use tests::{Answer, Book, Client, Database, Loss, OPERATOR_KEY, eventually, on_both, on_postgres};

/// Rows of the file: many more than are recorded before a fault.
const ROWS: u64 = 8_000;
/// Longer than the service looks for what became of a commit, shorter than an import waits.
const UNKNOWN_AFTER: Duration = Duration::from_secs(7);

mod everywhere {
    use super::*;
    on_both!(
        an_import_into_a_server_that_is_killed_and_again_has_every_row_once,
        an_import_into_a_server_that_is_stopped_says_how_far_it_came,
    );
}

mod on_a_network {
    use super::*;
    on_postgres!(an_import_whose_commits_are_lost_has_every_row_once);
}

/// A file of which every other row has no reference, and many say the same.
fn file() -> String {
    let mut file = "type,user_id,amount,reference\n".to_owned();
    for row in 0..ROWS {
        let reference = if row % 2 == 0 {
            format!("r-{row}")
        } else {
            String::new()
        };
        file.push_str(&format!("credit,user-{},1,{reference}\n", row % 7));
    }
    file
}

fn import(client: &Client, file: &str) -> tests::Request {
    client.post("/transactions/import", &Value::Null).body(file, "text/csv")
}

async fn recorded(client: &Client) -> u64 {
    let statistics = client.get("/stats").await.expect(200);
    statistics.body["currencies"][0]["count"].as_u64().unwrap_or_default()
}

/// Waits until some rows are recorded, and not all.
async fn under_way(client: &Client) {
    eventually("some rows are recorded", Duration::from_secs(30), async || {
        (recorded(client).await >= 500).then_some(())
    })
    .await;
}

/// That the book has every row once, given what the last import told.
async fn assert_every_row_once(client: &Client, database: &Database, told: &Answer) {
    let count = |name: &str| told.body[name].as_u64().expect("a report has numbers");
    assert_eq!(count("rejected"), 0, "{}", told.text);
    assert_eq!(count("accepted") + count("duplicates"), ROWS, "{}", told.text);
    assert_eq!(recorded(client).await, ROWS);
    let statistics = client.get("/stats").await.expect(200);
    assert_eq!(statistics.body["currencies"][0]["total"], format!("{ROWS}.00"));
    database.verify().await;
}

async fn an_import_into_a_server_that_is_killed_and_again_has_every_row_once(book: &Book) {
    let database = Database::migrated(book.engine())
        .await
        .expect("the engine was there a moment ago");
    let (folder, file) = (Folder::empty(), file());
    for _ in 0..2 {
        let mut server = Serving::on(database.url(), &folder).await;
        let client = server.client(OPERATOR_KEY);
        let before = recorded(&client).await;
        let running = tokio::spawn(import(&client, &file).attempt());
        eventually("more rows are recorded", Duration::from_secs(60), async || {
            (recorded(&client).await >= before + 500).then_some(())
        })
        .await;
        server.kill();
        assert!(
            running.await.expect("the client ends").is_err(),
            "it was still under way"
        );
        database.verify().await;
    }
    let server = Serving::on(database.url(), &folder).await;
    let client = server.client(OPERATOR_KEY);
    let before = recorded(&client).await;
    assert!((1..ROWS).contains(&before), "{before} rows were recorded");
    let told = import(&client, &file).await.expect(200);
    assert_eq!(told.body["duplicates"], before, "{}", told.text);
    assert_every_row_once(&client, &database, &told).await;
}

async fn an_import_into_a_server_that_is_stopped_says_how_far_it_came(book: &Book) {
    let database = Database::migrated(book.engine())
        .await
        .expect("the engine was there a moment ago");
    let (folder, file) = (Folder::empty(), file());
    let mut server = Serving::on(database.url(), &folder).await;
    let client = server.client(OPERATOR_KEY);
    let mut wire = Wire::open(server.address()).await;
    let head = format!(
        "POST /api/v1/transactions/import HTTP/1.1\r\nHost: daybook\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
         Content-Type: text/csv\r\nContent-Length: {}\r\n\r\n",
        file.len() + 1
    );
    wire.send(head.as_bytes()).await;
    // All but the last byte comes: the server waits for more.
    wire.send(file.as_bytes()).await;
    under_way(&client).await;
    server.terminate();
    let answer = wire.answer().await;
    assert_eq!(answer.status, 503, "{}", answer.head);
    assert_eq!(answer.body["code"], "unavailable");
    let accepted = answer.body["report"]["accepted"]
        .as_u64()
        .expect("it says how far it came");
    assert_eq!(
        server.ended(Duration::from_secs(35)).await.code(),
        Some(0),
        "{}",
        server.said()
    );

    let again = Serving::on(database.url(), &folder).await;
    let client = again.client(OPERATOR_KEY);
    assert_eq!(recorded(&client).await, accepted);
    let told = import(&client, &file).await.expect(200);
    assert_eq!(told.body["duplicates"], accepted);
    assert_every_row_once(&client, &database, &told).await;
}

async fn an_import_whose_commits_are_lost_has_every_row_once(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    let _ = book.get("/users").await.expect(200);
    let (client, sent) = (book.client(), file());
    let running = tokio::spawn(async move { import(&client, &sent).await });
    let lost = async |count: usize| {
        eventually("something is lost", Duration::from_secs(60), async || {
            (proxy.losses() == count).then_some(())
        })
        .await;
    };
    proxy.lose_next(Loss::Answer);
    lost(1).await;
    proxy.lose_next(Loss::Commit);
    lost(2).await;
    // Longer than the service looks for what became of it: rows are answered that nobody knows.
    for (count, loss) in [(3, Loss::Answer), (4, Loss::Commit)] {
        proxy.lose_next_and_refuse(loss);
        lost(count).await;
        tokio::time::sleep(UNKNOWN_AFTER).await;
        proxy.recover();
    }
    assert!(!running.is_finished(), "it was under way all the time");
    let told = running.await.expect("the client ends").expect(200);
    assert_eq!(
        told.body,
        json!({"accepted": ROWS, "duplicates": 0, "rejected": 0, "errors": []})
    );
    assert_every_row_once(&book, book.database(), &told).await;
}
