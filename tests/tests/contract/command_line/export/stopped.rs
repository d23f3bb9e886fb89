//! Exports that end before their time.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tests::program::{Folder, command, run};
use tests::{Book, eventually, on_both};

use super::super::{complaint, text};
use super::{export, exported, fill};

on_both!(
    whoever_has_read_enough_may_go,
    an_export_that_nobody_reads_is_interrupted,
    an_interrupted_export_leaves_no_half_file_but_one_to_be_continued,
);

/// Rows of a file that takes long enough to be interrupted.
const ROWS: usize = 6_000;

fn begin(book: &Book, folder: &Folder, more: &[&str]) -> Child {
    let arguments = ["export", "--database-url", book.database().url()];
    command(folder.path(), &[&arguments[..], more].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("daybook starts")
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "it was still under way");
}

async fn whoever_has_read_enough_may_go(book: &Book) {
    // More than a pipe holds.
    fill(book, 450).await;
    let mut child = begin(book, &Folder::empty(), &[]);
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().expect("it has a standard output"));
    reader.read_line(&mut first).expect("it writes");
    assert!(first.starts_with("id,type,"), "{first}");
    drop(reader);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(text(&output), "");
}

async fn an_export_that_nobody_reads_is_interrupted(book: &Book) {
    fill(book, 450).await;
    let mut child = begin(book, &Folder::empty(), &["--format", "ndjson"]);
    let mut reader = BufReader::new(child.stdout.take().expect("it has a standard output"));
    // It is under way.
    reader.read_line(&mut String::new()).expect("it writes");
    send("-INT", &child);
    let output = child.wait_with_output().expect("it ends");
    assert!(complaint(&output, 1).contains("interrupted"));
}

/// A book that an export is long at.
async fn fill_by_import(book: &Book, folder: &Folder) {
    let mut file = "type,user_id,amount,description\n".to_owned();
    for row in 0..ROWS {
        file.push_str(&format!("credit,user-{},1,number {row}\n", row % 7));
    }
    fs::write(folder.path().join("rows"), file).expect("the folder is writable");
    let output = run(
        folder.path(),
        &[
            "import",
            "rows",
            "--format",
            "csv",
            "--database-url",
            book.database().url(),
        ],
    );
    assert!(output.status.success(), "{}", text(&output));
    fs::remove_file(folder.path().join("rows")).expect("it is there");
}

/// How much there is of whatever is being written to a folder.
fn bytes_in(folder: &Folder) -> u64 {
    let sizes = folder
        .files()
        .into_iter()
        .map(|name| fs::metadata(folder.path().join(name)));
    sizes.flatten().map(|about| about.len()).sum()
}

async fn an_interrupted_export_leaves_no_half_file_but_one_to_be_continued(book: &Book) {
    let folder = Folder::empty();
    fill_by_import(book, &folder).await;
    let whole = exported(book, &folder, &["/dev/stdout"]).await;
    let whole_bytes = u64::try_from(whole.len()).expect("a small number");
    for (signal, more) in [
        ("-INT", &["a.csv"][..]),
        ("-TERM", &["a.csv"]),
        ("-INT", &["b.csv", "--append"]),
        ("-KILL", &["c.csv", "--append"]),
    ] {
        let before = bytes_in(&folder);
        let child = begin(book, &folder, more);
        eventually("it writes", Duration::from_secs(30), async || {
            (bytes_in(&folder) > before).then_some(())
        })
        .await;
        send(signal, &child);
        let output = child.wait_with_output().expect("it ends");
        if signal != "-KILL" {
            assert!(complaint(&output, 1).contains("interrupted"), "{}", text(&output));
        }
        if more.len() == 1 {
            assert_eq!(folder.files(), Vec::<String>::new(), "no half file is left");
            continue;
        }
        let written = folder.read(more[0]);
        assert!(
            u64::try_from(written.len()).expect("a small number") < whole_bytes,
            "it had ended before"
        );
        if signal == "-INT" {
            assert!(written.ends_with('\n'), "the last row is whole");
        }
    }
    // Every row was recorded in the order of its date, so that both orders are one.
    for name in ["b.csv", "c.csv"] {
        assert!(export(book, &folder, &[name, "--append"]).await.status.success());
        assert_eq!(folder.read(name).len(), whole.len());
        assert!(folder.read(name) == whole, "{name} is as one that was not interrupted");
    }
}
