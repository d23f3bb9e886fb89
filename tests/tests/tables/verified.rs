//! `daybook verify` beside a server.

use tests::Database;
use tests::program::{Folder, run};

/// Checks one ledger, or all, which must succeed, and gives what was printed.
pub(crate) fn verified(database: &Database, ledger: Option<&str>) -> String {
    let mut arguments = vec!["verify", "--database-url", database.url()];
    arguments.extend(ledger.iter().flat_map(|name| ["--ledger", name]));
    let output = run(Folder::empty().path(), &arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(
        output.status.success(),
        "daybook {arguments:?} ended {}: {said}",
        output.status
    );
    said
}
