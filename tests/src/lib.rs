//! The harness of the suites that talk to a real, listening Daybook over HTTP.
//!
//! A test is an `async fn(&Book)`, listed in its file's [`on_both!`], which makes a `sqlite::` and a `postgres::` test of
//! it. Each has a server and a database of its own; both are gone when it ends, also when it panics.
//!
//! The harness knows the contract (`api.md`), how to start a server, and how to have a database verified; where it
//! looks into one itself, it takes the tables from the catalogue.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "a harness that cannot go on fails its test by panicking; overflow checks are on"
)]

pub mod accounting;
mod answer;
pub mod body;
mod book;
mod client;
mod concurrency;
mod database;
#[cfg(test)]
mod documents;
mod journal;
mod logs;
mod problem;
pub mod program;
mod proxy;
mod random;
pub mod tls;
pub mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

pub use answer::{Answer, is_server_id};
pub use book::{Book, OPERATOR_KEY};
pub use client::{Client, Request};
pub use concurrency::{at_once, eventually};
pub use database::{Database, Engine, Snapshot};
pub use journal::{Journal, Load};
pub use proxy::{Loss, Proxy};
pub use random::Random;

/// The longest that one test may take: far above what any needs, so that a request without an answer fails its test
/// and not the whole run.
const TEST_TIME_MAX: Duration = Duration::from_secs(300);

/// Runs one test on a fresh database of `engine`. Where no PostgreSQL is to be had it says so and passes, but with
/// `CI=true` it fails.
///
/// # Panics
///
/// With the test's own panic, after the server was stopped and the database removed; where a log line tells a secret or
/// what is personal.
pub fn run(engine: Engine, test: impl AsyncFnOnce(&Book)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a tokio runtime starts");
    let Some(database) = runtime.block_on(Database::migrated(engine)) else {
        return;
    };
    let book = runtime.block_on(Book::open(database, |_| ()));
    let logged = logs::begin();
    logs::hide(OPERATOR_KEY);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            tokio::time::timeout(TEST_TIME_MAX, test(&book))
                .await
                .expect("the test ends within its time");
        });
    }));
    runtime.block_on(book.close());
    runtime.shutdown_timeout(Duration::from_secs(1));
    let leaks = logs::end(logged);
    if let Err(cause) = outcome {
        resume_unwind(cause);
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// Makes a test of each `async fn name(book: &Book)` named, for what only PostgreSQL can suffer.
#[macro_export]
macro_rules! on_postgres {
    ($($name:ident),+ $(,)?) => {
        mod postgres {
            $(#[test] fn $name() { $crate::run($crate::Engine::Postgres, super::$name); })+
        }
    };
}

/// Makes two tests, `sqlite::name` and `postgres::name`, of each `async fn name(book: &Book)` named. A test that is
/// forgotten in the list is an unused function, which the lints refuse.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::run($crate::Engine::Sqlite, super::$name); })+
        }
        mod postgres {
            $(#[test] fn $name() { $crate::run($crate::Engine::Postgres, super::$name); })+
        }
    };
}
