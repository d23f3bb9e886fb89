//! Connections to the database, and of clients, that break or fall silent.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tests::body::credit;
use tests::{Book, Client, Load, OPERATOR_KEY, at_once, eventually, on_postgres};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

on_postgres!(
    ended_sessions_cost_no_write,
    sessions_that_end_while_they_are_idle_cost_no_read,
    a_cut_network_loses_nothing,
    with_no_second_connection_batches_are_committed_one_after_another,
    a_silent_database_is_waited_for_with_a_bound,
    an_unreachable_database_is_told_and_recovered_from,
    clients_that_reset_their_connections_lose_nobody_elses_write,
);

const CLIENTS: usize = 16;
/// Enough for batches that are decided while the one before is committed.
const WRITERS: usize = 64;
/// How soon the server must work again once the database does.
const RECOVERY_TIME_MAX: Duration = Duration::from_secs(5);

fn clients(book: &Book, count: usize) -> Vec<Client> {
    (0..count).map(|_| book.client()).collect()
}

/// Ends every session of this kind, as an operator or a failover would; says how many there were.
async fn end_sessions(book: &Book, name: &str) -> u64 {
    let ended = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name LIKE '{name}'"
    );
    book.database().execute(&ended).await
}

async fn assert_no_session_is_idle_in_transaction(book: &Book) {
    let sessions = "SELECT FROM pg_stat_activity \
                    WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    eventually("no session is idle in transaction", RECOVERY_TIME_MAX, async || {
        (book.database().execute(sessions).await == 0).then_some(())
    })
    .await;
}

async fn ended_sessions_cost_no_write(book: &Book) {
    let load = Load::start(&clients(book, WRITERS), "ada");
    // There may be none just then, where the last ones that ended are still being replaced.
    let (mut ended, mut rounds) = (0, 0);
    while ended < 10 {
        load.progress(20).await;
        ended += end_sessions(book, "daybook commit").await;
        rounds += 1;
        assert!(rounds <= 50, "only {ended} sessions were ended");
    }
    load.progress(20).await;
    let journal = load.stop().await;
    assert_eq!(
        journal.unanswered(),
        0,
        "every batch was begun anew, or its outcome found"
    );
    journal.assert_kept_once(book).await;

    // Those that read as well: who is in the middle of a read may be told to come again.
    let load = Load::start(&clients(book, WRITERS), "bob");
    for _ in 0..10 {
        load.progress(20).await;
        let _ = end_sessions(book, "daybook %").await;
    }
    load.progress(20).await;
    load.stop().await.assert_kept_once(book).await;
    assert_no_session_is_idle_in_transaction(book).await;
    book.database().verify().await;
}

async fn sessions_that_end_while_they_are_idle_cost_no_read(book: &Book) {
    let _ = book.create(&credit("ada", "1.00")).await;
    for round in 0..5 {
        // As many as there are sessions to be had, so that many of them are idle afterwards.
        let answers = at_once(CLIENTS, |_| {
            let client = book.client();
            async move { client.get("/users/ada").await }
        });
        for answer in answers.await {
            let _ = answer.expect(200);
        }
        assert!(end_sessions(book, "daybook read").await > 0, "round {round}");
    }
    let _ = book.get("/users/ada").await.expect(200);
    let _ = book.anonymous().get_root("/readyz").await.expect(200);
}

async fn a_cut_network_loses_nothing(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    let load = Load::start(&clients(&book, WRITERS), "ada");
    for _ in 0..10 {
        load.progress(20).await;
        proxy.cut();
    }
    load.progress(20).await;
    let journal = load.stop().await;
    journal.assert_kept_once(&book).await;
    assert_no_session_is_idle_in_transaction(&book).await;
    book.database().verify().await;
}

async fn with_no_second_connection_batches_are_committed_one_after_another(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    // Of the sessions that were opened at the start none is left to be the second.
    let _ = end_sessions(&book, "daybook commit").await;
    // Too few for a second connection that commits, and enough for every one that reads.
    let load = Load::start(&clients(&book, 4), "ada");
    load.progress(100).await;
    load.stop().await.assert_kept_once(&book).await;
    proxy.refuse();
    let load = Load::start(&clients(&book, WRITERS), "bob");
    load.progress(20 * WRITERS).await;
    let journal = load.stop().await;
    assert_eq!(journal.unanswered(), 0, "one connection suffices");
    let sessions = "SELECT FROM pg_stat_activity \
                    WHERE datname = current_database() AND application_name = 'daybook commit'";
    assert_eq!(book.database().execute(sessions).await, 1);
    proxy.recover();
    journal.assert_kept_once(&book).await;
    book.database().verify().await;
}

/// What everybody is told while the database does not answer: nobody waits for ever, and the probes tell the truth.
async fn assert_unavailable(book: &Book) {
    let started = Instant::now();
    let client = book.client();
    let writes = at_once(CLIENTS, |_| {
        let client = client.clone();
        async move { client.post("/transactions", &credit("ada", "1.00")).await }
    });
    let probes = async {
        let _ = book.anonymous().get_root("/livez").await.expect(200);
        let asked = Instant::now();
        let ready = book.anonymous().get_root("/readyz").await;
        let _ = ready.problem("unavailable", 503).header("Retry-After");
        assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    };
    let (answers, ()) = tokio::join!(writes, probes);
    for answer in answers {
        let _ = answer.problem("unavailable", 503).header("Retry-After");
    }
    // 10 s for the batch that was under way, and for those behind it the time to be refused a connection.
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

async fn assert_recovered(book: &Book) {
    let started = Instant::now();
    eventually("the server works again", RECOVERY_TIME_MAX, async || {
        let answer = book.post("/transactions", &credit("eve", "1.00")).await;
        (answer.status == 201).then_some(())
    })
    .await;
    eventually("the server is ready again", RECOVERY_TIME_MAX, async || {
        let answer = book.anonymous().get_root("/readyz").await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert!(started.elapsed() < RECOVERY_TIME_MAX, "{:?}", started.elapsed());
    assert_no_session_is_idle_in_transaction(book).await;
    assert!(
        book.walk("/transactions?user_id=ada", 200).await.len() == 1,
        "a refused write was kept"
    );
    book.database().verify().await;
}

async fn a_silent_database_is_waited_for_with_a_bound(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    let _ = book.create(&credit("ada", "1.00")).await;
    proxy.fall_silent();
    assert_unavailable(&book).await;
    proxy.recover();
    assert_recovered(&book).await;
}

async fn an_unreachable_database_is_told_and_recovered_from(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    let _ = book.create(&credit("ada", "1.00")).await;
    proxy.refuse();
    proxy.cut();
    assert_unavailable(&book).await;
    proxy.recover();
    assert_recovered(&book).await;
}

/// Sends a whole POST, and resets the connection while it is being done.
async fn post_and_reset(address: SocketAddr, number: usize) {
    let body = credit("gone", "1.00").to_string();
    let request = format!(
        "POST /api/v1/transactions HTTP/1.1\r\nHost: daybook\r\nAuthorization: Bearer {OPERATOR_KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the server accepts connections");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the server reads requests");
    // Spread over the round trips of a commit.
    tokio::time::sleep(Duration::from_millis(
        u64::try_from(number % 50).expect("a small number"),
    ))
    .await;
    stream.set_zero_linger().expect("a connection can be reset");
}

async fn clients_that_reset_their_connections_lose_nobody_elses_write(book: &Book) {
    let (book, proxy) = book.behind_proxy().await;
    let _ = book.create(&credit("ada", "1.00")).await;
    proxy.slow(Duration::from_millis(5));
    let load = Load::start(&clients(&book, 8), "bob");
    for round in 0..10 {
        let address = book.address();
        let _ = at_once(30, |number| post_and_reset(address, round * 30 + number)).await;
        load.progress(5).await;
    }
    proxy.recover();
    let journal = load.stop().await;
    assert_eq!(journal.unanswered(), 0, "nobody else noticed");
    journal.assert_kept_once(&book).await;
    assert_no_session_is_idle_in_transaction(&book).await;
    let kept = book.walk("/transactions?user_id=gone", 200).await.len();
    assert!(kept > 0 && kept <= 300, "{kept} of 300 were recorded");
    book.database().verify().await;
}
