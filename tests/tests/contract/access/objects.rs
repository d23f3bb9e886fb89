//! Objects of others: what one may not know of is answered like what is not there, and as fast.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Answer, Book, Client, on_both};
use uuid::Uuid;

use super::{Users, ask, body_of, row};
use crate::openapi::{document, operations, pattern, prepare};
use crate::tokens::acting_as;

on_both!(
    an_object_of_another_ledger_is_answered_like_none,
    an_object_of_another_ledger_takes_as_long_to_miss_as_none,
    an_object_of_another_user_is_answered_like_none,
    an_object_of_another_user_takes_as_long_to_miss_as_none,
);

/// Who asks for what is another's.
#[derive(Clone, Copy, PartialEq)]
enum Stranger {
    /// An administrator of a ledger that has nothing.
    Ledger,
    /// The bearer of a token of user `43`, who may edit, and asks for what is user `42`'s.
    User,
}

impl Stranger {
    async fn client(self, book: &Book) -> Client {
        match self {
            Self::Ledger => {
                let _ = book.post("/ledgers", &json!({"name": "shop"})).await.expect(201);
                let key = book.post("/keys", &json!({"name": "other", "role": "admin"}));
                let key = key.header("Daybook-Ledger", "shop").await.expect(201);
                book.with_key(key.text("secret"))
            }
            Self::User => {
                let allowed = json!({"users_may_edit": true});
                let _ = book.patch("/ledgers/main", &allowed).await.expect(200);
                acting_as(book, "43", "write").await
            }
        }
    }

    /// Whether the route takes an id of what the stranger may have no part in.
    fn may_ask(self, method: &str, path: &str) -> bool {
        // A user is made by `PUT`, and ledgers are the operator's.
        let takes_id = path.contains("{id}") && !path.starts_with("/api/v1/ledgers") && method != "PUT";
        takes_id && (self == Self::Ledger || row(method, path).1 != Users::None)
    }

    /// How many routes there are at least.
    fn routes_min(self) -> usize {
        match self {
            Self::Ledger => 26,
            Self::User => 12,
        }
    }
}

/// A request for what is another's, and the same for what nobody has.
struct Pair {
    client: Client,
    what: String,
    method: String,
    theirs: String,
    none: String,
    media_type: String,
    body: Value,
}

impl Pair {
    async fn ask(&self, path: &str) -> Answer {
        ask(&self.client, &self.method, path, &self.media_type, &self.body).await
    }

    async fn time(&self, path: &str) -> Duration {
        let started = Instant::now();
        let answer = self.ask(path).await;
        let taken = started.elapsed();
        assert_eq!(answer.status, 404, "{}", self.what);
        taken
    }
}

/// Calls `check` with each route that takes an id. What is asked for leaves nothing, so that one server serves all.
async fn for_each(book: &Book, stranger: Stranger, check: impl AsyncFn(&Book, Pair)) {
    let document = document(book).await;
    let _ = prepare(book, "/api/v1/users/{id}", Value::Null).await;
    let client = stranger.client(book).await;
    let mut asked = 0;
    for (method, path, operation) in operations(&document) {
        let path = pattern(&path);
        if !stranger.may_ask(&method, &path) {
            continue;
        }
        let (media_type, body) = body_of(&document, &operation);
        let (theirs, body) = prepare(book, &path, body).await;
        let pair = Pair {
            client: client.clone(),
            what: format!("{method} {path}"),
            none: of_nothing(&path),
            method,
            theirs,
            media_type,
            body,
        };
        check(book, pair).await;
        asked += 1;
    }
    assert!(asked >= stranger.routes_min(), "{asked}");
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

/// The answer but for what names the request.
fn told(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    body.as_object_mut().and_then(|members| members.remove("request_id"));
    (answer.status, body)
}

async fn an_object_of_another_ledger_is_answered_like_none(book: &Book) {
    for_each(book, Stranger::Ledger, is_answered_like_none).await;
}

async fn an_object_of_another_user_is_answered_like_none(book: &Book) {
    for_each(book, Stranger::User, is_answered_like_none).await;
}

async fn is_answered_like_none(book: &Book, pair: Pair) {
    let answers = book.leaves_no_trace(async || (pair.ask(&pair.theirs).await, pair.ask(&pair.none).await));
    let (theirs, none) = answers.await;
    assert_eq!(told(&theirs), told(&none), "{}", pair.what);
    assert_eq!(theirs.status, 404, "{}: {}", pair.what, theirs.text);
}

/// So often each is asked for.
const ROUNDS: usize = 40;
/// So often the comparison is made where something else was in the way.
const TRIES: usize = 8;

async fn an_object_of_another_ledger_takes_as_long_to_miss_as_none(book: &Book) {
    for_each(book, Stranger::Ledger, takes_as_long_to_miss_as_none).await;
}

async fn an_object_of_another_user_takes_as_long_to_miss_as_none(book: &Book) {
    for_each(book, Stranger::User, takes_as_long_to_miss_as_none).await;
}

async fn takes_as_long_to_miss_as_none(_: &Book, pair: Pair) {
    let mut ratios = Vec::new();
    for _ in 0..TRIES {
        let (mut of_theirs, mut of_none) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            of_theirs.push(pair.time(&pair.theirs).await);
            of_none.push(pair.time(&pair.none).await);
        }
        let (theirs, none) = (median(of_theirs), median(of_none));
        let (more, less) = (theirs.max(none).as_micros(), theirs.min(none).as_micros());
        // Within a quarter: what one more look at the database takes is several times that.
        if more * 4 <= less * 5 {
            return;
        }
        ratios.push((theirs, none));
    }
    panic!("{} takes another time to miss what is another's: {ratios:?}", pair.what);
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
