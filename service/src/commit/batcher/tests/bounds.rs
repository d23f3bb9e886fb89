//! What bounds a queue and a batch, and how a queue ends.

use super::*;

#[tokio::test]
async fn a_command_whose_deadline_passes_in_the_queue_is_dropped_unexecuted() {
    let bench = Bench::open(LIMITS, clock::now).await;
    let late = bench.committer.submit(LEDGER, credit("late"), Instant::now());
    let (late, in_time) = tokio::join!(late, bench.submit(credit("ada")));
    assert_eq!((code(&late), code(&in_time)), ("unavailable", "ok"));
    assert_eq!(bench.transactions().await, 1);
    let users = entity::user::Entity::find().all(&bench.database.read).await.unwrap();
    assert_eq!(users.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["ada"]);
}

#[tokio::test]
async fn a_queue_is_bounded_in_commands() {
    let limits = Limits { queue_max: 3, ..LIMITS };
    let bench = Bench::open(limits, clock::now).await;
    let codes = bench.submit_together(credits(5)).await;
    assert_eq!(codes, ["ok", "ok", "ok", "overloaded", "overloaded"]);
    assert_eq!(bench.transactions().await, 3);
    assert_eq!(bench.queued(), "0");
}

#[tokio::test]
async fn a_queue_is_bounded_in_bytes_and_takes_more_once_they_are_committed() {
    let limits = Limits {
        queue_bytes_max: 3 * credit("ada").size_bytes(),
        ..LIMITS
    };
    let bench = Bench::open(limits, clock::now).await;
    for round in 1..=2 {
        let codes = bench.submit_together(credits(5)).await;
        assert_eq!(codes, ["ok", "ok", "ok", "overloaded", "overloaded"], "round {round}");
    }
    assert_eq!(bench.transactions().await, 6);
}

#[tokio::test]
async fn a_batch_is_bounded_in_bytes_and_in_commands() {
    let in_bytes = Limits {
        batch_bytes_max: 2 * credit("ada").size_bytes(),
        ..LIMITS
    };
    for (limits, commits) in [(LIMITS, 1), (in_bytes, 3), (Limits { batch_max: 4, ..LIMITS }, 2)] {
        let bench = Bench::open(limits, clock::now).await;
        assert_eq!(bench.submit_together(credits(6)).await, ["ok"; 6]);
        assert_eq!(bench.commits().await, commits, "{limits:?}");
    }
}

#[tokio::test]
async fn a_shutdown_commits_what_waits_and_is_no_overload() {
    let bench = Bench::open(LIMITS, clock::now).await;
    let waiting = join_all(credits(3).into_iter().map(|request| bench.submit(request)));
    let (replies, ()) = tokio::join!(waiting, bench.committer.shutdown(Duration::from_secs(10)));
    assert_eq!(replies.iter().map(code).collect::<Vec<_>>(), ["ok"; 3]);
    assert_eq!(bench.submit_together(credits(1)).await, ["unavailable"]);
    assert_eq!(bench.transactions().await, 3);
}
