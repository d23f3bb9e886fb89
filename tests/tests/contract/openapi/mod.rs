//! `/openapi.json`: everything served is described, and everything described is served; section 8 of the contract.

mod errors;
mod examples;
mod headers;
mod schema;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use tests::{Book, on_both};

use crate::methods::API;

pub(crate) use examples::{examples_of, prepare};

on_both!(
    the_document_is_openapi_3_1,
    every_path_of_the_contract_is_described,
    every_described_operation_is_served,
    writes_describe_their_headers_and_bodies,
    a_key_is_described_as_having_a_ledger,
    what_the_server_itself_answers_is_described,
);

/// The one write that takes no JSON and no idempotency key.
const IMPORT: &str = "/api/v1/transactions/import";
/// Asked for by POST, and no write: it takes neither a body nor a key.
const CHECK: &str = "/api/v1/audit/verify";

pub(crate) async fn document(book: &Book) -> Value {
    let answer = book.anonymous().get_root("/openapi.json").await.expect(200);
    assert!(answer.header("Content-Type").starts_with("application/json"));
    answer.body
}

/// Every operation: its method in upper case, its path, and its description.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("the document has paths");
    let mut found = Vec::new();
    for (path, item) in paths {
        for method in ["get", "put", "post", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                found.push((method.to_ascii_uppercase(), path.clone(), operation.clone()));
            }
        }
    }
    assert!(found.len() >= 20, "only {} operations are described", found.len());
    found
}

/// A path with every parameter's name replaced: the contract does not name them.
pub(crate) fn pattern(path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| if part.starts_with('{') { "{id}" } else { part })
        .collect();
    parts.join("/")
}

async fn the_document_is_openapi_3_1(book: &Book) {
    let document = document(book).await;
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1")),
        "{}",
        document["openapi"]
    );
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let schemes = document["components"]["securitySchemes"]
        .as_object()
        .expect("the credential is described");
    assert!(
        schemes
            .values()
            .any(|scheme| scheme["type"] == "http" && scheme["scheme"] == "bearer"),
        "{schemes:?}"
    );
}

async fn every_path_of_the_contract_is_described(book: &Book) {
    let document = document(book).await;
    let described: Vec<(String, String)> = operations(&document)
        .into_iter()
        .map(|(method, path, _)| (method, pattern(&path)))
        .collect();
    let own = ["/", "/livez", "/readyz", "/metrics", "/openapi.json"].map(|path| ("GET", path.to_owned()));
    let api = API.iter().filter(|(path, _)| *path != "/livez");
    let api = api.flat_map(|(path, methods)| methods.iter().map(move |method| (*method, format!("/api/v1{path}"))));
    for (method, path) in own.into_iter().chain(api) {
        assert!(
            described.contains(&(method.to_owned(), path.clone())),
            "{method} {path} is not described"
        );
    }
}

async fn every_described_operation_is_served(book: &Book) {
    for (method, path, _) in operations(&document(book).await) {
        let path = pattern(&path).replace("{id}", "01980000-0000-7000-8000-000000000000");
        let verb = Method::from_bytes(method.as_bytes()).expect("a method is a token");
        let answer = book.anonymous().request(verb, &path).await;
        assert!(
            !matches!(answer.status, 404 | 405),
            "{method} {path} is described and not served"
        );
        if path.starts_with("/api/v1") {
            let _ = answer.problem("unauthenticated", 401);
        }
    }
}

pub(crate) fn resolve<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    match node["$ref"].as_str() {
        Some(reference) => {
            let pointer = reference.trim_start_matches('#');
            document
                .pointer(pointer)
                .unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
        None => node,
    }
}

async fn writes_describe_their_headers_and_bodies(book: &Book) {
    let document = document(book).await;
    for (method, path, operation) in operations(&document) {
        if method == "GET" || path == CHECK || !path.starts_with("/api/v1") {
            continue;
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let names: Vec<String> = parameters
            .iter()
            .map(|parameter| {
                resolve(&document, parameter)["name"]
                    .as_str()
                    .unwrap_or_default()
                    .to_ascii_lowercase()
            })
            .collect();
        assert_eq!(
            names.contains(&"idempotency-key".to_owned()),
            path != IMPORT,
            "{method} {path} takes {names:?}"
        );
        // Only what is in the books is rehearsed.
        let in_settings = [
            "/api/v1/keys",
            "/api/v1/currencies",
            "/api/v1/closing",
            "/api/v1/limits",
            "/api/v1/ledgers",
        ]
        .iter()
        .any(|prefix| path.starts_with(prefix));
        let in_books = !in_settings && !path.ends_with("/tokens");
        assert_eq!(
            names.contains(&"dry_run".to_owned()),
            in_books,
            "{method} {path} takes {names:?}"
        );
        // Keys and currencies have no version.
        let has_version = in_books
            || ["/api/v1/limits", "/api/v1/ledgers"]
                .iter()
                .any(|prefix| path.starts_with(prefix));
        let is_conditional = (has_version && path.contains("{id}")) || path == "/api/v1/closing";
        assert_eq!(
            names.contains(&"if-match".to_owned()),
            is_conditional,
            "{method} {path} takes {names:?}"
        );
        if method != "DELETE" {
            let content = &resolve(&document, &operation["requestBody"])["content"];
            let media_types: &[&str] = if path == IMPORT {
                &["text/csv", "application/x-ndjson"]
            } else {
                &["application/json"]
            };
            for media_type in media_types {
                assert!(content.get(media_type).is_some(), "{method} {path} takes {content}");
            }
        }
        if method == "PATCH" {
            let content = &resolve(&document, &operation["requestBody"])["content"];
            let (plain, merge) = (&content["application/json"], &content["application/merge-patch+json"]);
            assert!(merge.is_object(), "{method} {path} takes {content}");
            assert_eq!(plain, merge, "{method} {path}");
        }
    }
}

async fn a_key_is_described_as_having_a_ledger(book: &Book) {
    let document = document(book).await;
    for schema in ["Key", "NewKey"] {
        let ledger = &document["components"]["schemas"][schema]["properties"]["ledger"];
        assert_eq!(ledger["type"], "string", "{schema}: {ledger}");
    }
}

async fn what_the_server_itself_answers_is_described(book: &Book) {
    let document = document(book).await;
    let operations = operations(&document);
    let own = operations.iter().filter(|(_, path, _)| !path.starts_with("/api/v1"));
    for (_, path, operation) in own {
        let described = operation["responses"]["200"]["content"].as_object();
        let described: BTreeSet<String> = described.into_iter().flatten().map(|(name, _)| name.clone()).collect();
        let mut answered = BTreeSet::new();
        for accepted in ["text/html", "application/json"] {
            let answer = book.get_root(path).header("Accept", accepted).await.expect(200);
            let (media_type, _) = answer
                .header("Content-Type")
                .split_once(';')
                .unwrap_or((answer.header("Content-Type"), ""));
            let _ = answered.insert(media_type.to_owned());
            if media_type == "application/json" {
                let schema = &operation["responses"]["200"]["content"][media_type]["schema"];
                assert_eq!(schema::fault(&document, schema, &answer.body), None, "{path}");
            }
        }
        assert_eq!(answered, described, "{path}");
    }
}
