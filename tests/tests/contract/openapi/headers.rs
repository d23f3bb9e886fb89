//! A write is described with exactly the headers that it answers, status by status.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::{Answer, Book, on_both};

use super::examples::{examples_of, prepare, request};
use super::{CHECK, IMPORT, document, operations, pattern, resolve};

on_both!(writes_are_described_with_the_headers_that_they_answer);

/// The headers of the contract that only some answers have.
const OWN: [&str; 6] = [
    "ETag",
    "Location",
    "Link",
    "Daybook-Position",
    "Daybook-Dry-Run",
    "Idempotent-Replayed",
];

/// Those of every answer, and of every one to a request that is counted.
const EVERYWHERE: [&str; 3] = ["X-Request-Id", "RateLimit", "RateLimit-Policy"];

/// Headers by status.
type Headers = BTreeMap<String, BTreeSet<String>>;

fn described(operation: &Value) -> Headers {
    let responses = operation["responses"].as_object().expect("an operation answers");
    let good = responses.iter().filter(|(status, _)| status.starts_with('2'));
    good.map(|(status, response)| {
        let headers = response["headers"].as_object().into_iter().flatten();
        let own = headers
            .map(|(name, _)| name.clone())
            .filter(|name| !EVERYWHERE.contains(&name.as_str()));
        (status.clone(), own.collect())
    })
    .collect()
}

fn collect(answered: &mut Headers, answer: &Answer) {
    let own = OWN.iter().filter(|name| answer.maybe_header(name).is_some());
    answered
        .entry(answer.status.to_string())
        .or_default()
        .extend(own.map(|name| (*name).to_owned()));
}

/// Every body that an operation is described with; one without a body has one request as well.
fn bodies(document: &Value, operation: &Value) -> Vec<Value> {
    let content = &resolve(document, &operation["requestBody"])["content"];
    let bodies: Vec<Value> = examples_of(content)
        .into_iter()
        .flat_map(|(_, _, examples)| examples)
        .collect();
    if bodies.is_empty() { vec![Value::Null] } else { bodies }
}

/// What a write answers when it is rehearsed, done, and sent again.
async fn write(book: &Book, method: &str, path: &str, body: &Value, has_dry_run: bool, answered: &mut Headers) {
    let send = |path: &str| {
        let request = request(book, method, path);
        if body.is_null() { request } else { request.json(body) }
    };
    if has_dry_run {
        let answer = send(&format!("{path}?dry_run=true")).await;
        collect(answered, &answer.expect(200));
    }
    for _ in 0..2 {
        let answer = send(path).key(path).await;
        assert!(matches!(answer.status, 200 | 201 | 204), "{path}: {}", answer.text);
        collect(answered, &answer);
    }
}

async fn writes_are_described_with_the_headers_that_they_answer(book: &Book) {
    let document = document(book).await;
    for (method, path, operation) in operations(&document) {
        // An import has no JSON, and tests of its own.
        if method == "GET" || [IMPORT, CHECK].contains(&path.as_str()) {
            continue;
        }
        let parameters = operation["parameters"].as_array().expect("a write takes headers");
        let has_dry_run = parameters.iter().any(|parameter| parameter["name"] == "dry_run");
        let mut answered = Headers::new();
        for body in bodies(&document, &operation) {
            let fresh = book.with_settings(|_| ()).await;
            let (path, body) = prepare(&fresh, &pattern(&path), body).await;
            write(&fresh, &method, &path, &body, has_dry_run, &mut answered).await;
            if path == "/api/v1/currencies" {
                // It is there by now, just so.
                for _ in 0..2 {
                    let again = request(&fresh, &method, &path).json(&body).key("again").await;
                    collect(&mut answered, &again.expect(200));
                }
            }
            if method == "PUT" {
                // What is not there yet is made.
                let path = path.replace("42", "44");
                write(&fresh, &method, &path, &body, has_dry_run, &mut answered).await;
            }
            fresh.end().await;
        }
        assert_eq!(answered, described(&operation), "{method} {path}");
    }
}
