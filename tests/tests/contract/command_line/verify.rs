//! `daybook verify`: what it counts, what it finds, and that nobody needs to stop for it.
//!
//! To find something, somebody must have changed a table by hand: the one place where this suite knows a table's name.

use std::collections::BTreeMap;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use tests::body::credit;
use tests::program::{Folder, run};
use tests::{Book, Client, OPERATOR_KEY, eventually, on_both};

use super::{complaint, empty_database, serve, text};

on_both!(
    verify_says_what_it_counted,
    verify_finds_what_was_tampered_with,
    verify_reads_one_snapshot_while_others_write,
);

/// Runs `daybook verify`, away from the threads that serve.
async fn verify(url: &str, more: &[&str]) -> Output {
    let arguments: Vec<String> = ["verify", "--database-url", url]
        .iter()
        .chain(more)
        .map(|word| (*word).to_owned())
        .collect();
    let verification = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(Folder::empty().path(), &arguments)
    });
    verification.await.expect("daybook starts")
}

/// What a verification that found nothing counted, by kind.
fn counted(output: &Output) -> BTreeMap<String, u64> {
    assert!(output.status.success(), "{}", text(output));
    let said = String::from_utf8_lossy(&output.stdout);
    let counts = said.lines().filter_map(|line| {
        let (kind, count) = line.trim().rsplit_once("  ")?;
        Some((kind.trim().to_owned(), count.replace(',', "").parse().ok()?))
    });
    counts.collect()
}

async fn verify_says_what_it_counted(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    let client = serving.client(OPERATOR_KEY);
    for number in 0..40 {
        let user = format!("user-{}", number % 3);
        let body =
            json!({"type": "credit", "user_id": user, "amount": "20.00", "transaction_date": "2026-01-31T00:00:00Z"});
        let made = client
            .post("/transactions", &body)
            .key(&number.to_string())
            .await
            .expect(201);
        let path = format!("/transactions/{}", made.id());
        if number < 8 {
            let _ = client.patch(&path, &json!({"amount": "30.00"})).await.expect(200);
        }
        if number < 4 {
            let _ = client.delete(&path).await.expect(200);
        }
    }
    let last = client
        .post("/keys", &json!({"name": "shop", "role": "reader"}))
        .await
        .expect(201);

    let expected = BTreeMap::from(
        [
            ("transactions", 40),
            // Two legs of each movement: 40 made, 8 edited (there and back), 4 deleted.
            ("entries", 2 * (40 + 2 * 8 + 4)),
            // One of each user, and `world`.
            ("accounts", 3 + 1),
            ("users", 3),
            ("idempotency keys", 40),
            ("API keys", 2),
            ("events", last.position()),
            // A command that waits for the one before is a commit of its own; the first made the first key.
            ("blocks", 1 + 40 + 8 + 4 + 1),
        ]
        .map(|(kind, count)| (kind.to_owned(), count)),
    );
    for more in [&[][..], &["--ledger", "main"]] {
        let output = verify(database.url(), more).await;
        let counted = counted(&output);
        for (kind, count) in &expected {
            assert_eq!(counted.get(kind), Some(count), "{kind} in {}", text(&output));
        }
        assert!(counted.get("days").is_some_and(|days| *days > 0), "{}", text(&output));
    }
    let unknown = verify(database.url(), &["--ledger", "other"]).await;
    assert!(complaint(&unknown, 1).contains("ledger"));
}

async fn verify_finds_what_was_tampered_with(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let _ = book.create(&credit("bo", "30.00")).await;
    let database = book.database();
    assert!(verify(database.url(), &[]).await.status.success());
    let tampered = database.execute("UPDATE accounts SET balance = balance + 100").await;
    assert_eq!(tampered, 3, "two users and the world");

    for more in [&[][..], &["--ledger", "main"]] {
        let output = verify(database.url(), more).await;
        let summary = complaint(&output, 1);
        let said = String::from_utf8_lossy(&output.stdout);
        // Each account disagrees with its entries, and the sum of all is not zero.
        let failures: Vec<&str> = said.lines().collect();
        assert!(failures.len() >= 4, "{said}");
        assert!(failures.iter().all(|line| line.starts_with("main: ")), "{said}");
        assert!(summary.contains(&format!("{} failures", failures.len())), "{summary}");
        for account in ["ada", "bo"] {
            let id = book.account_of(account, "main", "USD").await["id"].clone();
            let id = id.as_str().expect("an id is text");
            assert!(failures.iter().any(|line| line.contains(id)), "{account} in {said}");
        }
        assert!(failures.iter().any(|line| line.contains("USD sum to 300")), "{said}");
    }
}

/// Creates and edits until it is told to stop; the newest position that it was answered is kept in `head`.
async fn write_until(stop: Arc<AtomicBool>, client: Client, user: String, head: Arc<AtomicU64>) {
    while !stop.load(Ordering::SeqCst) {
        let made = client.create(&credit(&user, "20.00")).await;
        let edit = json!({"amount": "30.00"});
        let edited = client.patch(&format!("/transactions/{}", made.id()), &edit).await;
        head.fetch_max(edited.expect(200).position(), Ordering::SeqCst);
    }
}

async fn verify_reads_one_snapshot_while_others_write(book: &Book) {
    let (stop, head) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writers: Vec<_> = (0..4)
        .map(|number| {
            let user = format!("user-{number}");
            tokio::spawn(write_until(Arc::clone(&stop), book.client(), user, Arc::clone(&head)))
        })
        .collect();
    for _ in 0..3 {
        let before = head.load(Ordering::SeqCst);
        let output = verify(book.database().url(), &[]).await;
        let events = counted(&output)["events"];
        let written = eventually("they write all the while", Duration::from_secs(5), async || {
            Some(head.load(Ordering::SeqCst)).filter(|head| *head > before)
        });
        let after = written.await;
        // What was answered before is seen. Four writers have at most two events each on the way to their answers.
        assert!(
            (before..=after + 8).contains(&events),
            "{events} of {before} to {after}"
        );
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.expect("no writer is disturbed");
    }
    let counted = counted(&verify(book.database().url(), &[]).await);
    assert_eq!(counted["events"], head.load(Ordering::SeqCst));
}
