//! Proofs: of every version, held to the command line and to the program of `docs`, which knows nothing of Daybook's code.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::body::credit;
use tests::program::{Folder, run};
use tests::{Book, OPERATOR_KEY, on_both};

use super::fill;

on_both!(
    every_version_is_proved_to_both_programs,
    no_member_of_a_proof_can_be_changed,
    a_proof_is_linked_to_a_later_head,
    the_whole_journal_is_computed_again_by_another_program,
    a_bad_call_of_the_command_is_refused,
);

/// Where the programs of the documentation lie.
pub(super) const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");

fn python(program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new("python3");
    let _ = command
        .arg("-B")
        .arg(format!("{PROGRAMS}/{program}"))
        .args(arguments)
        .env("DAYBOOK_KEY", OPERATOR_KEY);
    command.output().expect("python3 is installed")
}

pub(super) fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

pub(super) fn written(folder: &Folder, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("the file is written");
    path.to_str().expect("a path of text").to_owned()
}

/// What both programs say of a proof, which must be the same.
pub(super) fn is_proved(folder: &Folder, proof: &Value, hash: &str) -> bool {
    is_text_proved(folder, &serde_json::to_string_pretty(proof).expect("JSON"), hash)
}

pub(super) fn is_text_proved(folder: &Folder, proof: &str, hash: &str) -> bool {
    let file = written(folder, "proof.json", proof);
    let ours = run(Path::new("."), &["verify-proof", &file, "--hash", hash]);
    let other = python("verify_proof.py", &[&file, hash]);
    assert!(matches!(ours.status.code(), Some(0 | 1)), "{}", text(&ours));
    assert_eq!(
        ours.status.success(),
        other.status.success(),
        "{}{}",
        text(&ours),
        text(&other)
    );
    ours.status.success()
}

pub(super) async fn proof_of(book: &Book, path: &str) -> Value {
    book.get(path).await.expect(200).body
}

async fn every_version_is_proved_to_both_programs(book: &Book) {
    fill(book).await;
    let folder = Folder::empty();
    let all = book.walk("/transactions?status=posted,voided", 200).await;
    let blocks = book.walk("/audit/blocks", 200).await;
    let mut proved = 0;
    for transaction in &all {
        let id = transaction["id"].as_str().expect("an id");
        let newest = proof_of(book, &format!("/transactions/{id}/proof")).await;
        for version in 1..=transaction["version"].as_i64().expect("a version") {
            let proof = proof_of(book, &format!("/transactions/{id}/proof?version={version}")).await;
            let past = proof_of(book, &format!("/transactions/{id}?version={version}")).await;
            assert_eq!(proof["event"]["data"]["amount"], past["amount"]);
            assert_eq!(proof["event"]["subject_version"], json!(version));
            assert!(blocks.contains(&proof["block"]), "{proof}");
            assert!(
                is_proved(&folder, &proof, proof["block"]["hash"].as_str().expect("a hash")),
                "{proof}"
            );
            assert_eq!(proof == newest, version == transaction["version"]);
            proved += 1;
        }
    }
    assert_eq!(proved, 9 + 2 * 3);
}

/// Every leaf of the document, as a pointer.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members
                .iter()
                .for_each(|(name, value)| leaves(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) if !items.is_empty() => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| leaves(value, &format!("{at}/{index}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

/// Another value of the same type, where the type has one.
fn changed(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let last = text.chars().last().unwrap_or('x');
            let other = if last == '1' { '2' } else { '1' };
            let kept: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
            Value::String(format!("{kept}{other}"))
        }
        Value::Number(number) => json!(number.as_i64().expect("an integer") + 1),
        Value::Bool(flag) => json!(!flag),
        _ => json!("something"),
    }
}

async fn no_member_of_a_proof_can_be_changed(book: &Book) {
    fill(book).await;
    let folder = Folder::empty();
    let all = book.walk("/transactions?status=posted", 200).await;
    let id = all[0]["id"].as_str().expect("an id");
    let proof = proof_of(book, &format!("/transactions/{id}/proof")).await;
    let hash = proof["block"]["hash"].as_str().expect("a hash").to_owned();
    assert!(is_proved(&folder, &proof, &hash));
    let mut found = Vec::new();
    leaves(&proof, "", &mut found);
    assert!(
        found.len() >= 35 && found.iter().any(|leaf| leaf.starts_with("/path/")),
        "{found:?}"
    );
    for leaf in found {
        let mut other = proof.clone();
        let value = other.pointer_mut(&leaf).expect("a leaf");
        *value = changed(value);
        assert!(!is_proved(&folder, &other, &hash), "{leaf} was changed");
    }
    for pair in [["personal"], ["salt"]] {
        let mut other = proof.clone();
        other[pair[0]] = Value::Null;
        assert!(!is_proved(&folder, &other, &hash), "{pair:?} is missing");
    }
}

async fn a_proof_is_linked_to_a_later_head(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let proof = proof_of(book, &format!("/transactions/{}/proof", made.id())).await;
    fill(book).await;
    let head = book.get("/audit/head").await.expect(200).text("hash").to_owned();
    let folder = Folder::empty();
    let _ = written(&folder, "proof.json", &proof.to_string());
    let mut pages = String::new();
    let mut path = format!("/audit/blocks?limit=2&from_height={}", proof["block"]["height"]);
    loop {
        let page = book.get(&path).await.expect(200);
        pages.push_str(&page.text);
        let Some(cursor) = page.next_cursor() else { break };
        path = format!(
            "/audit/blocks?limit=2&from_height={}&cursor={cursor}",
            proof["block"]["height"]
        );
    }
    let _ = written(&folder, "pages.json", &pages);
    let mut blocks = book.walk("/audit/blocks", 200).await;
    let lines = |blocks: &[Value]| blocks.iter().map(|block| format!("{block}\n")).collect::<String>();
    let _ = written(&folder, "blocks.ndjson", &lines(&blocks));
    let prove = |blocks: &str| {
        run(
            folder.path(),
            &["verify-proof", "proof.json", "--hash", &head, "--blocks", blocks],
        )
    };
    for file in ["pages.json", "blocks.ndjson"] {
        let linked = prove(file);
        assert!(
            linked.status.success() && text(&linked).contains("linked to"),
            "{file}: {}",
            text(&linked)
        );
    }
    let alone = run(folder.path(), &["verify-proof", "proof.json", "--hash", &head]);
    assert_eq!(alone.status.code(), Some(1), "{}", text(&alone));
    // Without one of the blocks between, and with one that was changed, it leads nowhere.
    let middle = blocks.len() - 2;
    let _ = blocks.remove(middle);
    let _ = written(&folder, "gap.ndjson", &lines(&blocks));
    assert_eq!(prove("gap.ndjson").status.code(), Some(1));
    let _ = written(&folder, "none.ndjson", "");
    assert_eq!(prove("none.ndjson").status.code(), Some(1));
    let _ = written(&folder, "bad.ndjson", "{\"height\": 1}");
    assert_eq!(prove("bad.ndjson").status.code(), Some(1));
}

async fn the_whole_journal_is_computed_again_by_another_program(book: &Book) {
    fill(book).await;
    let head = book.get("/audit/head").await.expect(200);
    let url = format!("http://{}", book.address());
    let arguments = [url, head.text("hash").to_owned()];
    let walked =
        tokio::task::spawn_blocking(move || python("verify_chain.py", &arguments.each_ref().map(String::as_str)));
    let walked = walked.await.expect("python3 ends");
    let events = format!(
        "{} blocks, {} events, 0 withheld",
        head.body["height"], head.body["position"]
    );
    assert!(
        walked.status.success() && text(&walked).contains(&events),
        "{}",
        text(&walked)
    );
}

async fn a_bad_call_of_the_command_is_refused(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let proof = proof_of(book, &format!("/transactions/{}/proof", made.id())).await;
    let folder = Folder::empty();
    let _ = written(&folder, "proof.json", &proof.to_string());
    let hash = proof["block"]["hash"].as_str().expect("a hash");
    for (arguments, status) in [
        (&["verify-proof", "proof.json", "--hash", hash][..], 0),
        (
            &[
                "verify-proof",
                "proof.json",
                "--hash",
                hash,
                "--database-url",
                "nonsense://",
            ],
            0,
        ),
        (&["verify-proof", "proof.json"], 2),
        (&["verify-proof", "proof.json", "--hash", "12"], 2),
        (&["verify-proof", "absent.json", "--hash", hash], 1),
        (&["verify-proof", "-", "--hash", hash], 1),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", text(&output));
    }
    let said = text(&run(folder.path(), &["verify-proof", "proof.json", "--hash", hash]));
    assert!(
        said.contains("proved") && said.contains("20.00 USD") && said.contains(&made.id()),
        "{said}"
    );
}
