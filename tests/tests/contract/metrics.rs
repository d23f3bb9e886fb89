//! What Prometheus reads: section 8 of the contract, and the description of `/metrics` in the OpenAPI document.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, Client, Engine, eventually, on_both};

on_both!(
    every_metric_is_shown_as_the_document_describes_it,
    requests_are_counted_by_pattern_method_and_status,
    every_problem_is_counted_once_by_its_code,
    a_commit_is_counted_with_its_commands,
    what_waits_and_what_works_is_shown_while_it_does,
    no_label_holds_what_a_caller_made_up,
    metrics_can_be_opened_and_switched_off,
);

/// One reading of `/metrics`: values by name and labels, types by the name of the family.
struct Reading {
    samples: BTreeMap<(String, BTreeMap<String, String>), String>,
    types: BTreeMap<String, String>,
}

impl Reading {
    async fn of(client: &Client) -> Self {
        let answer = client.get_root("/metrics").await.expect(200);
        assert!(answer.header("Content-Type").starts_with("text/plain; version=0.0.4"));
        let mut reading = Self {
            samples: BTreeMap::new(),
            types: BTreeMap::new(),
        };
        for line in answer.text.lines() {
            if let Some(family) = line.strip_prefix("# TYPE ") {
                let (name, kind) = family.split_once(' ').expect("a family has a type");
                assert_eq!(reading.types.insert(name.to_owned(), kind.to_owned()), None, "{line}");
            } else if !line.is_empty() && !line.starts_with('#') {
                let (key, value) = line.rsplit_once(' ').expect("a sample has a value");
                let earlier = reading.samples.insert(sample_key(key), value.to_owned());
                assert_eq!(earlier, None, "{line} is there twice");
            }
        }
        reading
    }

    /// A whole number; 0 where there is no such sample yet.
    fn value(&self, name: &str, labels: &[(&str, &str)]) -> i64 {
        let labels = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let value = self.samples.get(&(name.to_owned(), labels.collect()));
        value.map_or(0, |value| value.parse().expect("a whole number"))
    }
}

fn sample_key(text: &str) -> (String, BTreeMap<String, String>) {
    let Some((name, labels)) = text.split_once('{') else {
        return (text.to_owned(), BTreeMap::new());
    };
    let labels = labels.strip_suffix("\"}").expect("labels end");
    let labels = labels.split("\",").map(|label| {
        let (name, value) = label.split_once("=\"").expect("a label has a value");
        (name.to_owned(), value.to_owned())
    });
    (name.to_owned(), labels.collect())
}

/// How much one sample grew between two readings, and by how much it should have.
#[track_caller]
fn assert_grew(before: &Reading, after: &Reading, name: &str, labels: &[(&str, &str)], by: i64) {
    let (was, is) = (before.value(name, labels), after.value(name, labels));
    assert_eq!(is - was, by, "{name}{labels:?} was {was}, is {is}");
}

async fn every_metric_is_shown_as_the_document_describes_it(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let _ = book.get("/users/nobody").await.problem("user_not_found", 404);
    let reading = Reading::of(book).await;
    let document = book.get_root("/openapi.json").await.expect(200);
    let text = document.body["paths"]["/metrics"]["get"]["description"].as_str();
    let described: BTreeMap<String, (String, BTreeSet<String>)> = text
        .expect("the metrics are described")
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let labels = cells[3].split(", ").filter(|label| !label.is_empty());
            let labels = labels.map(|label| label.trim_matches('`').to_owned());
            (
                cells[1].trim_matches('`').to_owned(),
                (cells[2].to_owned(), labels.collect()),
            )
        })
        .collect();
    assert!(described.len() >= 10, "{text:?}");
    let families: BTreeSet<&String> = reading.types.keys().collect();
    assert_eq!(families, described.keys().collect::<BTreeSet<_>>());
    for (family, (kind, labels)) in &described {
        assert_eq!(&reading.types[family], kind, "{family}");
        let suffixes: &[&str] = if kind == "histogram" {
            &["_bucket", "_sum", "_count"]
        } else {
            &[""]
        };
        for suffix in suffixes {
            let name = format!("{family}{suffix}");
            let own = reading.samples.keys().filter(|(sample, _)| *sample == name);
            let own: Vec<_> = own.collect();
            assert!(!own.is_empty(), "{name} has no sample");
            for (_, found) in own {
                let found: BTreeSet<&String> = found.keys().filter(|label| *label != "le").collect();
                assert_eq!(found, labels.iter().collect::<BTreeSet<_>>(), "{name}");
            }
        }
    }
}

async fn requests_are_counted_by_pattern_method_and_status(book: &Book) {
    let before = Reading::of(book).await;
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", made.id());
    for _ in 0..2 {
        let _ = book.get(&path).await.expect(200);
    }
    let _ = book.get("/users/nobody").await.problem("user_not_found", 404);
    let _ = book.delete("/users").await.problem("method_not_allowed", 405);
    let _ = book.get("/nowhere").await.problem("not_found", 404);
    let after = Reading::of(book).await;
    for (method, route, status, by) in [
        ("POST", "/api/v1/transactions", "201", 1),
        ("GET", "/api/v1/transactions/{id}", "200", 2),
        ("GET", "/api/v1/users/{id}", "404", 1),
        ("DELETE", "/api/v1/users", "405", 1),
        ("GET", "unmatched", "404", 1),
        ("GET", "/metrics", "200", 1),
    ] {
        let (method, route) = (("method", method), ("route", route));
        let labels = [method, route, ("status", status)];
        assert_grew(&before, &after, "daybook_http_requests_total", &labels, by);
        let timed = "daybook_http_request_duration_seconds_count";
        assert_grew(&before, &after, timed, &[method, route], by);
    }
}

async fn every_problem_is_counted_once_by_its_code(book: &Book) {
    let body = json!({"user_id": "ada", "name": "main", "currency": "USD", "minimum_balance": "0"});
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let _ = book.open_account(&body).await;
    let before = Reading::of(book).await;
    let refused = book.post("/transactions", &debit("ada", "1.00")).await;
    let _ = refused.problem("insufficient_funds", 422);
    let refused = book.post("/transactions", &credit("ada", "0")).await;
    let _ = refused.problem("validation_failed", 422);
    let _ = book.get("/users/nobody").await.problem("user_not_found", 404);
    let _ = book.anonymous().get("/users").await.problem("unauthenticated", 401);
    let _ = book.get("/nowhere").await.problem("not_found", 404);
    let _ = book.delete("/users").await.problem("method_not_allowed", 405);
    let after = Reading::of(book).await;
    for code in [
        "insufficient_funds",
        "validation_failed",
        "user_not_found",
        "unauthenticated",
        "not_found",
        "method_not_allowed",
    ] {
        assert_grew(&before, &after, "daybook_rejections_total", &[("code", code)], 1);
    }
    let of_all = |reading: &Reading| -> i64 {
        let rejections = reading
            .samples
            .iter()
            .filter(|((name, _), _)| name == "daybook_rejections_total");
        rejections
            .map(|(_, value)| value.parse::<i64>().expect("a whole number"))
            .sum()
    };
    assert_eq!(of_all(&after) - of_all(&before), 6);
}

async fn a_commit_is_counted_with_its_commands(book: &Book) {
    let before = Reading::of(book).await;
    for _ in 0..3 {
        let _ = book.create(&credit("ada", "20.00")).await;
    }
    let after = Reading::of(book).await;
    for name in [
        "daybook_batch_commands_count",
        "daybook_batch_commands_sum",
        "daybook_commit_duration_seconds_count",
    ] {
        assert_grew(&before, &after, name, &[], 3);
    }
    let first_bucket = [("le", "1")];
    assert_grew(&before, &after, "daybook_batch_commands_bucket", &first_bucket, 3);
    assert_eq!(after.value("daybook_queue_commands", &[]), 0);
}

async fn what_waits_and_what_works_is_shown_while_it_does(book: &Book) {
    let book = book
        .with_settings(|settings| (settings.read_pool, settings.write_pool) = (3, 2))
        .await;
    let book = &book;
    let _ = book.create(&credit("ada", "1.00")).await;
    let rest = at_rest(book).await;
    // SQLite has one writer whatever it is told.
    let write_max = if book.engine() == Engine::Sqlite { 1 } else { 2 };
    // Three to serve with, and the service's own.
    assert_eq!(rest.value("daybook_pool_connections_max", &[("pool", "read")]), 4);
    assert_eq!(
        rest.value("daybook_pool_connections_max", &[("pool", "write")]),
        write_max
    );
    assert!(in_pool(&rest, "write", "idle") >= 1 && in_pool(&rest, "read", "idle") >= 1);
    assert_eq!(
        rest.value("daybook_http_requests_in_flight", &[]),
        1,
        "the reading itself"
    );

    let block = book.database().block_writes().await;
    let write = || {
        let client = book.client();
        tokio::spawn(async move { client.post("/transactions", &credit("ada", "1.00")).await })
    };
    let working = write();
    eventually("the commit is under way", Duration::from_secs(5), async || {
        let reading = Reading::of(book).await;
        (in_pool(&reading, "write", "in_use") == 1).then_some(())
    })
    .await;
    let waiting = write();
    let busy = eventually("the other waits", Duration::from_secs(5), async || {
        let reading = Reading::of(book).await;
        (reading.value("daybook_queue_commands", &[]) == 1).then_some(reading)
    })
    .await;
    assert_eq!(busy.value("daybook_http_requests_in_flight", &[]), 3);
    drop(block);
    for written in [working, waiting] {
        let _ = written.await.expect("the client is answered").expect(201);
    }
    let rest = at_rest(book).await;
    assert_eq!(rest.value("daybook_queue_commands", &[]), 0);
}

fn in_pool(reading: &Reading, pool: &str, state: &str) -> i64 {
    reading.value("daybook_pool_connections", &[("pool", pool), ("state", state)])
}

/// A reading while no connection is used: they are given back right after the answer.
async fn at_rest(book: &Book) -> Reading {
    eventually("every connection is given back", Duration::from_secs(5), async || {
        let reading = Reading::of(book).await;
        let in_use = in_pool(&reading, "write", "in_use") + in_pool(&reading, "read", "in_use");
        (in_use == 0).then_some(reading)
    })
    .await
}

async fn no_label_holds_what_a_caller_made_up(book: &Book) {
    let made = book.create(&credit("a-user-of-the-metrics-test", "20.00")).await;
    let _ = book.get(&format!("/transactions/{}", made.id())).await.expect(200);
    let _ = book
        .get("/users/nobody-of-the-metrics-test")
        .await
        .problem("user_not_found", 404);
    let _ = book.get("/nowhere-of-the-metrics-test").await.problem("not_found", 404);
    let method = reqwest::Method::from_bytes(b"MADEUPMETHOD").expect("a method");
    let _ = book
        .request(method, "/api/v1/users")
        .await
        .problem("method_not_allowed", 405);
    let text = book.get_root("/metrics").await.expect(200).text;
    for leak in [made.id().as_str(), "of-the-metrics-test", "MADEUPMETHOD"] {
        assert!(!text.contains(leak), "{leak} is in {text}");
    }
}

async fn metrics_can_be_opened_and_switched_off(book: &Book) {
    let open = book
        .with_settings(|settings| settings.metrics = api::Metrics::Open)
        .await;
    let _ = open.anonymous().get_root("/metrics").await.expect(200);
    let off = book
        .with_settings(|settings| settings.metrics = api::Metrics::Off)
        .await;
    let _ = off.get_root("/metrics").await.problem("not_found", 404);
    let _ = off.anonymous().get_root("/metrics").await.problem("not_found", 404);
}
