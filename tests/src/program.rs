//! The `daybook` program itself: started as a process, with flags, variables and signals.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::{Client, eventually};

/// The program, built like the tests were. Built now if it is not yet: `cargo test` alone does not promise it.
///
/// # Panics
///
/// Where it cannot be built.
pub fn daybook() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let own = std::env::current_exe().expect("a program knows its own file");
        let profile_folder = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps"));
        let profile_folder = profile_folder.expect("programs lie in target/<profile>, tests in deps below it");
        let target_folder = profile_folder
            .parent()
            .expect("a profile's folder lies in the target folder");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build
            .args(["build", "--quiet", "--workspace", "--bin", "daybook", "--target-dir"])
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
            "daybook does not build: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        profile_folder.join("daybook")
    })
}

/// The program with these arguments and none of this process's `DAYBOOK_…` variables, in `folder`.
#[must_use]
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(daybook());
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let is_setting = name
            .to_str()
            .is_some_and(|name| name.starts_with("DAYBOOK_") || name == "DATABASE_URL");
        if is_setting {
            command.env_remove(name);
        }
    }
    command
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
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind in the temporary folder is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs the program to its end.
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
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let address = port.expect("a loopback port is free");
        let said = |name: &str| File::create(folder.join(name)).expect("the folder is writable");
        let child = command(folder, arguments)
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
        let status = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
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
