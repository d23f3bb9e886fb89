//! The errors that each operation describes are those which the contract gives it, no more and no fewer.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{Book, on_both};

use super::{CHECK, IMPORT, document, operations, pattern, resolve};

on_both!(
    every_operation_describes_its_errors_and_no_other,
    every_answer_has_a_description
);

/// What only some operations can meet: section 2 of the contract, by method and path.
const OWN: [(&str, &str, &[&str]); 36] = [
    (
        "POST",
        "/transactions",
        &[
            "user_not_found",
            "account_not_found",
            "reference_taken",
            "account_frozen",
            "period_closed",
            "account_closed",
            "same_account",
            "currency_mismatch",
            "amount_overflow",
            "limit_exceeded",
            "insufficient_funds",
        ],
    ),
    (
        "POST",
        "/transactions/batch",
        &[
            "user_not_found",
            "account_not_found",
            "reference_taken",
            "account_frozen",
            "period_closed",
            "account_closed",
            "same_account",
            "currency_mismatch",
            "amount_overflow",
            "limit_exceeded",
            "insufficient_funds",
        ],
    ),
    ("GET", "/transactions/{id}", &["transaction_not_found"]),
    (
        "PATCH",
        "/transactions/{id}",
        &[
            "transaction_not_found",
            "version_mismatch",
            "transaction_not_editable",
            "account_closed",
            "account_frozen",
            "period_closed",
            "reference_taken",
            "amount_exceeds_remaining",
            "amount_overflow",
            "limit_exceeded",
            "insufficient_funds",
        ],
    ),
    ("DELETE", "/transactions/{id}", CHANGE),
    ("POST", "/transactions/{id}/restore", RETURN),
    (
        "POST",
        "/transactions/{id}/capture",
        &[
            "transaction_not_found",
            "version_mismatch",
            "transaction_not_editable",
            "account_closed",
            "account_frozen",
            "period_closed",
            "amount_exceeds_remaining",
            "amount_overflow",
            "limit_exceeded",
        ],
    ),
    ("POST", "/transactions/{id}/void", END),
    ("POST", "/transactions/{id}/extend", END),
    ("POST", "/transactions/{id}/refund", RETURN),
    ("GET", "/transactions/{id}/revisions", &["transaction_not_found"]),
    ("GET", "/transactions/{id}/proof", &["transaction_not_found"]),
    ("GET", "/users/{id}", &["user_not_found"]),
    ("PUT", "/users/{id}", &["user_not_found", "version_mismatch"]),
    ("PATCH", "/users/{id}", &["user_not_found", "version_mismatch"]),
    ("POST", "/users/{id}/tokens", &["user_not_found"]),
    ("DELETE", "/users/{id}", &["user_not_found", "version_mismatch"]),
    ("GET", "/users/{id}/balances", &["user_not_found"]),
    ("GET", "/users/{id}/transactions", &["user_not_found"]),
    ("GET", "/users/{id}/stats", &["user_not_found"]),
    ("POST", "/accounts", &["user_not_found", "account_exists"]),
    ("GET", "/accounts/{id}", &["account_not_found"]),
    (
        "PATCH",
        "/accounts/{id}",
        &[
            "account_not_found",
            "version_mismatch",
            "account_closed",
            "account_not_empty",
            "insufficient_funds",
        ],
    ),
    ("GET", "/accounts/{id}/entries", &["account_not_found"]),
    ("GET", "/accounts/{id}/balance", &["account_not_found"]),
    ("GET", "/accounts/{id}/statement", &["account_not_found"]),
    ("PUT", "/closing", &["version_mismatch"]),
    (
        "POST",
        "/limits",
        &["user_not_found", "account_not_found", "currency_mismatch"],
    ),
    ("GET", "/limits/{id}", &["limit_not_found"]),
    ("PATCH", "/limits/{id}", &["limit_not_found", "version_mismatch"]),
    ("DELETE", "/limits/{id}", &["limit_not_found", "version_mismatch"]),
    ("GET", "/users/{id}/limits", &["user_not_found"]),
    ("POST", "/ledgers", &["ledger_exists"]),
    ("GET", "/ledgers/{id}", &["ledger_not_found"]),
    ("PATCH", "/ledgers/{id}", &["ledger_not_found", "version_mismatch"]),
    ("DELETE", "/keys/{id}", &["key_not_found"]),
];

/// What the end of a hold meets, or another one.
const END: &[&str] = &[
    "transaction_not_found",
    "version_mismatch",
    "transaction_not_editable",
    "account_closed",
    "account_frozen",
];

/// What a transaction meets whose money moves back.
const CHANGE: &[&str] = &[
    "transaction_not_found",
    "version_mismatch",
    "transaction_not_editable",
    "account_closed",
    "account_frozen",
    "period_closed",
    "amount_overflow",
    "insufficient_funds",
];

/// What a transaction meets that a refund may be, or is made one.
const RETURN: &[&str] = &[
    "transaction_not_found",
    "version_mismatch",
    "transaction_not_editable",
    "account_closed",
    "account_frozen",
    "period_closed",
    "amount_exceeds_remaining",
    "amount_overflow",
    "limit_exceeded",
    "insufficient_funds",
];

/// Every code that the contract lets an operation answer, but for those of the path itself (404, 405).
fn expected_codes(method: &str, path: &str, operation: &Value) -> BTreeSet<String> {
    let mut codes = vec!["internal"];
    let in_api = path.strip_prefix("/api/v1");
    if in_api.is_some() || path == "/metrics" {
        codes.extend([
            "unauthenticated",
            "forbidden",
            "malformed_request",
            "unavailable",
            "overloaded",
        ]);
    }
    if !matches!(path, "/livez" | "/readyz") {
        codes.push("rate_limited");
    }
    if path == "/readyz" {
        codes.push("unavailable");
    }
    if let Some(path) = in_api {
        // An operator picks no ledger to ask about ledgers.
        if !path.starts_with("/ledgers") {
            codes.push("ledger_not_found");
        }
        let own = OWN.iter().find(|row| (row.0, row.1) == (method, path));
        codes.extend(own.map_or(&[][..], |row| row.2));
        if codes.contains(&"version_mismatch") {
            codes.push("if_match_required");
        }
    }
    // Bad rows are told in the report, and known again without a key.
    let is_import = path == IMPORT;
    let is_write = method != "GET" && in_api != CHECK.strip_prefix("/api/v1");
    if is_write {
        codes.push("outcome_unknown");
    }
    if is_write && !is_import {
        codes.extend(["idempotency_key_reused", "idempotency_key_required"]);
    }
    if operation.get("requestBody").is_some() {
        codes.extend(["request_timeout", "unsupported_media_type"]);
    }
    if operation.get("requestBody").is_some() && !is_import {
        codes.extend(["payload_too_large", "validation_failed"]);
    }
    let parameters = operation["parameters"].as_array();
    if parameters.is_some_and(|all| all.iter().any(|parameter| parameter["name"] == "cursor")) {
        codes.push("invalid_cursor");
    }
    codes.into_iter().map(str::to_owned).collect()
}

async fn every_operation_describes_its_errors_and_no_other(book: &Book) {
    let document = document(book).await;
    let mut told = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let responses = operation["responses"].as_object().expect("an operation answers");
        let mut described = BTreeSet::new();
        for (status, response) in responses {
            let response = resolve(&document, response);
            let problems = &response["content"]["application/problem+json"]["examples"];
            let is_error = status.starts_with(['4', '5']);
            assert_eq!(is_error, problems.is_object(), "{method} {path} {status}");
            for (code, example) in problems.as_object().into_iter().flatten() {
                let problem = &example["value"];
                assert_eq!(problem["code"], code.as_str(), "{method} {path} {status}");
                assert_eq!(problem["status"].to_string(), *status, "{method} {path} {code}");
                described.insert(code.clone());
            }
        }
        assert_eq!(
            described,
            expected_codes(&method, &pattern(&path), &operation),
            "{method} {path}"
        );
        told.extend(described);
    }
    let code = &document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
    for code in code.as_array().expect("the codes are listed") {
        let code = code.as_str().expect("a code is text");
        // Of the path itself, which no operation has.
        let is_of_none = matches!(code, "not_found" | "method_not_allowed");
        assert_ne!(told.contains(code), is_of_none, "{code}");
    }
}

async fn every_answer_has_a_description(book: &Book) {
    let document = document(book).await;
    for (method, path, operation) in operations(&document) {
        let responses = operation["responses"].as_object().expect("an operation answers");
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{method} {path} never succeeds"
        );
        for (status, response) in responses {
            let description = resolve(&document, response)["description"].as_str();
            assert!(
                description.is_some_and(|text| !text.is_empty()),
                "{method} {path} {status}"
            );
        }
    }
}
