//! What the same rows cost in plain SQL, one database transaction a transfer: `pgbench`, on a database that Daybook has
//! made and filled.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tests::program::Folder;
use tests::{Database, Engine};

use crate::figures::Round;
use crate::population::open_accounts;
use crate::server::Server;

/// What a session of `pgbench` does again and again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Script {
    /// A transfer with every row that Daybook writes for it.
    Transfer,
    /// A transfer as a service without a journal would keep it.
    TransferUnchained,
    /// A thousand credits with every row that Daybook writes for them.
    List,
}

impl Script {
    fn sql(self) -> &'static str {
        match self {
            Self::Transfer => include_str!("transfer.sql"),
            Self::TransferUnchained => include_str!("transfer_unchained.sql"),
            Self::List => include_str!("list.sql"),
        }
    }

    /// The transactions of the ledger that one of the database makes.
    fn items(self) -> u64 {
        match self {
            Self::Transfer | Self::TransferUnchained => 1,
            Self::List => 1_000,
        }
    }
}

/// A database of Daybook's that plain SQL writes to.
pub(crate) struct Baseline {
    server: Server,
    users: usize,
}

impl Baseline {
    /// Makes a book with this many users, and leaves its database to `pgbench`.
    pub(crate) async fn start(users: usize) -> Self {
        let mut server = Server::start(Engine::Postgres, &[]).await;
        open_accounts(server.address(), users).await;
        server.stop();
        let database = server.database();
        database.execute("CREATE SEQUENCE load_ids").await;
        Self { server, users }
    }

    /// Lets this many sessions run the script, and counts the ledger's transactions.
    pub(crate) fn run(&self, script: Script, clients: usize, time: Duration) -> Round {
        let users = self.users.to_string();
        let outcome = run_scripts(
            self.server.database(),
            &[script.sql().to_owned()],
            &[("users", &users)],
            clients,
            time,
        );
        outcome.to_round(script.items())
    }
}

/// What `pgbench` tells at its end.
struct Outcome {
    /// Scripts that were run in a thousand seconds.
    rate_thousandths: u64,
    latency_average: Duration,
}

impl Outcome {
    /// The rate of what a script does `items` times.
    fn to_round(&self, items: u64) -> Round {
        Round {
            rate: self.rate_thousandths * items / 1000,
            // Of `pgbench` it is the average.
            p50: self.latency_average,
            p99: None,
        }
    }
}

/// Lets this many sessions run one of the scripts after another, drawn at random.
pub(crate) fn run(
    database: &Database,
    scripts: &[String],
    variables: &[(&str, &str)],
    clients: usize,
    time: Duration,
) -> Round {
    run_scripts(database, scripts, variables, clients, time).to_round(1)
}

fn run_scripts(
    database: &Database,
    scripts: &[String],
    variables: &[(&str, &str)],
    clients: usize,
    time: Duration,
) -> Outcome {
    let folder = Folder::empty();
    let mut command = Command::new("pgbench");
    command
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=1"])
        .arg(format!("--client={clients}"))
        .arg(format!("--time={}", time.as_secs()));
    for (name, value) in variables {
        command.arg(format!("--define={name}={value}"));
    }
    for (number, script) in scripts.iter().enumerate() {
        let path: PathBuf = folder.path().join(format!("{number}.sql"));
        fs::write(&path, script).expect("the temporary folder is writable");
        command.arg("--file").arg(path);
    }
    let output = command.arg(database.url()).output().expect("pgbench is installed");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "pgbench: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let figure = |name: &str| {
        let rest = said.split_once(name).map(|(_, rest)| rest.trim_start());
        let number = rest.and_then(|rest| rest.split([' ', '\n']).next()).map(thousandths);
        number.unwrap_or_else(|| panic!("pgbench tells no {name}: {said}"))
    };
    Outcome {
        rate_thousandths: figure("tps ="),
        latency_average: Duration::from_micros(figure("latency average =")),
    }
}

/// A decimal number in thousandths.
fn thousandths(text: &str) -> u64 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = rest.chars().chain("000".chars()).take(3).collect();
    format!("{whole}{digits}").parse().expect("pgbench tells numbers")
}
