//! `daybook export`

mod appended;
mod stopped;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Output;

use serde_json::json;
use tests::body::{credit, debit, transfer, with};
use tests::program::{Folder, run};
use tests::{Book, on_both};

use super::{complaint, text};

on_both!(
    an_export_is_what_the_server_answers_byte_for_byte,
    a_file_that_is_there_is_replaced_by_force_alone,
    what_is_exported_is_imported_once,
    what_cannot_be_exported_is_told_in_one_line,
);

/// Runs `daybook export`, which changes nothing.
async fn export(book: &Book, folder: &Folder, more: &[&str]) -> Output {
    let arguments = ["export", "--database-url", book.database().url()];
    book.leaves_no_trace(async || run(folder.path(), &[&arguments[..], more].concat()))
        .await
}

/// Runs it to standard output or into a file, where nothing is said of it.
async fn exported(book: &Book, folder: &Folder, more: &[&str]) -> String {
    let output = export(book, folder, more).await;
    assert!(output.status.success(), "{more:?}: {}", text(&output));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "no progress but on a terminal"
    );
    String::from_utf8(output.stdout).expect("an export is text")
}

async fn answered(book: &Book, query: &str) -> String {
    book.get(&format!("/transactions/export?{query}"))
        .await
        .expect(200)
        .text
}

/// Transactions of every kind, dated before each other: more than one read has.
async fn fill(book: &Book, count: usize) {
    let mut accounts = Vec::new();
    for user in ["ada", "bob"] {
        let made = book.create(&credit(user, "1000.00")).await;
        accounts.push(made.text("destination_account_id").to_owned());
    }
    for number in 0..count {
        let body = match number % 3 {
            0 => credit("ada", "1.50"),
            1 => debit("bob", "2.00"),
            _ => transfer(&accounts[0], &accounts[1], "3.00"),
        };
        let date = format!("2026-01-{:02}T12:00:00Z", 28 - number % 28);
        let details = json!({
            "transaction_date": date, "category": "food", "description": "two lines, \"quoted\"",
            "reference": format!("r-{number}"), "metadata": {"number": number.to_string()},
        });
        let made = book.create(&with(body, details)).await;
        if number % 7 == 6 {
            let _ = book.delete(&format!("/transactions/{}", made.id())).await.expect(200);
        }
    }
}

async fn an_export_is_what_the_server_answers_byte_for_byte(book: &Book) {
    fill(book, 250).await;
    let folder = Folder::empty();
    let account = book.account_of("ada", "main", "USD").await;
    let account = account["id"].as_str().expect("an id is text");
    for (flags, query) in [
        (&[][..], "format=csv"),
        (&["--format", "ndjson"], "format=ndjson"),
        (&["-", "--user-id", "bob"], "user_id=bob"),
        (&["--account-id", account], &format!("account_id={account}")),
        (&["--type", "debit", "--status", "voided"], "type=debit&status=voided"),
        (
            &["--currency", "USD", "--min-amount", "2", "--max-amount", "2.5"],
            "currency=USD&min_amount=2&max_amount=2.5",
        ),
        (
            &["--category", "food", "--q", "quoted two"],
            "category=food&q=quoted%20two",
        ),
        (&["--reference", "r-5"], "reference=r-5"),
        (
            &["--from", "2026-01-05T00:00:00+01:00", "--to", "2026-01-09T00:00:00Z"],
            "from=2026-01-05T00:00:00%2B01:00&to=2026-01-09T00:00:00Z",
        ),
    ] {
        let rows = exported(book, &folder, flags).await;
        assert!(rows.lines().count() > 1, "{flags:?}");
        assert_eq!(rows, answered(book, query).await, "{flags:?}");
    }
    for (name, format) in [
        ("all.csv", "csv"),
        ("all.NDJSON", "ndjson"),
        ("all.jsonl", "ndjson"),
        ("all", "csv"),
    ] {
        assert_eq!(exported(book, &folder, &[name]).await, "");
        let expected = answered(book, &format!("format={format}")).await;
        assert_eq!(folder.read(name), expected, "{name}");
    }
    let nobody = exported(book, &folder, &["--user-id", "nobody"]).await;
    assert_eq!(nobody, answered(book, "user_id=nobody").await);
}

async fn a_file_that_is_there_is_replaced_by_force_alone(book: &Book) {
    fill(book, 10).await;
    let folder = Folder::empty();
    let place = folder.path().join("a.csv");
    fs::write(&place, "mine").expect("the folder is writable");
    fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).expect("it is ours");
    symlink("a.csv", folder.path().join("link.csv")).expect("the folder is writable");
    for name in ["a.csv", "link.csv"] {
        let said = complaint(&export(book, &folder, &[name]).await, 2);
        assert!(said.contains(name) && said.contains("--force"), "{said}");
        assert_eq!(folder.read("a.csv"), "mine");
    }
    let whole = answered(book, "").await;
    assert_eq!(exported(book, &folder, &["link.csv", "--force"]).await, "");
    assert_eq!(folder.read("a.csv"), whole);
    let link = fs::symlink_metadata(folder.path().join("link.csv")).expect("it is there");
    assert!(link.is_symlink(), "what it leads to was replaced");
    let mode = fs::metadata(&place).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640, "nobody else may read it now");
    assert_eq!(folder.files(), ["a.csv", "link.csv"], "nothing lies beside it");
    // What is no file has nothing that could be lost.
    assert_eq!(exported(book, &folder, &["/dev/null"]).await, "");
    assert_eq!(exported(book, &folder, &["/dev/stdout"]).await, whole);
}

async fn what_is_exported_is_imported_once(book: &Book) {
    fill(book, 60).await;
    let folder = Folder::empty();
    let other = book.with_settings(|_| ()).await;
    // A transfer is between accounts of its own book.
    for (flags, is_new) in [
        (&["a.csv", "--type", "credit"][..], true),
        (&["b.ndjson", "--type", "debit", "--append"], true),
        (&["c.ndjson", "--type", "credit", "--append"], false),
    ] {
        let _ = exported(book, &folder, flags).await;
        let import = |target: &Book| {
            let url = target.database().url();
            let output = run(folder.path(), &["import", flags[0], "--database-url", url]);
            assert!(output.status.success(), "{flags:?}: {}", text(&output));
        };
        book.leaves_no_trace(async || import(book)).await;
        if is_new {
            import(&other);
            let count = exported(&other, &folder, &flags[1..3]).await.lines().count();
            assert_eq!(count, exported(book, &folder, &flags[1..3]).await.lines().count());
        }
        other.leaves_no_trace(async || import(&other)).await;
    }
}

async fn what_cannot_be_exported_is_told_in_one_line(book: &Book) {
    fill(book, 3).await;
    let folder = Folder::empty();
    for (arguments, status, named) in [
        (&["a.txt"][..], 2, "--format"),
        (&["a.csv", "--format", "xml"], 2, "--format"),
        (&["--colour"], 2, "--colour"),
        (&["a.csv", "--user-id", "me"], 2, "--user-id: "),
        (&["a.csv", "--account-id", "42"], 2, "--account-id: "),
        (
            &["a.csv", "--type", "gift"],
            2,
            "--type: Must be one of credit, debit, transfer",
        ),
        (&["a.csv", "--status", "posted,open"], 2, "--status: "),
        (&["a.csv", "--currency", "GOLD_PT"], 2, "--currency: "),
        (&["a.csv", "--from", "2026-01-31"], 2, "--from: "),
        (&["a.csv", "--min-amount", "1"], 2, "--min-amount: Needs currency"),
        (&["a.csv", "--ledger", "nowhere"], 1, "nowhere"),
        (&["absent/a.csv"], 2, "absent/a.csv"),
        (&["."], 2, "directory"),
        (&["--append"], 2, "FILE"),
        (&["-", "--append"], 2, "FILE"),
        (&["a.csv", "--append", "--force"], 2, "--force"),
        (&["/dev/null", "--append"], 2, "/dev/null"),
        (&["/dev/full"], 1, "cannot write /dev/full"),
    ] {
        let said = complaint(&export(book, &folder, arguments).await, status);
        assert!(said.contains(named), "{arguments:?}: {said}");
    }
    let url = "postgres://u:hush@127.0.0.1:1/d";
    let said = complaint(&run(folder.path(), &["export", "a.csv", "--database-url", url]), 1);
    assert!(!said.contains("hush"), "{said}");
    assert_eq!(folder.files(), Vec::<String>::new(), "nothing is left of them");
}
