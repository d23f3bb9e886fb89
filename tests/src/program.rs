//! The programs of the workspace: started as processes, with flags, variables and signals.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::{Client, eventually};

/// A program of the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `daybook`.
    Daybook,
    /// The schema's own command line, of the member `migration`.
    Migration,
}

impl Program {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Daybook, Self::Migration];

    fn name(self) -> &'static str {
        match self {
            Self::Daybook => "daybook",
            Self::Migration => "migration",
        }
    }

    /// The program with these arguments and none of this process's variables that would be settings of it, in `folder`.
    ///
    /// # Panics
    ///
    /// Where it cannot be built.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "a program is started without this process's settings"
    )]
    pub fn command(self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(build_folder().join(self.name()));
        command.args(arguments).current_dir(folder).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let is_setting = name
                .to_str()
                .is_some_and(|name| name.starts_with("DAYBOOK_") || ["DATABASE_URL", "RUST_LOG"].contains(&name));
            if is_setting {
                command.env_remove(name);
            }
        }
        command
    }

    /// Changes a schema or looks at it: `verb` on the database at `url`, run to its end.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    #[must_use]
    pub fn migrate(self, folder: &Path, verb: &str, url: &str) -> Output {
        let arguments: &[&str] = match self {
            Self::Daybook => &["migrate", verb, "--database-url", url],
            Self::Migration => &["--database-url", url, verb],
        };
        self.command(folder, arguments).output().expect("the program starts")
    }
}

/// Where the programs lie, built like the tests were. Built now if they are not yet: `cargo test` alone does not promise
/// it.
#[expect(clippy::disallowed_methods, reason = "where programs lie is no setting")]
fn build_folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let own = std::env::current_exe().expect("a program knows its own file");
        let profile_folder = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps"));
        let profile_folder = profile_folder.expect("programs lie in target/<profile>, tests in deps below it");
        let target_folder = profile_folder
            .parent()
            .expect("a profile's folder lies in the target folder");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build
            .args(["build", "--quiet", "--workspace"])
            .args(Program::ALL.iter().flat_map(|program| ["--bin", program.name()]))
            .arg("--target-dir")
            .arg(target_folder);
        if profile_folder.ends_with("release") {
            build.arg("--release");
        }
        let output = build
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(
            output.status.success(),
            "the programs do not build: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        profile_folder.to_owned()
    })
}

/// `daybook` with these arguments, as [`Program::command`] makes it.
#[must_use]
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    Program::Daybook.command(folder, arguments)
}

/// An empty folder for a process, removed when this is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A new one.
    ///
    /// # Panics
    ///
    /// Where the temporary folder is not writable.
    #[must_use]
    pub fn empty() -> Self {
        let path = std::env::temp_dir().join(format!("daybook-process-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(&path).expect("the temporary folder is writable");
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The names of what is in it, in order.
    ///
    /// # Panics
    ///
    /// Where it is gone.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).expect("the folder is readable").flatten();
        let mut names: Vec<String> = files
            .map(|file| file.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort_unstable();
        names
    }

    /// What a file in it says; nothing where there is none.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_default()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind in the temporary folder is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs `daybook` to its end.
///
/// # Panics
///
/// Where it does not start.
#[must_use]
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("daybook starts")
}

/// `daybook serve` as a process of its own, killed when this is dropped.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    folder: PathBuf,
    address: SocketAddr,
}

impl Serving {
    /// Starts it with these arguments, listening on a free port, and waits until it answers.
    ///
    /// # Errors
    ///
    /// With its exit status and all it said where it ends instead.
    ///
    /// # Panics
    ///
    /// Where it neither answers nor ends within half a minute.
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
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let address = port.expect("a loopback port is free");
        let said = |name: &str| File::create(folder.join(name)).expect("the folder is writable");
        let child = command
            .args(["--listen", &address.to_string()])
            .stdout(said("stdout"))
            .stderr(said("stderr"))
            .spawn()
            .expect("daybook starts");
        let mut serving = Self {
            child,
            folder: folder.to_owned(),
            address,
        };
        eventually("daybook answers or ends", Duration::from_secs(30), async || {
            let ended = serving.child.try_wait().expect("a child can be asked");
            let answers = TcpStream::connect(address).is_ok();
            (ended.is_some() || answers).then_some(ended)
        })
        .await
        .map_or(Ok(()), |status| Err((status, said_in(folder))))
        .map(|()| serving)
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
    }
}
