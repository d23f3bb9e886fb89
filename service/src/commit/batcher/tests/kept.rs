//! What a task keeps between its batches, and what it takes for new: neither changes an answer.

use uuid::Uuid;

use super::*;
use crate::ledger::{Idempotency, PutUser};
use crate::value::{FullName, Reference};

/// The balance of the account `main`, in minor units.
async fn balance(bench: &Bench) -> i64 {
    let accounts = entity::account::Entity::find().all(&bench.database.read).await.unwrap();
    let main = accounts.iter().find(|account| account.name == "main");
    main.unwrap().balance
}

#[tokio::test]
async fn what_another_instance_recorded_is_seen() {
    let bench = Bench::open(LIMITS, clock::now).await;
    let other = Committer::new(
        bench.database.write.clone(),
        LIMITS,
        clock::now,
        bench.committer.metrics.clone(),
    );
    for _ in 0..3 {
        assert_eq!(code(&bench.submit(credit("ada")).await), "ok");
        assert_eq!(code(&other.submit(LEDGER, credit("ada"), soon()).await), "ok");
    }
    assert_eq!(balance(&bench).await, 600);
}

#[tokio::test]
async fn what_nobody_else_changed_is_not_loaded_again() {
    let bench = Bench::open(LIMITS, clock::now).await;
    assert_eq!(bench.submit_together(credits(2)).await, ["ok"; 2]);
    // No block records it, so that nobody can tell.
    let WritePool::Sqlite(writers) = &bench.database.write else {
        panic!("a SQLite file has writers of its own kind");
    };
    let mut writer = writers.lend().await.unwrap();
    let by_hand = sqlx::query("UPDATE accounts SET balance = 5000 WHERE name = 'main'");
    by_hand.execute(writer.connection().unwrap()).await.unwrap();
    writer.give_back();
    assert_eq!(bench.submit_together(credits(1)).await, ["ok"]);
    assert_eq!(balance(&bench).await, 300);
}

/// A credit with an idempotency key of its own.
fn keyed_credit(number: u128) -> Request {
    Request {
        idempotency: Some(Idempotency {
            key: Uuid::from_u128(number),
            fingerprint: [7; 32],
        }),
        ..credit("ada")
    }
}

#[tokio::test]
async fn a_key_that_was_taken_for_new_is_replayed_and_its_neighbours_are_made_once() {
    let bench = Bench::open(LIMITS, clock::now).await;
    let first = bench.submit(keyed_credit(0)).await.unwrap();
    // Enough for a statement of the state's own, which is then not the one that was made ahead.
    let replies = join_all((0..40).map(|number| bench.submit(keyed_credit(number)))).await;
    let repeated = replies[0].as_ref().unwrap();
    assert!(repeated.replayed && !first.replayed);
    assert_eq!(repeated.record, first.record);
    assert!(replies[1..].iter().all(|reply| !reply.as_ref().unwrap().replayed));
    assert_eq!((bench.transactions().await, balance(&bench).await), (40, 4000));
    assert_eq!(bench.commits().await, 2);
    // What was taken back is not taken for known.
    let again = join_all((0..40).map(|number| bench.submit(keyed_credit(number)))).await;
    assert!(again.iter().all(|reply| reply.as_ref().unwrap().replayed));
    assert_eq!(bench.submit_together(credits(1)).await, ["ok"]);
    assert_eq!(balance(&bench).await, 4100);
}

#[tokio::test]
async fn a_reference_that_was_taken_for_new_is_refused() {
    let bench = Bench::open(LIMITS, clock::now).await;
    let with_reference = |text: &str| {
        let mut request = credit("ada");
        if let Command::CreateTransaction(command) = &mut request.command {
            command.reference = Some(Reference::parse(text).unwrap());
        }
        request
    };
    assert_eq!(bench.submit_together(vec![with_reference("a")]).await, ["ok"]);
    let codes = bench
        .submit_together(vec![with_reference("b"), with_reference("a"), with_reference("b")])
        .await;
    assert_eq!(codes, ["ok", "reference_taken", "reference_taken"]);
    assert_eq!(bench.transactions().await, 2);
}

#[tokio::test]
async fn a_batch_that_fails_leaves_nothing_to_the_next() {
    static READINGS: AtomicU32 = AtomicU32::new(0);
    let bench = Bench::open(LIMITS, || {
        assert_ne!(
            READINGS.fetch_add(1, Ordering::Relaxed),
            1,
            "a clock that panics in the second batch"
        );
        clock::now()
    })
    .await;
    for codes in [["ok"], ["internal"], ["ok"]] {
        assert_eq!(bench.submit_together(credits(1)).await, codes);
    }
    assert_eq!(balance(&bench).await, 200);
}

#[tokio::test]
async fn an_owner_who_is_too_large_to_be_kept_is_loaded_with_a_kept_account() {
    let bench = Bench::open(LIMITS, clock::now).await;
    let members = (0..4).map(|number| (number.to_string(), "m".repeat(400)));
    let put = Command::PutUser(PutUser {
        id: UserId::parse("ada").unwrap(),
        full_name: FullName::parse("Ada").unwrap(),
        email: None,
        time_zone: None,
        metadata: Metadata::parse("metadata", members.collect()).unwrap(),
    });
    let put = Request {
        command: put,
        ..credit("ada")
    };
    assert_eq!(bench.submit_together(vec![put]).await, ["ok"]);
    for _ in 0..3 {
        assert_eq!(bench.submit_together(credits(1)).await, ["ok"]);
    }
    let days = entity::daily_total::Entity::find().all(&bench.database.read).await;
    let adas: Vec<_> = days.unwrap().into_iter().filter(|day| day.owner == "ada").collect();
    assert_eq!(adas.iter().map(|day| day.credit_count).sum::<i64>(), 3);
}
