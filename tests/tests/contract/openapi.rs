//! `/openapi.json`: everything served is described, and everything described is served; section 8 of the contract.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Book, on_both};

use crate::methods::API;

on_both!(
    the_document_is_openapi_3_1,
    every_path_of_the_contract_is_described,
    every_described_operation_is_served,
    every_operation_describes_its_errors,
    every_error_code_is_described,
    writes_describe_their_headers_and_bodies,
);

/// The codes of section 2 that are not marked *later*.
const CODES: [&str; 31] = [
    "malformed_request",
    "request_timeout",
    "invalid_cursor",
    "unauthenticated",
    "forbidden",
    "not_found",
    "user_not_found",
    "account_not_found",
    "transaction_not_found",
    "ledger_not_found",
    "key_not_found",
    "method_not_allowed",
    "reference_taken",
    "transaction_not_editable",
    "account_frozen",
    "account_closed",
    "account_not_empty",
    "account_exists",
    "version_mismatch",
    "payload_too_large",
    "unsupported_media_type",
    "validation_failed",
    "insufficient_funds",
    "currency_mismatch",
    "same_account",
    "amount_overflow",
    "idempotency_key_reused",
    "internal",
    "unavailable",
    "overloaded",
    "outcome_unknown",
];

async fn document(book: &Book) -> Value {
    let answer = book.anonymous().get_root("/openapi.json").await.expect(200);
    assert!(answer.header("Content-Type").starts_with("application/json"));
    answer.body
}

/// Every operation: its method in upper case, its path, and its description.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
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
fn pattern(path: &str) -> String {
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

async fn every_operation_describes_its_errors(book: &Book) {
    let document = document(book).await;
    for (method, path, operation) in operations(&document) {
        let responses = operation["responses"]
            .as_object()
            .unwrap_or_else(|| panic!("{method} {path} has no responses"));
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{method} {path} never succeeds"
        );
        for (status, response) in responses {
            let response = resolve(&document, response);
            assert!(
                response["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{method} {path} {status}"
            );
            if status.starts_with('4') || status.starts_with('5') {
                assert!(
                    response["content"].get("application/problem+json").is_some(),
                    "{method} {path} {status} is no problem: {response}"
                );
            }
        }
        if !path.starts_with("/api/v1") {
            continue;
        }
        let writes = method != "GET";
        let mut expected = vec!["400", "401", "500", "503"];
        if pattern(&path).contains("{id}") || writes {
            expected.push("404");
        }
        if writes {
            expected.push("403");
        }
        if operation.get("requestBody").is_some() {
            expected.extend(["413", "415", "422"]);
        }
        for status in expected {
            let described = responses.contains_key(status) || responses.contains_key("default");
            assert!(described, "{method} {path} does not describe {status}");
        }
    }
}

fn resolve<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
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

async fn every_error_code_is_described(book: &Book) {
    let text = document(book).await.to_string();
    for code in CODES {
        assert!(text.contains(code), "{code} is nowhere in the document");
    }
}

async fn writes_describe_their_headers_and_bodies(book: &Book) {
    let document = document(book).await;
    for (method, path, operation) in operations(&document) {
        if method == "GET" || !path.starts_with("/api/v1") {
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
        assert!(
            names.contains(&"idempotency-key".to_owned()),
            "{method} {path} takes {names:?}"
        );
        let in_books = !path.starts_with("/api/v1/keys");
        assert_eq!(
            names.contains(&"dry_run".to_owned()),
            in_books,
            "{method} {path} takes {names:?}"
        );
        if in_books && matches!(method.as_str(), "PUT" | "PATCH" | "DELETE") {
            assert!(
                names.contains(&"if-match".to_owned()),
                "{method} {path} takes {names:?}"
            );
        }
        if method != "DELETE" {
            let content = &resolve(&document, &operation["requestBody"])["content"];
            assert!(
                content.get("application/json").is_some(),
                "{method} {path} takes {content}"
            );
        }
        if method == "PATCH" {
            let content = &resolve(&document, &operation["requestBody"])["content"];
            assert_ne!(
                content.get("application/merge-patch+json"),
                Some(&json!(null)),
                "{method} {path}"
            );
        }
    }
}
