//! The programs of the workspace: started as processes, with flags, variables and signals.

mod folder;
mod serving;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

pub use folder::Folder;
pub use serving::Serving;

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
        // What Cargo tells a test of its crate would make build scripts that look at it run again, and all that follows.
        let of_crate = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(of_crate) {
                build.env_remove(name);
            }
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

/// Runs `daybook` to its end.
///
/// # Panics
///
/// Where it does not start.
#[must_use]
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("daybook starts")
}
