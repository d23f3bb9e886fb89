//! A throw-away PostgreSQL server, made from the installed programs and shared by every test process of this account.
//!
//! `cluster.sh` runs it and ends it when nobody has been connected for 15 seconds, so it outlives neither a panic nor a
//! killed test run by more than that. Each test process keeps one connection open for as long as it lives.

use std::fs;
use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

/// `initdb` and the first start take about three seconds.
const START_TIME_MAX: Duration = Duration::from_secs(60);

const SCRIPT: &str = include_str!("cluster.sh");

/// The server's URL without a database. None where PostgreSQL's programs are not installed.
pub(super) fn base_url() -> Option<String> {
    let programs = find_programs()?;
    let account = account_id("-u", None);
    let meeting_place = std::env::temp_dir().join(format!("daybook-postgres-{account}"));
    fs::create_dir_all(&meeting_place).expect("the temporary folder is writable");
    let lock = fs::File::create(meeting_place.join("lock")).expect("the temporary folder is writable");
    lock.lock().expect("the lock is given when the other process is done");
    let current = meeting_place.join("current");
    let base_url = join(&current).unwrap_or_else(|| {
        start(&programs, account, &meeting_place, &current);
        join(&current).expect("a server that has just started can be joined")
    });
    Some(base_url)
}

/// The folder of `initdb` and its kin: on the PATH, else Debian's newest.
#[expect(clippy::disallowed_methods, reason = "where programs lie is no setting")]
fn find_programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort();
    folders.extend(std::env::split_paths(&path).collect::<Vec<_>>().into_iter().rev());
    let is_whole = |folder: &PathBuf| {
        ["initdb", "postgres", "psql", "pg_isready"]
            .iter()
            .all(|program| folder.join(program).is_file())
    };
    folders.into_iter().rev().find(is_whole)
}

/// A user's or group's number: `-u` or `-g`, of this account or of a named one.
fn account_id(which: &str, name: Option<&str>) -> u32 {
    let output = Command::new("id").arg(which).args(name).output().expect("`id` runs");
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    text.parse().unwrap_or_else(|_| {
        panic!(
            "`id {which}` knows {name:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        )
    })
}

/// Connects to the server that `current` names and stays connected to the end of this process. None where there is no
/// such server or it is about to end.
fn join(current: &Path) -> Option<String> {
    let text = fs::read_to_string(current).ok()?;
    let (home, base_url) = text.split_once('\n')?;
    let options = PgConnectOptions::from_str(&format!("{base_url}/postgres")).ok()?;
    let (report, outcome) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a tokio runtime starts").block_on(async {
            let connection = options.connect().await;
            let _ = report.send(connection.is_ok());
            if connection.is_ok() {
                std::future::pending::<()>().await;
            }
        });
    });
    let is_connected = outcome.recv().unwrap_or(false);
    (is_connected && Path::new(home).join("open").exists()).then(|| base_url.to_owned())
}

fn start(programs: &Path, account: u32, meeting_place: &Path, current: &Path) {
    // Short, because the path of a Unix socket is at most 107 bytes.
    let number = Uuid::new_v4().as_u64_pair().0;
    let home = std::env::temp_dir().join(format!("daybook-pg-{number:016x}"));
    fs::create_dir_all(&home).expect("the temporary folder is writable");
    let port = free_port().expect("a loopback port is free");
    let log = meeting_place.join("log");
    let output = fs::File::create(&log).expect("the temporary folder is writable");
    let mut command = Command::new("sh");
    command
        .args(["-c", SCRIPT, "cluster.sh"])
        .args([programs, &home])
        .arg(port.to_string())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(output.try_clone().expect("a file has two handles"))
        .stderr(output)
        // A group of its own: the signal that ends a test run must leave time to end the server properly.
        .process_group(0);
    if account == 0 {
        // PostgreSQL refuses to run as root.
        let (user, group) = (account_id("-u", Some("postgres")), account_id("-g", Some("postgres")));
        chown(&home, Some(user), Some(group)).expect("root may give a folder away");
        command.uid(user).gid(group);
    }
    let mut child = command.spawn().expect("`sh` runs");
    if let Err(error) = wait_until_open(&mut child, &home) {
        let log = fs::read_to_string(&log).unwrap_or_default();
        panic!("the throw-away PostgreSQL does not start: {error}\n{log}");
    }
    let base_url = format!("postgres://postgres@127.0.0.1:{port}");
    fs::write(current, format!("{}\n{base_url}", home.display())).expect("the temporary folder is writable");
}

fn free_port() -> Result<u16, Error> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn wait_until_open(child: &mut Child, home: &Path) -> Result<(), Error> {
    let started = Instant::now();
    while !home.join("open").exists() {
        if let Some(status) = child.try_wait()? {
            return Err(Error::other(status.to_string()));
        }
        if started.elapsed() > START_TIME_MAX {
            return Err(ErrorKind::TimedOut.into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
