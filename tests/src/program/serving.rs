//! `daybook serve` as a process: started, told to stop, and killed.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use super::{Folder, command};
use crate::{Client, eventually, logs};

/// `daybook serve` as a process of its own, killed when this is dropped.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    folder: PathBuf,
    address: SocketAddr,
}

impl Serving {
    /// Starts it with these arguments, listening on a free port, and waits until it says which.
    ///
    /// # Errors
    ///
    /// With its exit status and all it said where it ends instead.
    ///
    /// # Panics
    ///
    /// Where it neither listens nor ends within half a minute.
    pub async fn start(folder: &Path, arguments: &[&str]) -> Result<Self, (ExitStatus, String)> {
        Self::start_command(folder, command(folder, arguments)).await
    }

    /// As [`Self::start`], with variables of its own.
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Panics
    ///
    /// As there.
    pub async fn start_command(folder: &Path, mut command: Command) -> Result<Self, (ExitStatus, String)> {
        let said = |name: &str| File::create(folder.join(name)).expect("the folder is writable");
        let child = command
            .args(["--listen", "127.0.0.1:0"])
            .stdout(said("stdout"))
            .stderr(said("stderr"))
            .spawn()
            .expect("daybook starts");
        let mut serving = Self {
            child,
            folder: folder.to_owned(),
            address: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        };
        // It says where it listens once it does, and has nothing left to do that may fail.
        let address = eventually("daybook listens or ends", Duration::from_secs(30), async || {
            let ended = serving.child.try_wait().expect("a child can be asked");
            let said = fs::read_to_string(folder.join("stdout")).unwrap_or_default();
            let address = said
                .lines()
                .find_map(|line| line.trim().strip_prefix("address  ")?.split_once("://")?.1.parse().ok());
            ended.map(Err).or(address.map(Ok))
        });
        match address.await {
            Ok(address) => {
                serving.address = address;
                Ok(serving)
            }
            Err(status) => Err((status, said_in(folder))),
        }
    }

    /// Starts it on a database that has its schema.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    pub async fn on(database_url: &str, folder: &Folder) -> Self {
        let started = Self::start(folder.path(), &["serve", "--database-url", database_url]).await;
        started.unwrap_or_else(|(status, said)| panic!("daybook ended {status}: {said}"))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self, key: &str) -> Client {
        Client::new(self.address, Some(key.to_owned()))
    }

    /// All it wrote so far to standard output and standard error.
    #[must_use]
    pub fn said(&self) -> String {
        said_in(&self.folder)
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it has had so far, in KiB.
    ///
    /// # Panics
    ///
    /// Where there is no such process any more.
    #[must_use]
    pub fn memory_max_kib(&self) -> u64 {
        self.memory_line("VmHWM:")
    }

    fn memory_line(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()));
        let status = status.expect("the system tells of its processes");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line
            .and_then(|line| line.split_whitespace().next())
            .map(str::parse::<u64>);
        kib.expect("the system tells of memory").expect("memory is a number")
    }

    /// The memory that it has now, in KiB.
    ///
    /// # Panics
    ///
    /// Where there is no such process any more.
    #[must_use]
    pub fn memory_kib(&self) -> u64 {
        self.memory_line("VmRSS:")
    }

    /// How many files it has open, connections among them.
    ///
    /// # Panics
    ///
    /// Where there is no such process any more.
    #[must_use]
    pub fn open_files(&self) -> usize {
        let files = fs::read_dir(format!("/proc/{}/fd", self.id()));
        files.expect("the system tells of its processes").count()
    }

    /// Sends SIGTERM.
    ///
    /// # Panics
    ///
    /// Where there is no such process any more.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends SIGINT, as Ctrl-C does.
    ///
    /// # Panics
    ///
    /// Where there is no such process any more.
    pub fn interrupt(&self) {
        self.signal("-INT");
    }

    /// Sends SIGHUP, as whoever has put a new certificate in place does.
    ///
    /// # Panics
    ///
    /// Where there is no such process any more.
    pub fn hang_up(&self) {
        self.signal("-HUP");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "the process is there to be told"
        );
    }

    /// Kills it, as the system or a power cut would: it gets no chance to do anything.
    ///
    /// # Panics
    ///
    /// Where it cannot be killed.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a killed child ends");
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// Where it does not end within `limit`.
    pub async fn ended(&mut self, limit: Duration) -> ExitStatus {
        let child = &mut self.child;
        eventually("daybook ends", limit, async || {
            child.try_wait().expect("a child can be asked")
        })
        .await
    }
}

fn said_in(folder: &Path) -> String {
    ["stdout", "stderr"]
        .map(|name| fs::read_to_string(folder.join(name)).unwrap_or_default())
        .concat()
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Standard output is for the operator, and has the first key.
        logs::keep(&fs::read_to_string(self.folder.join("stderr")).unwrap_or_default());
    }
}
