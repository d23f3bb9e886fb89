//! There is one document of a proof: what is spelt otherwise is none, whichever program reads it.

use tests::body::credit;
use tests::program::Folder;
use tests::{Book, on_both};

use super::proofs::{is_proved, is_text_proved, proof_of};

on_both!(a_proof_has_one_spelling);

/// Replaces what is there once.
fn replaced(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "{old} in {text}");
    text.replace(old, new)
}

async fn a_proof_has_one_spelling(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}/proof", made.id());
    let proof = proof_of(book, &path).await;
    let hash = proof["block"]["hash"].as_str().expect("a hash").to_owned();
    let folder = Folder::empty();
    let text = proof.to_string();
    assert!(is_text_proved(&folder, &text, &hash));
    let salt = proof["salt"].as_str().expect("a salt");
    let ledger = proof["ledger"].as_str().expect("an id");
    let apart: Vec<String> = salt.chars().map(String::from).collect();
    let index = format!("\"leaf_index\":{}", proof["leaf_index"]);
    let position = format!("\"first_position\":{}", proof["block"]["first_position"]);
    for other in [
        text.replacen('{', "{\"format\":\"daybook-proof/1\",", 1),
        text.replacen('{', "{\"note\":true,", 1),
        replaced(&text, "\"block\":{", "\"block\":{\"note\":1,"),
        replaced(&text, "\"block\":{", &format!("\"block\":{{{position},")),
        replaced(&text, "\"event\":{", "\"event\":{\"kind\":\"transaction.created\","),
        replaced(&text, salt, &salt.to_uppercase()),
        replaced(
            &text,
            salt,
            &apart.chunks(2).map(<[String]>::concat).collect::<Vec<_>>().join(" "),
        ),
        replaced(&text, ledger, &ledger.to_uppercase()),
        replaced(&text, ledger, &ledger.replace('-', "")),
        replaced(&text, &index, &format!("{index}.0")),
        replaced(&text, &position, &format!("{position}.0")),
        text.clone() + "{}",
    ] {
        assert_ne!(other, text);
        assert!(!is_text_proved(&folder, &other, &hash), "{other}");
    }
    // What an erasure leaves of a proof is one, but each of its members is there.
    let _ = book.delete("/users/ada?texts=true").await.expect(200);
    let erased = proof_of(book, &path).await;
    assert!(erased["salt"].is_null() && is_proved(&folder, &erased, &hash));
    for name in ["personal", "salt", "path"] {
        for whole in [&proof, &erased] {
            let mut other = whole.clone();
            let _ = other.as_object_mut().expect("an object").remove(name);
            assert!(!is_proved(&folder, &other, &hash), "{name} is absent");
        }
    }
}
