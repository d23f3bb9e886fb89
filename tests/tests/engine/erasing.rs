//! Erasures of more than one step: looked at between the steps, left half way, and taken up by another process.

use std::time::{Duration, Instant};

use service::ledger::{
    Command, CreateTransaction, EraseUser, Movement, Precondition, Request, UpdateTransaction, UserSide,
};
use service::money::AmountText;
use service::record::Record;
use service::value::{Metadata, Text, UserId};
use service::{ErasureBounds, LedgerError, Options, Purpose, Resource};
use sqlx::{Connection, SqliteConnection};
use tests::{Engine, eventually};
use uuid::Uuid;

use super::on_both_engines;
use super::service_under_test::{self, Service};

/// Transactions of the user: far more than are cleared between two looks.
const TRANSACTIONS: usize = 300;
/// Versions of one transaction: more events than one step clears.
const VERSIONS: usize = 4200;
/// The events besides the first that one step looks for.
const STEP_EVENTS: usize = 4000;
/// The longest that the background may take.
const BACKGROUND_TIME_MAX: Duration = Duration::from_secs(60);
/// Stands in every text.
const TEXT: &str = "wortle";

/// One transaction a step, and nobody who takes up what is left.
fn unswept(options: &mut Options) {
    options.purpose = Purpose::Write;
    options.erasure = ErasureBounds {
        step_rows: 1,
        ..ErasureBounds::default()
    };
}

fn asked(command: Command) -> Request {
    Request {
        command,
        precondition: Precondition::Any,
        idempotency: None,
        dry_run: false,
        acting_user: None,
        actor: "key:of-a-test".to_owned(),
        request_id: "of-a-test".to_owned(),
    }
}

fn user(id: &str) -> UserId {
    UserId::parse(id).expect("an id")
}

fn text() -> Text {
    Text::parse(TEXT).expect("a text")
}

fn credit(id: &str) -> Request {
    asked(Command::CreateTransaction(CreateTransaction {
        movement: Movement::Credit(UserSide {
            user_id: user(id),
            full_name: None,
            account: None,
        }),
        amount: AmountText::parse("20.00").expect("an amount"),
        currency: None,
        transaction_date: None,
        description: Some(text()),
        category: None,
        reference: None,
        metadata: Metadata::default(),
        hold: None,
    }))
}

fn edit(id: Uuid, amount: &str, reason: Option<Text>) -> Request {
    asked(Command::UpdateTransaction(UpdateTransaction {
        id,
        amount: Some(AmountText::parse(amount).expect("an amount")),
        kind: None,
        transaction_date: None,
        description: None,
        category: None,
        reference: None,
        metadata: None,
        reason,
    }))
}

fn erasure() -> Request {
    erasure_of("ada")
}

fn erasure_of(id: &str) -> Request {
    asked(Command::EraseUser(EraseUser {
        id: user(id),
        texts: true,
    }))
}

/// Records so many transactions of the user, and gives their ids in order.
async fn fill(service: &Service, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for answer in service
        .submit_together((0..count).map(|_| credit("ada")).collect())
        .await
    {
        match answer.expect("a credit is made").record {
            Record::Transaction(record) => ids.push(record.id),
            other => panic!("a transaction, not {other:?}"),
        }
    }
    ids.sort();
    ids
}

async fn rows_with_texts(service: &Service) -> usize {
    service.database.snapshot().await.rows_with(TEXT).len()
}

async fn what_one_process_leaves_half_way_another_takes_up(engine: Engine) {
    let Some(service) = Service::open(engine, unswept).await else {
        return;
    };
    let ids = fill(&service, TRANSACTIONS).await;
    let asking = tokio::spawn({
        let (daybook, ledger) = (service.daybook.clone(), service.ledger.clone());
        async move {
            daybook
                .submit(&ledger, erasure(), Instant::now() + BACKGROUND_TIME_MAX)
                .await
        }
    });
    eventually("transactions are being cleared", BACKGROUND_TIME_MAX, async || {
        let half_way = "SELECT COUNT(*) FROM users WHERE erasing = 'transactions' AND erasing_after IS NOT NULL";
        (service.database.number(half_way).await == 1).then_some(())
    })
    .await;
    let service = service.reopened(unswept).await;
    let answer = asking.await.expect("the caller is answered");
    assert!(matches!(answer, Err(LedgerError::OutcomeUnknown(_))), "{answer:?}");
    let left = rows_with_texts(&service).await;
    assert!(
        left > 2 && left < 2 * TRANSACTIONS,
        "{left} rows are left: it was not left half way"
    );
    let _ = service.verify().await;

    // What is not cleared yet is not carried on into what is written meanwhile.
    let last = ids.last().expect("there are some");
    let edited = service.submit(edit(*last, "21.00", None)).await.expect("it is edited");
    let Record::Transaction(record) = edited.record else {
        panic!("a transaction, not {:?}", edited.record)
    };
    assert_eq!(record.description, None);
    assert_eq!(
        rows_with_texts(&service).await,
        left - 1,
        "the row has lost its text, its old event not yet"
    );
    let again = service.submit(erasure()).await;
    assert_eq!(again.err(), Some(LedgerError::NotFound(Resource::User)));
    let _ = service.verify().await;

    let service = service.reopened(|_| ()).await;
    eventually("the erasure ends", BACKGROUND_TIME_MAX, async || {
        let running = "SELECT COUNT(*) FROM users WHERE erasing IS NOT NULL";
        (service.database.number(running).await == 0).then_some(())
    })
    .await;
    assert_eq!(rows_with_texts(&service).await, 0);
    let _ = service.verify().await;
    service.close().await;
}

/// Keeps ada's transactions from losing their texts: what comes before that is done, and the erasure is left there.
async fn guard_texts(service: &Service) {
    let guard = match service.database.engine() {
        Engine::Sqlite => {
            "CREATE TRIGGER guarded BEFORE UPDATE ON transactions
                WHEN NEW.description IS NULL AND NEW.destination_owner = 'ada'
                BEGIN SELECT RAISE(ABORT, 'guarded'); END"
        }
        Engine::Postgres => {
            "ALTER TABLE transactions ADD CONSTRAINT guarded
                CHECK (description IS NOT NULL OR destination_owner <> 'ada') NOT VALID"
        }
    };
    let _ = service.database.execute(guard).await;
}

async fn a_row_that_waits_for_its_events_is_as_the_newest_recorded_it(engine: Engine) {
    let Some(service) = Service::open(engine, |_| ()).await else {
        return;
    };
    let ids = fill(&service, 1).await;
    let edits = (1..=STEP_EVENTS).map(|version| edit(ids[0], &format!("{}.00", 20 + version % 2), None));
    for answer in service.submit_together(edits.collect()).await {
        let _ = answer.expect("it is edited");
    }
    let texts = rows_with_texts(&service).await;
    guard_texts(&service).await;
    let erased = service.submit(erasure()).await;
    assert!(matches!(erased, Err(LedgerError::OutcomeUnknown(_))), "{erased:?}");
    assert_eq!(texts - rows_with_texts(&service).await, STEP_EVENTS - 1);
    let _ = service.verify().await;
    service.close().await;
}

async fn an_erasure_that_fails_keeps_no_other_waiting(engine: Engine) {
    let Some(service) = Service::open(engine, unswept).await else {
        return;
    };
    let _ = fill(&service, 1).await;
    let _ = service.submit(credit("bob")).await.expect("a credit is made");
    guard_texts(&service).await;
    let failed = service.submit(erasure()).await;
    assert!(matches!(failed, Err(LedgerError::OutcomeUnknown(_))), "{failed:?}");
    let _ = service.submit(erasure_of("bob")).await.expect("it is erased");
    let unfinished = "UPDATE users SET erasing = 'user' WHERE id = 'bob'";
    assert_eq!(service.database.execute(unfinished).await, 1);
    let service = service.reopened(|_| ()).await;
    eventually("the other erasure ends", BACKGROUND_TIME_MAX, async || {
        let unfinished = "SELECT id FROM users WHERE erasing IS NOT NULL";
        (service.database.texts(unfinished).await == ["ada"]).then_some(())
    })
    .await;
    service.close().await;
}

async fn a_transaction_with_more_events_than_a_step_takes_is_cleared_whole(engine: Engine) {
    let Some(service) = Service::open(engine, |_| ()).await else {
        return;
    };
    let ids = fill(&service, 3).await;
    let edits = (1..VERSIONS).map(|version| edit(ids[1], &format!("{}.00", 20 + version % 2), Some(text())));
    for answer in service.submit_together(edits.collect()).await {
        let _ = answer.expect("it is edited");
    }
    assert!(rows_with_texts(&service).await > VERSIONS);
    let erased = service.submit(erasure()).await.expect("it is erased");
    assert!(matches!(erased.record, Record::User(record) if record.erased_at.is_some()));
    assert_eq!(rows_with_texts(&service).await, 0);
    let _ = service.verify().await;
    service.close().await;
}

on_both_engines!(
    what_one_process_leaves_half_way_another_takes_up,
    an_erasure_that_fails_keeps_no_other_waiting,
    a_row_that_waits_for_its_events_is_as_the_newest_recorded_it,
    a_transaction_with_more_events_than_a_step_takes_is_cleared_whole,
);

#[test]
fn a_log_that_a_reader_kept_is_emptied_when_the_reader_has_gone() {
    service_under_test::run(keeps_nothing_in_its_log());
}

/// A reader of SQLite keeps the write-ahead log as it was; an idle server would never write over it.
async fn keeps_nothing_in_its_log() {
    let often = |options: &mut Options| options.erasure.sweep_period = Duration::from_millis(100);
    let service = Service::open(Engine::Sqlite, often)
        .await
        .expect("SQLite is always there");
    let _ = fill(&service, 3).await;
    let url = service.database.url().to_owned();
    let mut reader = SqliteConnection::connect(&url).await.expect("the file opens");
    let mut view = reader.begin().await.expect("a view");
    let _: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM transactions")
        .fetch_one(&mut *view)
        .await
        .expect("it is read");
    let log = format!("{}-wal", url.trim_start_matches("sqlite://"));
    let shows_text = || {
        let log = std::fs::read(&log).expect("there is a log");
        log.windows(TEXT.len()).any(|bytes| bytes == TEXT.as_bytes())
    };
    let _ = service.submit(erasure()).await.expect("it is erased");
    assert!(shows_text(), "nobody kept the log");
    view.rollback().await.expect("the view ends");
    eventually("the log is emptied", BACKGROUND_TIME_MAX, async || {
        (!shows_text()).then_some(())
    })
    .await;
    service.close().await;
}
