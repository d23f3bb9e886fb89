//! What the documents say of the suite.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source of the tests, with its path.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source is text");
            found.push((path.to_string_lossy().into_owned(), text));
        }
    }
}

#[test]
fn every_test_that_the_security_document_names_is_there() {
    let document = fs::read_to_string(root().join("docs/SECURITY.md")).expect("the document is there");
    let mut found = Vec::new();
    for folder in ["tests/tests", "tests/src", "service/src", "api/src"] {
        sources(&root().join(folder), &mut found);
    }
    let named: Vec<&str> = document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains("::"))
        .collect();
    assert!(named.len() >= 30, "{named:?}");
    for name in named {
        let (module, test) = name.rsplit_once("::").expect("a path");
        let file = module.replace("::", "/");
        let is_there = found.iter().any(|(path, text)| {
            let is_of_module = path.contains(&format!("{file}/")) || path.contains(&format!("{file}.rs"));
            is_of_module && text.contains(&format!("fn {test}("))
        });
        assert!(is_there, "there is no test {name}");
    }
}
