//! A proof is somebody else's file: `daybook verify-proof` shows what is in it to a person, at a terminal.

use std::process::Command;

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::program::{Folder, run};
use tests::{Book, on_both};

use super::proofs::{PROGRAMS, proof_of, text, written};

on_both!(nothing_in_a_proof_reaches_the_terminal_as_it_is);

/// What a terminal obeys: an escape, a control of eight bits, text that runs the other way.
const UNSAFE: [char; 4] = ['\u{1b}', '\u{7f}', '\u{9b}', '\u{202e}'];

/// Makes a proof that holds of what somebody made up.
const CRAFT: &str = r"
import json, sys
sys.path.insert(0, sys.argv[1])
from verify_proof import block_hash, leaf_hash, sha256
with open(sys.argv[2], encoding='utf-8') as file:
    proof = json.load(file)
event, block, odd = proof['event'], proof['block'], '\x1b[2J\x7f\x9b\u202e'
for name in ['actor', 'kind', 'subject', 'subject_version', 'request_id']:
    event[name] = str(event[name]) + odd
for name in ['amount', 'category', 'reference', 'source_user_id', 'destination_user_id']:
    event['data'][name] = str(event['data'][name]) + odd
proof['personal'] = json.dumps({'description': odd, 'reason': odd})
event['commitment'] = sha256(bytes.fromhex(proof['salt']), proof['personal'].encode()).hex()
proof['leaf_hash'] = block['root'] = leaf_hash(event).hex()
proof['leaf_index'], proof['tree_size'], proof['path'] = 0, 1, []
block['first_position'] = block['last_position'] = event['position']
block['hash'] = block_hash(proof['ledger'], block)
print(json.dumps(proof))
";

fn crafted(folder: &Folder, proof: &Value) -> Value {
    let file = written(folder, "crafted.json", &proof.to_string());
    let made = Command::new("python3")
        .args(["-B", "-c", CRAFT, PROGRAMS, &file])
        .output();
    let made = made.expect("python3 is installed");
    serde_json::from_slice(&made.stdout).unwrap_or_else(|_| panic!("{}", text(&made)))
}

/// What the program says of the proof, and how it ends.
fn said(folder: &Folder, proof: &Value, hash: &str, more: &[&str]) -> (String, Option<i32>) {
    let file = written(folder, "proof.json", &proof.to_string());
    let output = run(
        folder.path(),
        &[&["verify-proof", &file, "--hash", hash][..], more].concat(),
    );
    let said = text(&output);
    assert!(!said.contains(UNSAFE), "{said:?}");
    (said, output.status.code())
}

async fn nothing_in_a_proof_reaches_the_terminal_as_it_is(book: &Book) {
    let texts = json!({"description": "chairs", "category": "home", "reference": "r-1"});
    let made = book.create(&with(credit("ada", "20.00"), texts)).await;
    let proof = proof_of(book, &format!("/transactions/{}/proof", made.id())).await;
    let folder = Folder::empty();

    let crafted = crafted(&folder, &proof);
    let (shown, status) = said(
        &folder,
        &crafted,
        crafted["block"]["hash"].as_str().expect("a hash"),
        &[],
    );
    assert_eq!(status, Some(0), "{shown}");
    for name in [
        "event",
        "subject",
        "actor",
        "reason",
        "amount",
        "from",
        "to",
        "category",
        "reference",
        "description",
    ] {
        let is_shown = |line: &str| line.trim_start().starts_with(&format!("{name} ")) && line.contains("\\u{1b}[2J");
        assert!(shown.lines().any(is_shown), "{name} in {shown}");
    }

    let hash = proof["block"]["hash"].as_str().expect("a hash");
    for (place, name) in [
        ("", "\u{1b}[2J"),
        ("/block", "\u{9b}2J"),
        ("", "leaf_index"),
        ("", "ledger"),
    ] {
        let mut other = proof.clone();
        other.pointer_mut(place).expect("an object")[name] = json!("\u{1b}[2J\u{202e}");
        let (shown, status) = said(&folder, &other, hash, &[]);
        assert_eq!(status, Some(1), "{place} {name}: {shown}");
    }
    let _ = written(&folder, "blocks.json", "{\"data\": [{\"\u{7f}\u{9b}2J\": 1}]}");
    let (shown, status) = said(&folder, &proof, &"0".repeat(64), &["--blocks", "blocks.json"]);
    assert_eq!(status, Some(1), "{shown}");
}
