//! The service on a database of its own, without HTTP.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use prometheus::Registry;
use service::ledger::Request;
use service::{
    Answer, Daybook, ErasureBounds, Ledger, LedgerError, Metrics, Options, Purpose, RegroupingBounds, VerifyReport,
};
use tests::{Database, Engine};

/// The longest that one command may take.
const COMMAND_TIME_MAX: Duration = Duration::from_secs(30);

/// A service, its ledger and its database, which is removed with it.
pub(crate) struct Service {
    pub(crate) daybook: Daybook,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) database: Database,
}

/// Runs something on one thread: what is submitted without a pause in between is queued before anything is committed,
/// and so becomes one batch.
pub(crate) fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a tokio runtime starts").block_on(work);
}

impl Service {
    /// Opens a fresh database with changed options; `None` where there is no such engine, which was said.
    pub(crate) async fn open(engine: Engine, change: impl FnOnce(&mut Options)) -> Option<Self> {
        Some(Self::on(Database::migrated(engine).await?, change).await)
    }

    /// Closes the service, and opens another on the same database.
    pub(crate) async fn reopened(self, change: impl FnOnce(&mut Options)) -> Self {
        self.daybook.shutdown(COMMAND_TIME_MAX).await;
        Self::on(self.database, change).await
    }

    async fn on(database: Database, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options {
            database_url: database.url().to_owned().into(),
            batch_max: 500,
            queue_max: 10_000,
            write_pool: 2,
            purpose: Purpose::Serve,
            migrate: false,
            metrics: Metrics::register(&Registry::new()).expect("an empty registry takes the meters"),
            identity_provider: None,
            regrouping: RegroupingBounds::default(),
            erasure: ErasureBounds::default(),
            allow_unsafe_postgres: true,
        };
        change(&mut options);
        let daybook = Daybook::open(options).await.expect("the database opens");
        let ledger = daybook.ledger("main").await.expect("there is a ledger main");
        Self {
            daybook,
            ledger,
            database,
        }
    }

    /// Checks every invariant: none may be broken.
    pub(crate) async fn verify(&self) -> VerifyReport {
        let report = self.daybook.verify(None).await.expect("the database answers");
        assert!(report.is_ok(), "{:#?}", report.failures);
        report
    }

    /// The height of the newest block, and the position of the newest event.
    pub(crate) async fn tip(&self) -> (i64, i64) {
        let tip = "SELECT CAST(height AS TEXT) || ' ' || CAST(head AS TEXT) FROM ledgers";
        let tip = self.database.texts(tip).await.concat();
        let (height, head) = tip.split_once(' ').expect("two numbers");
        (height.parse().expect("a height"), head.parse().expect("a position"))
    }

    pub(crate) async fn submit(&self, request: Request) -> Result<Answer, LedgerError> {
        let deadline = Instant::now() + COMMAND_TIME_MAX;
        self.daybook.submit(&self.ledger, request, deadline).await
    }

    /// Submits all at once, in order.
    pub(crate) async fn submit_together(&self, requests: Vec<Request>) -> Vec<Result<Answer, LedgerError>> {
        let mut waiting: Vec<Pin<Box<_>>> = requests
            .into_iter()
            .map(|request| Box::pin(self.submit(request)))
            .collect();
        let mut answers: Vec<Option<_>> = waiting.iter().map(|_| None).collect();
        std::future::poll_fn(|context| {
            for (answer, waiting) in answers
                .iter_mut()
                .zip(&mut waiting)
                .filter(|(answer, _)| answer.is_none())
            {
                if let Poll::Ready(ready) = waiting.as_mut().poll(context) {
                    *answer = Some(ready);
                }
            }
            if answers.iter().all(Option::is_some) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        answers.into_iter().flatten().collect()
    }

    pub(crate) async fn close(self) {
        self.daybook.shutdown(COMMAND_TIME_MAX).await;
    }
}

/// Makes two tests, `sqlite::name` and `postgres::name`, of each `async fn name(engine: Engine)` named.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::service_under_test::run(super::$name(tests::Engine::Sqlite)); })+
        }
        mod postgres {
            $(#[test] fn $name() { $crate::service_under_test::run(super::$name(tests::Engine::Postgres)); })+
        }
    };
}
