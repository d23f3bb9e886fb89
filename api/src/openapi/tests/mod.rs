//! The document against the code that it describes.

mod examples;
mod journal;
mod readers;

use serde_json::{Value, json};

use super::{build, operations};
use crate::config::Metrics;
use crate::routes;

fn document() -> Value {
    serde_json::to_value(build(Metrics::On)).unwrap()
}

fn operations_of(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[test]
fn the_table_of_routes_and_the_document_name_the_same() {
    let mut served: Vec<(String, String)> = routes::table(Metrics::On)
        .iter()
        .map(|endpoint| (endpoint.demand.method.to_string(), endpoint.path.to_owned()))
        // The files of the page are no part of the API.
        .filter(|(_, path)| path != "/docs/{file}")
        .collect();
    let mut documented: Vec<(String, String)> = operations_of(&document())
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    served.sort();
    documented.sort();
    assert_eq!(served, documented);
    assert_eq!(
        operations::all().len(),
        served.len(),
        "a description is of no route, or of one described twice"
    );
}

#[test]
fn a_route_that_is_switched_off_is_not_documented() {
    let document = serde_json::to_value(build(Metrics::Off)).unwrap();
    assert!(document["paths"].get("/metrics").is_none());
    let open = serde_json::to_value(build(Metrics::Open)).unwrap();
    assert_eq!(open["paths"]["/metrics"]["get"]["security"], json!([]));
}

#[test]
fn every_operation_says_what_generators_need() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
    let mut ids = Vec::new();
    for (method, path, operation) in operations_of(&document) {
        let place = format!("{method} {path}");
        ids.push(operation["operationId"].as_str().unwrap().to_owned());
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{place}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{place}");
        for (status, response) in responses {
            assert!(
                !response["description"].as_str().unwrap().is_empty(),
                "{place} {status}"
            );
            let is_problem = response["content"].get("application/problem+json").is_some();
            assert_eq!(is_problem, status.as_str() >= "400", "{place} {status}");
        }
        assert_eq!(
            path.starts_with("/api/"),
            responses.contains_key("401") && path != "/metrics",
            "{place}"
        );
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "an operationId is there twice");
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect_references(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members
                .values()
                .for_each(|member| collect_references(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, references)),
        _ => {}
    }
}
