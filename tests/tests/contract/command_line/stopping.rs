//! SIGTERM and Ctrl-C: what is under way is finished, and nothing that was answered is lost.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use tests::body::credit;
use tests::program::{Folder, Serving, run};
use tests::{Answer, Book, Client, Database, Engine, OPERATOR_KEY, eventually, on_both, wire};
use tokio::task::JoinHandle;

use super::{empty_database, serve};

on_both!(
    a_terminated_server_drains_answers_what_is_under_way_and_ends_well,
    an_interrupted_server_answers_what_is_under_way_and_ends_well,
    a_second_interrupt_ends_the_server_at_once,
    a_server_without_work_closes_every_connection,
);

/// Requests that are under way when the signal comes.
const REQUESTS: usize = 20;
/// What running requests and queued commits may take, and some more.
const END_TIME_MAX: Duration = Duration::from_secs(35);

/// Requests that have no answer yet, the one that asks among them.
async fn requests_in_flight(client: &Client) -> usize {
    let metrics = client.get_root("/metrics").await.expect(200);
    let mut lines = metrics.text.lines();
    let sample = lines.find_map(|line| line.strip_prefix("daybook_http_requests_in_flight "));
    sample
        .and_then(|value| value.parse().ok())
        .expect("requests are counted")
}

/// Sends posts, which somebody must be keeping from their commit. All of them have reached the server.
async fn post_without_answer(client: &Client) -> Vec<JoinHandle<Answer>> {
    let before = requests_in_flight(client).await;
    let posts = (0..REQUESTS).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.post("/transactions", &credit("ada", "1.00")).await })
    });
    let posts = posts.collect();
    eventually("every request is under way", Duration::from_secs(3), async || {
        (requests_in_flight(client).await == before + REQUESTS).then_some(())
    })
    .await;
    posts
}

async fn assert_all_made(posts: Vec<JoinHandle<Answer>>) {
    for post in posts {
        let _ = post.await.expect("every client is answered").expect(201);
    }
}

/// What the next server finds.
async fn assert_kept(database: &Database, transactions: usize, balance: &str) {
    let folder = Folder::empty();
    let again = serve(database, &folder, &[]).await;
    let client = again.client(OPERATOR_KEY);
    assert_eq!(client.walk("/transactions?user_id=ada", 50).await.len(), transactions);
    assert_eq!(client.balance_of("ada").await, balance);
}

async fn a_terminated_server_drains_answers_what_is_under_way_and_ends_well(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let mut serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY, "--drain-s", "2"]).await;
    let client = serving.client(OPERATOR_KEY);
    let made = client.create(&credit("ada", "20.00")).await;
    let _ = client.get_root("/readyz").await.expect(200);
    let block = database.block_writes().await;
    let posts = post_without_answer(&client).await;

    let started = Instant::now();
    serving.terminate();
    let not_ready = eventually("/readyz turns", Duration::from_secs(1), async || {
        let answer = client.get_root("/readyz").await;
        (answer.status != 200).then_some(answer)
    });
    let _ = not_ready.await.problem("unavailable", 503);
    assert!(posts.iter().all(|post| !post.is_finished()), "they were under way");
    drop(block);
    assert_all_made(posts).await;
    // New connections are still served while the balancer takes notice.
    let late = serving.client(OPERATOR_KEY);
    assert_eq!(
        late.get(&format!("/transactions/{}", made.id())).await.expect(200).body,
        made.body
    );
    let _ = late.create(&credit("ada", "1.00")).await;
    drop((client, late));
    let status = serving.ended(END_TIME_MAX).await;
    assert_eq!(status.code(), Some(0), "{}", serving.said());
    let elapsed = started.elapsed();
    assert!(elapsed >= Duration::from_secs(2), "it drained for {elapsed:?}");
    assert_kept(&database, 1 + REQUESTS + 1, "41.00").await;
}

async fn an_interrupted_server_answers_what_is_under_way_and_ends_well(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let mut serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    let client = serving.client(OPERATOR_KEY);
    let block = database.block_writes().await;
    let posts = post_without_answer(&client).await;

    serving.interrupt();
    eventually("no connection is accepted", Duration::from_secs(1), async || {
        TcpStream::connect(serving.address()).is_err().then_some(())
    })
    .await;
    assert!(posts.iter().all(|post| !post.is_finished()), "they were under way");
    drop((block, client));
    assert_all_made(posts).await;
    let status = serving.ended(END_TIME_MAX).await;
    assert_eq!(status.code(), Some(0), "{}", serving.said());
    assert_kept(&database, REQUESTS, "20.00").await;
}

async fn a_second_interrupt_ends_the_server_at_once(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let mut serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY, "--drain-s", "60"]).await;
    let client = serving.client(OPERATOR_KEY);
    let block = database.block_writes().await;
    let before = requests_in_flight(&client).await;
    let body = credit("ada", "1.00").to_string();
    let request = format!(
        "POST /api/v1/transactions HTTP/1.1\r\nHost: daybook\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let address = serving.address();
    let post = tokio::spawn(async move { wire::send(address, request.as_bytes()).await });
    eventually("the request is under way", Duration::from_secs(3), async || {
        (requests_in_flight(&client).await == before + 1).then_some(())
    })
    .await;

    serving.interrupt();
    eventually("the server stops", Duration::from_secs(1), async || {
        (client.get_root("/readyz").await.status == 503).then_some(())
    })
    .await;
    serving.interrupt();
    let status = serving.ended(Duration::from_secs(1)).await;
    assert_eq!(
        status.code(),
        Some(1),
        "it has not done what it was asked to: {}",
        serving.said()
    );
    let refused = post.await.expect("the connection ends");
    assert!(matches!(refused.status, 0 | 503), "it was not made: {}", refused.head);
    drop(block);
    let folder = Folder::empty();
    let again = serve(&database, &folder, &[]).await;
    let client = again.client(OPERATOR_KEY);
    let _ = client.get("/users/ada").await.problem("user_not_found", 404);
}

/// How many sessions Daybook has at PostgreSQL, of those that the condition holds for.
async fn sessions(database: &Database, condition: &str) -> usize {
    let sessions = format!(
        "SELECT application_name FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
         WHERE datname = current_database() AND application_name LIKE 'daybook %' AND {condition}"
    );
    database.texts(&sessions).await.len()
}

async fn a_server_without_work_closes_every_connection(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let url = database.url_preferring_tls();
    let arguments = ["serve", "--database-url", &url, "--migrate", "auto"];
    let started = Serving::start(
        folder.path(),
        &[&arguments[..], &["--operator-key", OPERATOR_KEY]].concat(),
    )
    .await;
    let mut serving = started.unwrap_or_else(|(status, said)| panic!("daybook ended {status}: {said}"));
    let client = serving.client(OPERATOR_KEY);
    let _ = client.create(&credit("ada", "20.00")).await;
    assert_eq!(client.balance_of("ada").await, "20.00");
    drop(client);
    if database.engine() == Engine::Postgres {
        let has_tls = database.texts("SHOW ssl").await;
        assert_eq!(sessions(&database, "ssl").await > 0, has_tls == ["on"]);
    }
    serving.terminate();
    assert_eq!(serving.ended(END_TIME_MAX).await.code(), Some(0), "{}", serving.said());
    let logged = folder.read("stderr");
    assert!(!logged.contains("still in use"), "{logged}");
    if database.engine() == Engine::Postgres {
        eventually("every session has ended", Duration::from_secs(1), async || {
            (sessions(&database, "true").await == 0).then_some(())
        })
        .await;
    }

    let create = [
        "key",
        "create",
        "--database-url",
        &url,
        "--role",
        "reader",
        "--name",
        "shop",
    ];
    let output = run(folder.path(), &create);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
