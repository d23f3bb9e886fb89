//! The load program: what Daybook does a second, beside what it is to be compared with, in one run.
//!
//! A machine's speed drifts, so what is compared takes turns: every round measures each of them for a few seconds, and
//! a line tells the median of the rounds and how far they lie apart. What it printed last is in `docs/PERFORMANCE.md`.
//!
//! The server is the program `daybook` beside this one, as a process of its own. PostgreSQL is found as the tests find
//! it; the server refuses one without `fsync`.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for the command line: what it prints is its purpose, and it ends where it cannot go on"
)]

mod batch;
mod connection;
mod copy;
mod create;
mod drive;
mod figures;
mod growth;
mod import;
mod pgbench;
mod population;
mod read;
mod server;

use std::process::Command;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

/// Measures Daybook beside what it is to be compared with.
#[derive(Debug, Parser)]
#[command(name = "load")]
struct Arguments {
    #[command(subcommand)]
    experiment: Experiment,
    /// The database of the experiment
    #[arg(long, global = true, value_enum, default_value_t = Engine::Postgres)]
    engine: Engine,
    /// How often everything is measured
    #[arg(long, global = true, default_value_t = 3)]
    rounds: usize,
    /// How long each is measured in a round
    #[arg(long, global = true, default_value_t = 5)]
    seconds: u64,
}

#[derive(Debug, Subcommand)]
enum Experiment {
    /// Transactions a second, each posted by itself: batches, a batch limit of 1, and the same rows in plain SQL
    Create,
    /// Reads of one transaction and of a page of 20, over HTTP and by plain SQL
    Read,
    /// Transactions a second, a thousand a request, beside single posts and COPY (INSERT … SELECT) of the same rows
    Batch,
    /// Rows of an import a second, beside transactions that are each posted by themselves, and the server's memory
    Import {
        /// Rows of a file
        #[arg(long, default_value_t = 1_000_000)]
        rows: usize,
    },
    /// Rows of an import into an empty book a second, beside COPY (INSERT … SELECT) of the rows that it left
    Copy {
        /// Rows of a file
        #[arg(long, default_value_t = 1_000_000)]
        rows: usize,
    },
    /// Creates, lists, statistics, statements and balances in a small book and in a large one
    Growth {
        /// Transactions of the large book; the small one has a hundredth
        #[arg(long, default_value_t = 1_000_000)]
        transactions: usize,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Engine {
    Sqlite,
    Postgres,
}

impl From<Engine> for tests::Engine {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite,
            Engine::Postgres => Self::Postgres,
        }
    }
}

/// How often, and how long each time.
#[derive(Clone, Copy, Debug)]
struct Plan {
    engine: tests::Engine,
    rounds: usize,
    time: Duration,
}

fn main() {
    let arguments = Arguments::parse();
    let plan = Plan {
        engine: arguments.engine.into(),
        rounds: arguments.rounds.max(1),
        time: Duration::from_secs(arguments.seconds.max(1)),
    };
    println!("{}", machine(plan));
    // One thread: the machine's cores are for the server and its database.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a tokio runtime starts");
    let work = async {
        match arguments.experiment {
            Experiment::Create => create::run(plan).await,
            Experiment::Read => read::run(plan).await,
            Experiment::Batch => batch::run(plan).await,
            Experiment::Import { rows } => import::run(plan, rows).await,
            Experiment::Copy { rows } => copy::run(plan, rows).await,
            Experiment::Growth { transactions } => growth::run(plan, transactions).await,
        }
    };
    tokio::task::LocalSet::new().block_on(&runtime, work);
}

/// What a reader must know of where the figures come from.
fn machine(plan: Plan) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let database = match plan.engine {
        tests::Engine::Sqlite => "SQLite, WAL, synchronous=FULL".to_owned(),
        tests::Engine::Postgres => {
            let version = Command::new("pgbench").arg("--version").output();
            let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
            format!(
                "PostgreSQL, fsync=on, {}",
                version.unwrap_or_else(|_| "without pgbench".to_owned())
            )
        }
    };
    format!(
        "{cores} cores shared by load, server and database; {database}; median of {} rounds of {} s (least – most)\n",
        plan.rounds,
        plan.time.as_secs()
    )
}
