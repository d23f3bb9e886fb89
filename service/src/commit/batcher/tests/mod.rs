//! A committer on a SQLite file, and what becomes of panics. Everything runs on one thread, so that what is submitted
//! together is queued before anything is committed.

mod bounds;
mod kept;

use std::sync::atomic::AtomicU32;

use futures_util::future::join_all;
use prometheus::Registry;
use sea_orm::EntityTrait;

use super::*;
use crate::clock;
use crate::database::Database;
use crate::database::tests::{TempPath, options};
use crate::ledger::{Command, CreateTransaction, Movement, Precondition, UserSide};
use crate::money::AmountText;
use crate::value::{Metadata, UserId};

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
            hold: None,
        }),
        precondition: Precondition::Any,
        idempotency: None,
        dry_run: false,
        actor: "test".to_owned(),
        acting_user: None,
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
