//! `daybook export --append`: a file that is continued.

use std::fs;

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::program::Folder;
use tests::{Book, on_both};

use super::super::complaint;
use super::{answered, export, exported, fill};

on_both!(
    a_file_gets_what_was_recorded_since_whatever_its_date,
    a_file_that_was_torn_anywhere_becomes_whole,
    what_was_changed_since_stays_as_it_was_written,
    what_append_did_not_write_is_left_as_it_is,
);

/// How the two formats are called.
const NAMES: [&str; 2] = ["a.csv", "a.ndjson"];

async fn a_file_gets_what_was_recorded_since_whatever_its_date(book: &Book) {
    let folder = Folder::empty();
    for name in NAMES {
        let _ = exported(book, &folder, &[name, "--append"]).await;
    }
    assert_eq!(
        folder.read("a.csv"),
        answered(book, "format=csv").await,
        "the columns alone"
    );
    fill(book, 250).await;
    for round in 0..3 {
        let date = json!({"transaction_date": format!("200{round}-01-01T00:00:00Z")});
        let added = book.create(&with(credit("ada", "1.00"), date)).await.id();
        for name in NAMES {
            let before = folder.read(name);
            assert_eq!(exported(book, &folder, &[name, "--append"]).await, "");
            let after = folder.read(name);
            let rest = after.strip_prefix(&before).expect("what was there stays");
            assert!(rest.contains(&added), "the newest, which is also the oldest by date");
            let _ = exported(book, &folder, &[name, "--append"]).await;
            assert_eq!(folder.read(name), after, "there is nothing to add");
        }
    }
    // The same rows as in one go, and as the server has them in its own order.
    for name in NAMES {
        let whole = format!("whole-{name}");
        let _ = exported(book, &folder, &[&whole, "--append"]).await;
        assert_eq!(folder.read(name), folder.read(&whole));
    }
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    for (name, query) in NAMES.into_iter().zip(["format=csv", "format=ndjson"]) {
        assert_eq!(sorted(&folder.read(name)), sorted(&answered(book, query).await));
    }
    let ada = ["ada.ndjson", "--append", "--user-id", "ada"];
    let _ = exported(book, &folder, &ada).await;
    assert_eq!(
        sorted(&folder.read("ada.ndjson")),
        sorted(&answered(book, "format=ndjson&user_id=ada").await)
    );
}

async fn a_file_that_was_torn_anywhere_becomes_whole(book: &Book) {
    fill(book, 8).await;
    let text = json!({"description": "a, \"b\"", "metadata": {"=1": "\"\"\\\""}});
    let _ = book.create(&with(credit("ada", "1.00"), text)).await;
    let folder = Folder::empty();
    for name in NAMES {
        let _ = exported(book, &folder, &[name, "--append"]).await;
        let whole = folder.read(name);
        let place = folder.path().join(name);
        let last = whole.trim_end().rfind('\n').expect("there are rows");
        let mut torn: Vec<usize> = (0..whole.len()).step_by(whole.len() / 7).collect();
        torn.extend([last, last + 1, last + 2, last + 50, whole.len() - 1]);
        for bytes in torn {
            fs::write(&place, &whole.as_bytes()[..bytes]).expect("the folder is writable");
            let _ = exported(book, &folder, &[name, "--append"]).await;
            assert_eq!(folder.read(name), whole, "{name} torn at {bytes}");
        }
    }
}

async fn what_was_changed_since_stays_as_it_was_written(book: &Book) {
    let folder = Folder::empty();
    let [edited, voided, last] = [
        book.create(&credit("ada", "1.00")).await,
        book.create(&credit("ada", "2.00")).await,
        book.create(&credit("ada", "3.00")).await,
    ];
    let _ = exported(book, &folder, &["a.ndjson", "--append"]).await;
    let path = |id: String| format!("/transactions/{id}");
    let _ = book
        .patch(&path(edited.id()), &json!({"amount": "9"}))
        .await
        .expect(200);
    for id in [voided.id(), last.id()] {
        let _ = book.delete(&path(id)).await.expect(200);
    }
    let added = book.create(&credit("ada", "4.00")).await;
    let _ = exported(book, &folder, &["a.ndjson", "--append"]).await;
    let rows: Vec<Value> = folder
        .read("a.ndjson")
        .lines()
        .map(|row| serde_json::from_str(row).expect("a row is a document"))
        .collect();
    assert_eq!(rows, [edited.body, voided.body, last.body, added.body]);
}

async fn what_append_did_not_write_is_left_as_it_is(book: &Book) {
    fill(book, 40).await;
    let (folder, other) = (Folder::empty(), book.with_settings(|_| ()).await);
    let _ = other.create(&credit("ada", "1.00")).await;
    let _ = exported(book, &folder, &["by-date.csv"]).await;
    let _ = exported(&other, &folder, &["other.csv", "--append"]).await;
    let _ = exported(book, &folder, &["rows.csv", "--append"]).await;
    for (name, text) in [("notes.csv", "remember the milk"), ("b.ndjson", "{\"mine\": 1}\n")] {
        fs::write(folder.path().join(name), text).expect("the folder is writable");
    }
    for (arguments, named) in [
        (&["by-date.csv"][..], "was not recorded after the one above"),
        (&["other.csv"], "none of this ledger"),
        (&["notes.csv"], "row 1"),
        (&["b.ndjson"], "row 1"),
        (&["rows.csv", "--format", "ndjson"], "row 1"),
        (&["by-date.csv", "--type", "gift"], "--type"),
    ] {
        let before = folder.read(arguments[0]);
        assert_ne!(before, "");
        let more = [arguments, &["--append"]].concat();
        let said = complaint(&export(book, &folder, &more).await, 2);
        assert!(said.contains(named), "{arguments:?}: {said}");
        assert_eq!(folder.read(arguments[0]), before, "{arguments:?}");
    }
    // Two at a time would write into each other's rows.
    let busy = fs::File::open(folder.path().join("rows.csv")).expect("it is there");
    busy.lock().expect("nobody else has it");
    let said = complaint(&export(book, &folder, &["rows.csv", "--append"]).await, 1);
    assert!(said.contains("another export"), "{said}");
}
