//! Clients that mean harm, all over TCP: the server's memory stays bounded, a healthy client is answered throughout, and
//! no request is made of what was smuggled past another.

mod floods;
mod smuggled;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tests::program::{Folder, Serving};
use tests::{Client, Database, OPERATOR_KEY};
use tokio::task::JoinHandle;

/// How long a healthy client may wait for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(1);
/// How much the server's memory may grow, in KiB.
const GROWTH_KIB_MAX: u64 = 200 * 1024;
/// How often the healthy client asks.
const INTERVAL: Duration = Duration::from_millis(50);

/// A server as a process of its own, and a healthy client that asks it all the time.
struct Attacked {
    serving: Serving,
    memory_before_kib: u64,
    is_over: Arc<AtomicBool>,
    healthy: JoinHandle<Vec<Duration>>,
    _folder: Folder,
    _database: Database,
}

impl Attacked {
    async fn begin(book: &tests::Book) -> Self {
        let folder = Folder::empty();
        let database = Database::without_tables(book.engine()).await;
        let database = database.expect("the engine was there a moment ago");
        let arguments = [
            "serve",
            "--migrate",
            "auto",
            "--database-url",
            database.url(),
            "--operator-key",
            OPERATOR_KEY,
        ];
        let serving = Serving::start(folder.path(), &arguments).await;
        let serving = serving.unwrap_or_else(|(status, said)| panic!("daybook ended {status}: {said}"));
        // What it needs in any case it has after a few answers.
        for _ in 0..20 {
            let _ = serving.client(OPERATOR_KEY).get("/users").await.expect(200);
        }
        let is_over = Arc::<AtomicBool>::default();
        let healthy = tokio::spawn(ask_all_the_time(serving.client(OPERATOR_KEY), Arc::clone(&is_over)));
        Self {
            memory_before_kib: serving.memory_kib(),
            serving,
            is_over,
            healthy,
            _folder: folder,
            _database: database,
        }
    }

    /// How the server and its healthy client have borne it.
    #[expect(
        clippy::print_stderr,
        reason = "what was allowed and borne is told with the test's output"
    )]
    async fn end(self) {
        self.is_over.store(true, Ordering::Relaxed);
        let times = self.healthy.await.expect("the healthy client was always answered");
        let slowest = times.iter().max().expect("it asked at least once");
        let growth = self.serving.memory_max_kib().saturating_sub(self.memory_before_kib);
        eprintln!(
            "{} healthy answers, the slowest after {slowest:?}; memory grew by {} MiB",
            times.len(),
            growth / 1024
        );
        assert!(*slowest < ANSWER_TIME_MAX, "a healthy client waited {slowest:?}");
        assert!(growth < GROWTH_KIB_MAX, "the server's memory grew by {growth} KiB");
    }
}

async fn ask_all_the_time(client: Client, is_over: Arc<AtomicBool>) -> Vec<Duration> {
    let mut times = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let asked_at = Instant::now();
        let _ = client.get("/users").await.expect(200);
        times.push(asked_at.elapsed());
        tokio::time::sleep(INTERVAL).await;
    }
    times
}

/// How many answers there are in what came back.
fn count_answers(received: &str) -> usize {
    let after = received.split("HTTP/1.1 ").skip(1);
    // A problem may speak of HTTP/1.1 as well.
    after
        .filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
        .count()
}

/// Lets this process have as many connections as it may, at most `wanted`, and says how many those are.
#[expect(
    clippy::print_stderr,
    reason = "what was allowed and borne is told with the test's output"
)]
fn allow_connections(wanted: u64) -> usize {
    const OTHER_FILES: u64 = 300;
    let limit = getrlimit(Resource::Nofile);
    let needed = wanted + OTHER_FILES;
    let raised = limit.maximum.map_or(needed, |maximum| needed.min(maximum));
    if limit.current.is_some_and(|now| now < raised) {
        let current = Some(raised);
        setrlimit(Resource::Nofile, Rlimit { current, ..limit }).expect("a limit below the highest is allowed");
    }
    let allowed = wanted.min(raised.saturating_sub(OTHER_FILES));
    eprintln!("{allowed} connections of {wanted}");
    assert!(allowed >= wanted / 10, "the machine allows {allowed} connections");
    usize::try_from(allowed).expect("a small number")
}
