//! Objects of others: what one may not know of is answered like what is not there.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Answer, Book, Client, on_both};
use uuid::Uuid;

use super::{ROUTES, ask, body_of};
use crate::openapi::{document, operations, pattern, prepare};

on_both!(
    an_object_of_another_ledger_is_answered_like_none,
    an_object_of_another_ledger_takes_as_long_to_miss_as_none,
);

/// The answer but for what names the request.
fn told(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    body.as_object_mut().and_then(|members| members.remove("request_id"));
    (answer.status, body)
}

/// An administrator of a ledger that has nothing.
async fn stranger(book: &Book) -> Client {
    let _ = book.post("/ledgers", &json!({"name": "shop"})).await.expect(201);
    let key = book.post("/keys", &json!({"name": "other", "role": "admin"}));
    let key = key.header("Daybook-Ledger", "shop").await.expect(201);
    book.with_key(key.text("secret"))
}

/// `path` with an id that nothing has.
fn of_nothing(path: &str) -> String {
    let id = if path.starts_with("/api/v1/users/") {
        "nobody".to_owned()
    } else {
        Uuid::now_v7().to_string()
    };
    path.replace("{id}", &id)
}

async fn an_object_of_another_ledger_is_answered_like_none(book: &Book) {
    let document = document(book).await;
    let mut asked = 0;
    for (method, path, operation) in operations(&document) {
        let path = pattern(&path);
        // A user is made by `PUT`, and ledgers are the operator's.
        let takes_id = path.contains("{id}") && !path.starts_with("/api/v1/ledgers");
        if !takes_id || method == "PUT" {
            continue;
        }
        assert!(
            ROUTES.iter().any(|row| (row.0, row.1) == (&method, &path)),
            "{method} {path}"
        );
        let (media_type, body) = body_of(&document, &operation);
        let fresh = book.with_settings(|_| ()).await;
        let (theirs, body) = prepare(&fresh, &path, body).await;
        let stranger = stranger(&fresh).await;
        let answers = fresh.leaves_no_trace(async || {
            let theirs = ask(&stranger, &method, &theirs, &media_type, &body).await;
            let none = ask(&stranger, &method, &of_nothing(&path), &media_type, &body).await;
            (theirs, none)
        });
        let (theirs, none) = answers.await;
        assert_eq!(told(&theirs), told(&none), "{method} {path}");
        assert_eq!(theirs.status, 404, "{method} {path}: {}", theirs.text);
        asked += 1;
    }
    assert!(asked >= 20, "{asked}");
}

/// So often each is asked for.
const ROUNDS: usize = 60;
/// So often the comparison is made where something else was in the way.
const TRIES: usize = 5;

async fn an_object_of_another_ledger_takes_as_long_to_miss_as_none(book: &Book) {
    let (theirs, _) = prepare(book, "/api/v1/transactions/{id}", Value::Null).await;
    let stranger = stranger(book).await;
    let mut ratios = Vec::new();
    for _ in 0..TRIES {
        let (mut of_theirs, mut of_none) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            of_theirs.push(time_of(&stranger, &theirs).await);
            of_none.push(time_of(&stranger, &of_nothing("/api/v1/transactions/{id}")).await);
        }
        let (theirs, none) = (median(of_theirs), median(of_none));
        let (more, less) = (theirs.max(none).as_micros(), theirs.min(none).as_micros());
        // Within a quarter: what one more look at the database takes is several times that.
        if more * 4 <= less * 5 {
            return;
        }
        ratios.push((theirs, none));
    }
    panic!("an object of another ledger takes another time to miss: {ratios:?}");
}

async fn time_of(client: &Client, path: &str) -> Duration {
    let started = Instant::now();
    let answer = ask(client, "GET", path, "", &Value::Null).await;
    let taken = started.elapsed();
    assert_eq!(answer.status, 404);
    taken
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
