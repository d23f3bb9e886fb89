//! The queue and its bounds, and panics, on a SQLite file. Everything runs on one thread, so that what is submitted
//! together is queued before anything is committed.

use std::sync::atomic::AtomicU32;

use futures_util::future::join_all;
use prometheus::Registry;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::*;
use crate::clock;
use crate::database::Database;
use crate::database::tests::{TempPath, options};
use crate::ledger::{Command, CreateTransaction, Idempotency, Movement, Precondition, PutUser, UserSide};
use crate::money::AmountText;
use crate::value::{FullName, Metadata, Reference, UserId};

const LEDGER: i64 = 1;
pub(in crate::commit) const LIMITS: Limits = Limits {
    batch_max: 500,
    batch_bytes_max: usize::MAX,
    queue_max: 500,
    queue_bytes_max: usize::MAX,
};

/// A committer on a new file, which is removed with it.
struct Bench {
    committer: Committer,
    database: Database,
    registry: Registry,
    _path: TempPath,
}

impl Bench {
    async fn open(limits: Limits, clock: fn() -> Timestamp) -> Self {
        let path = TempPath::new();
        let database = Database::open(&options(&path.0)).await.unwrap();
        let registry = Registry::new();
        let metrics = Metrics::register(&registry).unwrap();
        Self {
            committer: Committer::new(database.write.clone(), limits, clock, metrics),
            database,
            registry,
            _path: path,
        }
    }

    async fn submit(&self, request: Request) -> Reply {
        self.committer.submit(LEDGER, request, soon()).await
    }

    /// The code of each answer, in order; `ok` for a success.
    async fn submit_together(&self, requests: Vec<Request>) -> Vec<&'static str> {
        let replies = join_all(requests.into_iter().map(|request| self.submit(request))).await;
        replies.iter().map(code).collect()
    }

    async fn transactions(&self) -> usize {
        let all = entity::transaction::Entity::find().all(&self.database.read).await;
        all.unwrap().len()
    }

    async fn commits(&self) -> i64 {
        let ledger = entity::ledger::Entity::find_by_id(LEDGER)
            .one(&self.database.read)
            .await;
        ledger.unwrap().unwrap().height
    }

    /// How many commands are said to wait.
    fn queued(&self) -> String {
        let families = self.registry.gather();
        let family = families.iter().find(|family| family.name() == "daybook_queue_commands");
        family.unwrap().get_metric()[0].get_gauge().get_value().to_string()
    }
}

pub(in crate::commit) fn code(reply: &Reply) -> &'static str {
    reply.as_ref().map_or_else(LedgerError::code, |_| "ok")
}

pub(in crate::commit) fn soon() -> Instant {
    Instant::now().checked_add(Duration::from_secs(30)).unwrap()
}

pub(in crate::commit) fn credit(user_id: &str) -> Request {
    Request {
        command: Command::CreateTransaction(CreateTransaction {
            movement: Movement::Credit(UserSide {
                user_id: UserId::parse(user_id).unwrap(),
                full_name: None,
                account: None,
            }),
            amount: AmountText::parse("1.00").unwrap(),
            currency: None,
            transaction_date: None,
            description: None,
            category: None,
            reference: None,
            metadata: Metadata::default(),
        }),
        precondition: Precondition::Any,
        idempotency: None,
        dry_run: false,
        actor: "test".to_owned(),
        request_id: "test".to_owned(),
    }
}

fn credits(count: usize) -> Vec<Request> {
    (0..count).map(|_| credit("ada")).collect()
}

#[tokio::test]
async fn a_panic_in_a_batch_fails_none_of_its_commands_where_it_does_not_come_again() {
    static READINGS: AtomicU32 = AtomicU32::new(0);
    let bench = Bench::open(LIMITS, || {
        assert_ne!(READINGS.fetch_add(1, Ordering::Relaxed), 0, "a clock that panics once");
        clock::now()
    })
    .await;
    assert_eq!(bench.submit_together(credits(3)).await, ["ok"; 3]);
    assert_eq!(bench.transactions().await, 3);
    assert_eq!(bench.commits().await, 3, "the batch was run again one by one");
    assert_eq!(bench.submit_together(credits(3)).await, ["ok"; 3]);
    assert_eq!(bench.commits().await, 4, "the next batch is one again");
}

#[tokio::test]
async fn a_command_that_panics_fails_alone() {
    static READINGS: AtomicU32 = AtomicU32::new(0);
    // The first reading is the batch's, the third that of its second command, by itself.
    let bench = Bench::open(LIMITS, || {
        let reading = READINGS.fetch_add(1, Ordering::Relaxed);
        assert!(reading != 0 && reading != 2, "a clock that panics twice");
        clock::now()
    })
    .await;
    assert_eq!(bench.submit_together(credits(4)).await, ["ok", "internal", "ok", "ok"]);
    assert_eq!(bench.transactions().await, 3);
    assert_eq!(bench.submit_together(credits(1)).await, ["ok"]);
}

#[tokio::test]
async fn a_queue_whose_task_has_ended_is_opened_anew() {
    let bench = Bench::open(LIMITS, clock::now).await;
    assert_eq!(bench.submit_together(credits(1)).await, ["ok"]);
    // Both are in the queue when its task ends, so nobody knows what became of them.
    let waiting = join_all(credits(2).into_iter().map(|request| bench.submit(request)));
    let end = async {
        let queues = bench.committer.queues.lock().unwrap();
        queues.as_ref().unwrap()[&LEDGER].task.abort();
    };
    let (replies, ()) = tokio::join!(waiting, end);
    assert_eq!(replies.iter().map(code).collect::<Vec<_>>(), ["outcome_unknown"; 2]);
    assert_eq!(bench.queued(), "0");
    assert_eq!(bench.submit_together(credits(3)).await, ["ok"; 3]);
    assert_eq!(bench.transactions().await, 4);
}

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
