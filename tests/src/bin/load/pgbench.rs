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
}

impl Script {
    fn sql(self) -> &'static str {
        match self {
            Self::Transfer => include_str!("transfer.sql"),
            Self::TransferUnchained => include_str!("transfer_unchained.sql"),
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

    /// Lets this many sessions run the script.
    pub(crate) fn run(&self, script: Script, clients: usize, time: Duration) -> Round {
        let users = self.users.to_string();
        run(
            self.server.database(),
            &[script.sql().to_owned()],
            &[("users", &users)],
            clients,
            time,
        )
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
    Round {
        rate: figure("tps =") / 1000,
        // Of `pgbench` it is the average.
        p50: Duration::from_micros(figure("latency average =")),
        p99: None,
    }
}

/// A decimal number in thousandths.
fn thousandths(text: &str) -> u64 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = rest.chars().chain("000".chars()).take(3).collect();
    format!("{whole}{digits}").parse().expect("pgbench tells numbers")
}
