//! Every body of the document has an example, which is valid by its schema; what can be sent is accepted.

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::{Book, Request, on_both};

use super::schema::fault;
use super::{document, operations, pattern, resolve};

on_both!(
    every_body_has_an_example_that_is_valid_by_its_schema,
    every_example_of_a_request_is_accepted,
);

/// The examples of a body in JSON: media type, schema, and each value.
pub(crate) fn examples_of(content: &Value) -> Vec<(String, Value, Vec<Value>)> {
    let by_type = content.as_object().into_iter().flatten();
    let json = by_type.filter(|(media_type, _)| media_type.ends_with("/json") || media_type.ends_with("+json"));
    json.map(|(media_type, body)| {
        let named = body["examples"].as_object().into_iter().flatten();
        let named = named.map(|(_, example)| example["value"].clone());
        let examples = named.chain(body.get("example").cloned()).collect();
        (media_type.clone(), body["schema"].clone(), examples)
    })
    .collect()
}

async fn every_body_has_an_example_that_is_valid_by_its_schema(book: &Book) {
    let document = document(book).await;
    let (mut requests, mut answers, mut problems) = (0, 0, 0);
    for (method, path, operation) in operations(&document) {
        let check = |what: &str, content: &Value, count: &mut usize| {
            for (media_type, schema, examples) in examples_of(content) {
                assert!(
                    !examples.is_empty(),
                    "{method} {path} {what} {media_type} has no example"
                );
                for example in examples {
                    let fault = fault(&document, &schema, &example);
                    assert_eq!(fault, None, "{method} {path} {what} {media_type}");
                    *count += 1;
                }
            }
        };
        check(
            "request",
            &resolve(&document, &operation["requestBody"])["content"],
            &mut requests,
        );
        for (status, response) in operation["responses"].as_object().expect("an operation answers") {
            let content = &resolve(&document, response)["content"];
            let count = if status.starts_with('2') {
                &mut answers
            } else {
                &mut problems
            };
            check(status, content, count);
        }
    }
    assert!(
        requests >= 15 && answers >= 20 && problems >= 200,
        "{requests} {answers} {problems}"
    );
}

/// What the path of an operation leads to, made for one request; and what its body must name of the ledger.
pub(crate) async fn prepare(book: &Book, path: &str, body: Value) -> (String, Value) {
    let _ = book.put_user("42", &json!({"full_name": "Ama Mensah"})).await;
    let money = |user: &str| with(credit(user, "20.00"), json!({"currency": "GHS"}));
    let (own, other) = (book.create(&money("42")).await, book.create(&money("43")).await);
    let account = |made: &tests::Answer| made.text("destination_account_id").to_owned();
    let mut transaction = own.id();
    if ["/capture", "/void", "/extend"].iter().any(|end| path.ends_with(end)) {
        let hold = with(money("42"), json!({"status": "pending"}));
        transaction = book.create(&hold).await.id();
    }
    if path.ends_with("/restore") {
        let _ = book.delete(&format!("/transactions/{transaction}")).await.expect(200);
    }
    let id = match path.split('/').nth(3) {
        Some("users") => "42".to_owned(),
        Some("accounts") => account(&own),
        Some("ledgers") => "main".to_owned(),
        Some("limits") => {
            let limit = json!({"name": "l", "direction": "debit", "window": "day", "max_amount": "5", "max_count": 5});
            book.post("/limits", &limit).await.id()
        }
        Some("keys") => book
            .post("/keys", &json!({"name": "shop", "role": "reader"}))
            .await
            .id(),
        _ => transaction,
    };
    let ends = json!({"source_account_id": account(&own), "destination_account_id": account(&other)});
    let body = if body["type"] == "transfer" {
        with(body, ends)
    } else {
        body
    };
    (path.replace("{id}", &id), body)
}

pub(super) fn request(book: &Book, method: &str, path: &str) -> Request {
    let method = Method::from_bytes(method.as_bytes()).expect("a method is a token");
    book.request(method, path)
}

async fn every_example_of_a_request_is_accepted(book: &Book) {
    let document = document(book).await;
    let mut sent = 0;
    for (method, path, operation) in operations(&document) {
        let body = resolve(&document, &operation["requestBody"]);
        for (media_type, _, examples) in examples_of(&body["content"]) {
            for example in examples {
                // An account that one example freezes would refuse the next.
                let fresh = book.with_settings(|_| ()).await;
                let (path, body) = prepare(&fresh, &pattern(&path), example).await;
                let answer = request(&fresh, &method, &path)
                    .body(body.to_string(), &media_type)
                    .await;
                assert!(
                    matches!(answer.status, 200 | 201),
                    "{method} {path} {body} was answered {}",
                    answer.text
                );
                // These change what is there.
                let makes_none = ["/restore", "/void", "/extend"].iter().any(|end| path.ends_with(end));
                let makes = method == "POST" && !makes_none && body["atomic"] != false;
                let _ = answer.expect(if makes { 201 } else { 200 });
                sent += 1;
            }
        }
    }
    assert!(sent >= 15, "only {sent} examples were sent");
}
