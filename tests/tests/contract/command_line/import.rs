//! `daybook import`

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tests::program::{Folder, Serving, command, run};
use tests::{Book, Client, Database, OPERATOR_KEY, eventually, on_both};

use super::{assert_succeeds, complaint, text};

on_both!(
    a_file_is_imported_beside_the_server_and_again_without_a_trace,
    rejected_rows_are_told_and_are_no_success,
    standard_input_is_imported_as_the_format_says,
    a_rehearsed_import_leaves_no_trace,
    an_import_that_is_interrupted_or_killed_is_ended_by_the_same_command,
    what_cannot_be_imported_is_told_in_one_line,
);

/// Rows of a file that takes long enough to be interrupted.
const ROWS: usize = 12_000;

fn write(folder: &Folder, name: &str, file: &str) {
    std::fs::write(folder.path().join(name), file).expect("the folder is writable");
}

fn import(book: &Book, folder: &Folder, more: &[&str]) -> Output {
    let arguments = ["import", "--database-url", book.database().url()];
    run(folder.path(), &[&arguments[..], more].concat())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Asserts the numbers of a report for people.
#[track_caller]
fn assert_counts(said: &str, counts: [&str; 3]) {
    for (name, count) in ["accepted", "duplicates", "rejected"].iter().zip(counts) {
        let told = said.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        assert_eq!(told, Some(count), "{name}: {said}");
    }
}

async fn a_file_is_imported_beside_the_server_and_again_without_a_trace(book: &Book) {
    let folder = Folder::empty();
    write(
        &folder,
        "january.csv",
        "type,user_id,amount,reference\ncredit,ada,1,\ncredit,ada,1,\ncredit,ada,2,r-1\n",
    );
    let output = import(book, &folder, &["january.csv"]);
    assert!(output.status.success(), "{}", text(&output));
    assert_counts(&said(&output), ["3", "0", "0"]);
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "no progress but on a terminal"
    );
    assert_eq!(book.balance_of("ada").await, "4.00");
    let made = book.get("/transactions?reference=r-1").await.expect(200).rows()[0].clone();
    let path = format!(
        "/transactions/{}/revisions",
        made["id"].as_str().expect("an id is text")
    );
    assert_eq!(book.get(&path).await.expect(200).rows()[0]["actor"], "cli");
    let again = book
        .leaves_no_trace(async || import(book, &folder, &["january.csv"]))
        .await;
    assert_counts(&said(&again), ["0", "3", "0"]);
    // The server knows the same rows.
    let answer = book
        .post("/transactions/import", &serde_json::Value::Null)
        .body("type,user_id,amount\ncredit,ada,1.00\n", "text/csv");
    assert_eq!(answer.await.expect(200).body["duplicates"], 1);
    book.database().verify().await;
}

async fn rejected_rows_are_told_and_are_no_success(book: &Book) {
    let folder = Folder::empty();
    write(
        &folder,
        "a.ndjson",
        "{\"type\":\"credit\",\"user_id\":\"ada\",\"amount\":\"1\"}\nnothing\n[]\n",
    );
    let output = import(book, &folder, &["a.ndjson"]);
    assert!(complaint(&output, 1).contains("2 rows were rejected"));
    assert_counts(&said(&output), ["1", "0", "2"]);
    for line in ["line 2: ", "line 3: "] {
        assert!(said(&output).contains(line), "{}", text(&output));
    }
    write(
        &folder,
        "b.csv",
        "type,user_id,amount\ncredit,bob,1\ncredit,bob,x\ncredit,bob,2\n",
    );
    let output = import(book, &folder, &["b.csv", "--on-error", "stop"]);
    assert!(complaint(&output, 1).contains("stopped"));
    assert_counts(&said(&output), ["1", "0", "1"]);
    assert_eq!(book.balance_of("bob").await, "1.00");
    let mut long = "type,amount\n".to_owned();
    long.push_str(&"gift,1\n".repeat(1_234));
    write(&folder, "c.csv", &long);
    let output = import(book, &folder, &["c.csv"]);
    assert!(complaint(&output, 1).contains("1,234 rows were rejected"));
    assert_eq!(said(&output).lines().last(), Some("… and 1,214 more"));
}

async fn standard_input_is_imported_as_the_format_says(book: &Book) {
    let folder = Folder::empty();
    let arguments = [
        "import",
        "-",
        "--format",
        "ndjson",
        "--database-url",
        book.database().url(),
    ];
    let mut child = command(folder.path(), &arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("daybook starts");
    let mut input = child.stdin.take().expect("it has a standard input");
    input
        .write_all(b"{\"type\":\"credit\",\"user_id\":\"ada\",\"amount\":\"1\"}")
        .expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", text(&output));
    assert_counts(&said(&output), ["1", "0", "0"]);
}

async fn a_rehearsed_import_leaves_no_trace(book: &Book) {
    let folder = Folder::empty();
    write(&folder, "a.csv", "type,user_id,amount\ncredit,ada,1\ncredit,ada,x\n");
    let output = book
        .leaves_no_trace(async || import(book, &folder, &["a.csv", "--dry-run"]))
        .await;
    let _ = complaint(&output, 1);
    assert!(said(&output).contains("nothing was kept"));
    assert_counts(&said(&output), ["1", "0", "1"]);
}

/// How many transactions there are.
async fn recorded(client: &Client) -> u64 {
    let statistics = client.get("/stats").await.expect(200);
    statistics.body["currencies"][0]["count"].as_u64().unwrap_or_default()
}

async fn an_import_that_is_interrupted_or_killed_is_ended_by_the_same_command(book: &Book) {
    let database = Database::migrated(book.engine())
        .await
        .expect("the engine was there a moment ago");
    let folder = Folder::empty();
    let server = Serving::on(database.url(), &folder).await;
    let client = server.client(OPERATOR_KEY);
    let mut file = "type,user_id,amount,reference\n".to_owned();
    for row in 0..ROWS {
        let reference = if row % 2 == 0 {
            format!("r-{row}")
        } else {
            String::new()
        };
        file.push_str(&format!("credit,user-{},1,{reference}\n", row % 7));
    }
    write(&folder, "a.csv", &file);
    let arguments = ["import", "a.csv", "--database-url", database.url()];
    for signal in ["-INT", "-KILL"] {
        let before = recorded(&client).await;
        let child = command(folder.path(), &arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("daybook starts");
        eventually("more rows are recorded", Duration::from_secs(60), async || {
            (recorded(&client).await >= before + 500).then_some(())
        })
        .await;
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "it was still under way");
        let output = child.wait_with_output().expect("it ends");
        let after = recorded(&client).await;
        assert!(
            after < u64::try_from(ROWS).expect("a small number"),
            "it had ended before"
        );
        if signal == "-INT" {
            assert!(complaint(&output, 1).contains("interrupted"), "{}", text(&output));
            let told: String = said(&output)
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            assert_eq!(told, after.to_string(), "it says how far it came");
        }
    }
    let _ = assert_succeeds(&folder, &arguments);
    assert_eq!(recorded(&client).await, u64::try_from(ROWS).expect("a small number"));
    let statistics = client.get("/stats").await.expect(200);
    assert_eq!(statistics.body["currencies"][0]["total"], format!("{ROWS}.00"));
    database.verify().await;
}

async fn what_cannot_be_imported_is_told_in_one_line(book: &Book) {
    let folder = Folder::empty();
    write(&folder, "a.csv", "type,user_id,amount\ncredit,ada,1\n");
    write(&folder, "a.txt", "type,user_id,amount\ncredit,ada,1\n");
    write(&folder, "b.csv", "type,user_id,amount,colour\ncredit,ada,1,red\n");
    let before = book.database().snapshot().await;
    for (arguments, status, named) in [
        (&["a.txt"][..], 2, "--format"),
        (&["-"], 2, "--format"),
        (&["a.csv", "--format", "xml"], 2, "--format"),
        (&["a.csv", "--on-error", "continue"], 2, "--on-error"),
        (&["absent.csv"], 2, "absent.csv"),
        (&[".", "--format", "csv"], 2, "cannot read"),
        (&[], 2, "FILE"),
        (&["a.csv", "--ledger", "nowhere"], 1, "nowhere"),
        (&["b.csv"], 1, "colour"),
    ] {
        let said = complaint(&import(book, &folder, arguments), status);
        assert!(said.contains(named), "{arguments:?}: {said}");
    }
    book.database().snapshot().await.assert_same_as(&before);
}
