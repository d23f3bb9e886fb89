//! The `daybook` program itself: started as a process, with flags, variables and signals.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The program, built like the tests were. Built now if it is not yet: `cargo test` alone does not promise it.
///
/// # Panics
///
/// Where it cannot be built.
pub fn daybook() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().expect("a test knows its own file");
        let profile_folder = test
            .parent()
            .and_then(Path::parent)
            .expect("tests lie in target/<profile>/deps");
        let target_folder = profile_folder.parent().expect("tests lie in target/<profile>/deps");
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

/// Runs the program to its end.
///
/// # Panics
///
/// Where it does not start.
#[must_use]
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("daybook starts")
}
