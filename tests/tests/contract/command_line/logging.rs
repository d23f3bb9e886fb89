//! Log lines: their two looks, and which ones there are.

use std::time::Duration;

use serde_json::Value;
use tests::program::{Folder, Serving, command};
use tests::{Book, Database, OPERATOR_KEY, on_both};

use super::empty_database;

on_both!(json_log_lines_are_one_object_each, rust_log_says_which_lines_there_are,);

/// What a server logs from its start to its end, with one request in between.
async fn logged(database: &Database, arguments: &[&str], filter: Option<&str>) -> String {
    let folder = Folder::empty();
    let mut serve = command(
        folder.path(),
        &["serve", "--migrate", "auto", "--operator-key", OPERATOR_KEY],
    );
    serve.args(["--database-url", database.url()]).args(arguments);
    serve.envs(filter.map(|filter| ("RUST_LOG", filter)));
    let serving = Serving::start_command(folder.path(), serve).await;
    let mut serving = serving.unwrap_or_else(|(status, said)| panic!("it ended {status}: {said}"));
    let client = serving.client(OPERATOR_KEY);
    let _ = client.get("/users/ada").await.problem("user_not_found", 404);
    drop(client);
    serving.terminate();
    assert!(serving.ended(Duration::from_secs(35)).await.success());
    folder.read("stderr")
}

async fn json_log_lines_are_one_object_each(book: &Book) {
    let database = empty_database(book).await;
    let said = logged(&database, &["--log-format", "json"], None).await;
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for line in &lines {
        for member in ["time", "level", "target", "message"] {
            assert!(line[member].is_string(), "no {member} in {line}");
        }
    }
    let is_stopping = |line: &Value| {
        line["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("stopping"))
    };
    assert!(lines.iter().any(is_stopping), "{said}");
}

async fn rust_log_says_which_lines_there_are(book: &Book) {
    let database = empty_database(book).await;
    assert_eq!(logged(&database, &[], Some("off")).await, "");
    let requests = logged(&database, &["--log-format", "json"], Some("daybook::requests=debug")).await;
    let lines: Vec<Value> = requests
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(
        lines.iter().all(|line| line["target"] == "daybook::requests"),
        "{requests}"
    );
    assert!(lines.iter().any(|line| line["status"] == 404), "{requests}");
}
