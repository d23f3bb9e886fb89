//! `/ledgers`: tenants, each with books of its own; section 17 of the contract.

mod command_line;
mod required;
mod settings;

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::{Answer, Book, Client, at_once, is_server_id, on_both};

on_both!(
    a_ledger_is_made_and_holds_books_of_its_own,
    a_ledger_is_made_with_the_settings_that_are_asked_for,
    a_name_is_had_by_one_ledger,
    a_bad_ledger_is_refused_with_every_bad_field,
    ledgers_are_listed_by_name,
    a_ledger_is_made_once_under_a_key,
    only_an_operator_knows_of_ledgers,
    many_ledgers_made_at_once_are_told_apart,
);

/// The settings of a ledger that was asked for nothing but its name.
fn plain(name: &str, made: &Answer) -> Value {
    json!({
        "id": made.id(), "name": name, "default_currency": "USD", "default_minimum_balance": null,
        "require_idempotency_key": false, "require_if_match": false, "users_may_edit": false, "version": 1,
        "created_at": made.body["created_at"], "updated_at": made.body["created_at"],
    })
}

/// A client with a key of `role` in the ledger called `ledger`.
async fn key_in(book: &Book, ledger: &str, role: &str) -> Client {
    let request = book.post("/keys", &json!({"name": "till", "role": role}));
    let made = request.header("Daybook-Ledger", ledger).await.expect(201);
    assert_eq!(made.body["ledger"], ledger);
    book.with_key(made.text("secret"))
}

async fn a_ledger_is_made_and_holds_books_of_its_own(book: &Book) {
    let made = book.post("/ledgers", &json!({"name": "shop-1"})).await.expect(201);
    assert_eq!(made.body, plain("shop-1", &made));
    assert!(is_server_id(&made.body["id"]));
    assert_eq!(made.header("location"), "/api/v1/ledgers/shop-1");
    assert_eq!(made.version(), 1);
    assert!(made.position() > 0);
    let found = book.get("/ledgers/shop-1").await.expect(200);
    assert_eq!(found.body, made.body);

    let shop = key_in(book, "shop-1", "admin").await;
    let theirs = shop.create(&credit("ada", "20.00")).await;
    let ours = book.create(&credit("ada", "5.00")).await;
    assert_eq!(shop.get("/transactions").await.expect(200).column("id"), [theirs.id()]);
    assert_eq!(book.get("/transactions").await.expect(200).column("id"), [ours.id()]);
    let path = format!("/transactions/{}", theirs.id());
    let _ = book.get(&path).await.problem("transaction_not_found", 404);
    let by_operator = book.get(&path).header("Daybook-Ledger", "shop-1").await.expect(200);
    assert_eq!(by_operator.body, theirs.body);
    book.database().verify().await;
}

async fn a_ledger_is_made_with_the_settings_that_are_asked_for(book: &Book) {
    let asked = json!({
        "name": "accra", "default_currency": "GHS", "default_minimum_balance": "-0.5",
        "require_idempotency_key": false, "require_if_match": true, "users_may_edit": true,
    });
    let made = book.post("/ledgers", &asked).await.expect(201);
    let expected = with(
        plain("accra", &made),
        json!({
            "default_currency": "GHS", "default_minimum_balance": "-0.50", "require_if_match": true, "users_may_edit": true,
        }),
    );
    assert_eq!(made.body, expected);
    let accra = key_in(book, "accra", "writer").await;
    let posted = accra.create(&credit("ama", "1")).await;
    assert_eq!((posted.text("amount"), posted.text("currency")), ("1.00", "GHS"));
    let balances = accra.get("/users/ama/balances").await.expect(200);
    assert_eq!(balances.rows()[0]["accounts"][0]["minimum_balance"], "-0.50");
    book.database().verify().await;
}

async fn a_name_is_had_by_one_ledger(book: &Book) {
    let made = book.post("/ledgers", &json!({"name": "shop"})).await.expect(201);
    let again = json!({"name": "shop", "default_currency": "EUR"});
    let refused = book.refuses(book.post("/ledgers", &again), "ledger_exists", 409).await;
    assert_eq!(refused.text("resource_id"), made.id());
    let main = book.get("/ledgers/main").await.expect(200);
    let refused = book.post("/ledgers", &json!({"name": "main"}));
    let refused = book.refuses(refused, "ledger_exists", 409).await;
    assert_eq!(refused.text("resource_id"), main.id());
}

async fn a_bad_ledger_is_refused_with_every_bad_field(book: &Book) {
    let bad = json!({
        "name": "Shop", "default_currency": "XAU", "default_minimum_balance": "1", "require_if_match": "yes", "colour": 1,
    });
    let refused = book
        .refuses(book.post("/ledgers", &bad), "validation_failed", 422)
        .await;
    let mut told: Vec<_> = refused
        .errors()
        .iter()
        .map(|error| {
            (
                error["field"].as_str().unwrap_or(""),
                error["code"].as_str().unwrap_or(""),
            )
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("colour", "unknown_field"),
            ("default_currency", "unknown_currency"),
            ("default_minimum_balance", "out_of_range"),
            ("name", "invalid_format"),
            ("require_if_match", "invalid_type"),
        ]
    );
    for (name, code) in [
        (json!(""), "too_short"),
        (json!("x".repeat(64)), "too_long"),
        (json!("a/b"), "invalid_format"),
        (json!("a\u{0}b"), "invalid_format"),
        (json!(7), "invalid_type"),
        (Value::Null, "required"),
    ] {
        let request = book.post("/ledgers", &json!({"name": name}));
        let refused = book.refuses(request, "validation_failed", 422).await;
        assert_eq!(refused.errors()[0]["code"], code, "{name}");
    }
    let path = "/ledgers/No_Such".to_owned();
    let _ = book.get(&path).await.problem("malformed_request", 400);
    let _ = book.get("/ledgers/none").await.problem("ledger_not_found", 404);
    let patch = book.patch("/ledgers/none", &json!({"users_may_edit": true}));
    let _ = book.refuses(patch, "ledger_not_found", 404).await;
    let _ = book
        .patch("/ledgers/main", &json!({"name": "other"}))
        .await
        .problem("validation_failed", 422);
}

async fn ledgers_are_listed_by_name(book: &Book) {
    for name in ["zoo", "a-1", "shop"] {
        let _ = book.post("/ledgers", &json!({"name": name})).await.expect(201);
    }
    let all = book.get("/ledgers").await.expect(200);
    assert_eq!(all.column("name"), ["a-1", "main", "shop", "zoo"]);
    let mut names = Vec::new();
    let mut path = "/ledgers?limit=1".to_owned();
    loop {
        let page = book.get(&path).await.expect(200);
        names.extend(page.column("name").into_iter().map(str::to_owned));
        match page.next_cursor() {
            Some(cursor) => path = format!("/ledgers?limit=1&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(names, ["a-1", "main", "shop", "zoo"]);
    let other = book.get("/users?limit=1&cursor=bmVpbg").await;
    let _ = other.problem("invalid_cursor", 400);
}

async fn a_ledger_is_made_once_under_a_key(book: &Book) {
    let body = json!({"name": "shop"});
    let made = book.post("/ledgers", &body).key("k").await.expect(201);
    let changed = book
        .patch("/ledgers/shop", &json!({"users_may_edit": true}))
        .key("k")
        .await
        .expect(200);
    let replay = book.post("/ledgers", &body).key("k").await.expect(201);
    assert!(replay.is_replay());
    assert_eq!(replay.body, made.body);
    let other = book.post("/ledgers", &json!({"name": "other"})).key("k");
    let reused = book.refuses(other, "idempotency_key_reused", 422).await;
    assert_eq!(reused.text("resource_id"), made.id());
    let replay = book
        .patch("/ledgers/shop", &json!({"users_may_edit": true}))
        .key("k")
        .await
        .expect(200);
    assert!(replay.is_replay());
    assert_eq!(replay.body, changed.body);
}

async fn only_an_operator_knows_of_ledgers(book: &Book) {
    for role in ["reader", "writer", "admin"] {
        let client = key_in(book, "main", role).await;
        for path in ["/ledgers", "/ledgers/main", "/ledgers/none"] {
            let _ = client.get(path).await.problem("forbidden", 403);
        }
        let _ = client
            .post("/ledgers", &json!({"name": "shop"}))
            .await
            .problem("forbidden", 403);
        let patch = client.patch("/ledgers/main", &json!({"users_may_edit": true}));
        let _ = patch.await.problem("forbidden", 403);
    }
    let nobody = book.anonymous();
    let _ = nobody.get("/ledgers").await.problem("unauthenticated", 401);
}

async fn many_ledgers_made_at_once_are_told_apart(book: &Book) {
    let names: Vec<String> = (0..20).map(|number| format!("shop-{number:02}")).collect();
    let client = book.client();
    let made = at_once(names.len(), |number| {
        let request = client.post("/ledgers", &json!({"name": format!("shop-{number:02}")}));
        async move { request.await }
    })
    .await;
    for (answer, name) in made.into_iter().zip(&names) {
        assert_eq!(answer.expect(201).text("name"), name);
    }
    let same = at_once(10, |_| {
        let request = client.post("/ledgers", &json!({"name": "one"}));
        async move { request.await.status }
    });
    let statuses: Vec<u16> = same.await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 409).count(),
        9,
        "{statuses:?}"
    );
    for name in &names {
        let _ = key_in(book, name, "writer").await.create(&credit("ada", "1.00")).await;
    }
    book.database().verify().await;
}
