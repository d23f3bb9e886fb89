//! `/limits`: spending limits; section 15 of the contract.

mod bodies;
mod counting;
mod lists;
mod scopes;
mod usage;
mod windows;

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Answer, Book, on_both};

on_both!(
    a_limit_is_made_read_changed_and_ended,
    a_limit_is_made_once_under_a_key,
    limits_are_listed_newest_first_and_filtered,
    only_an_admin_has_to_do_with_limits,
    a_user_has_so_many_limits,
);

/// A limit on what a user spends, in the ledger's default currency.
fn spending(window: &str, more: Value) -> Value {
    with(
        json!({"name": "Pocket money", "direction": "debit", "window": window}),
        more,
    )
}

async fn make(book: &Book, body: &Value) -> String {
    book.post("/limits", body).await.expect(201).id()
}

async fn change(book: &Book, limit: &str, body: &Value) -> Answer {
    book.patch(&format!("/limits/{limit}"), body).await.expect(200)
}

/// The ids of the rows of a list.
fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().expect("an id")).collect()
}

/// What is used of the limit, as it is shown to `user`: amount, what remains of it, and how many transactions.
async fn used(book: &Book, user: &str, limit: &str) -> (Value, Value, Value) {
    let shown = book.get(&format!("/users/{user}/limits")).await.expect(200);
    let of_limit = shown.rows().iter().find(|row| row["id"] == limit).cloned();
    let of_limit = of_limit.expect("the limit holds for the user");
    let [amount, remaining, count] = ["used", "remaining", "used_count"].map(|member| of_limit[member].clone());
    (amount, remaining, count)
}

/// What is [`used`] of a limit in dollars.
fn dollars(used: &str, remaining: &str, count: u32) -> (Value, Value, Value) {
    (used.into(), remaining.into(), count.into())
}

/// Posts what the limit must refuse, and leaves nothing behind.
async fn refused(book: &Book, body: &Value, limit: &str) -> Answer {
    let refused = book
        .refuses(book.post("/transactions", body), "limit_exceeded", 422)
        .await;
    assert_eq!(refused.text("limit_id"), limit);
    refused
}

async fn a_limit_is_made_read_changed_and_ended(book: &Book) {
    let _ = book.create(&credit("ada", "1.00")).await;
    let scope = json!({"user_id": "ada"});
    let body = spending(
        "week",
        json!({"scope": scope, "max_amount": "20", "category": "sweets"}),
    );
    let made = book.post("/limits", &body).await.expect(201);
    let (id, path) = (made.id(), format!("/limits/{}", made.id()));
    assert_eq!(made.header("Location"), format!("/api/v1{path}"));
    assert_eq!(made.header("ETag"), "\"1\"");
    let expected = json!({
        "id": id, "name": "Pocket money", "scope": scope, "currency": "USD", "direction": "debit", "window": "week",
        "max_amount": "20.00", "max_count": null, "category": "sweets", "status": "active", "version": 1,
        "created_at": made.body["created_at"], "updated_at": made.body["created_at"],
    });
    assert_eq!(made.body, expected);
    let read = book.get(&path).await.expect(200);
    assert_eq!((read.body.clone(), read.header("ETag")), (expected, "\"1\""));

    let renamed = book
        .patch(&path, &json!({"name": "Sweets", "max_count": 5}))
        .if_match(1)
        .await;
    let renamed = renamed.expect(200);
    assert_eq!((renamed.text("name"), renamed.version()), ("Sweets", 2));
    assert_eq!(
        (&renamed.body["max_count"], renamed.text("max_amount")),
        (&json!(5), "20.00")
    );
    // The same once more is no change.
    let again = change(book, &id, &json!({"name": "Sweets", "max_amount": "20.00"})).await;
    assert_eq!(again.body, renamed.body);
    let lifted = change(book, &id, &json!({"max_amount": null, "status": "disabled"})).await;
    assert_eq!(
        (&lifted.body["max_amount"], lifted.text("status")),
        (&Value::Null, "disabled")
    );
    let stale = book.patch(&path, &json!({"name": "x"})).if_match(1);
    let _ = book.refuses(stale, "version_mismatch", 412).await;

    let stale = book.delete(&path).if_match(2);
    let _ = book.refuses(stale, "version_mismatch", 412).await;
    let _ = book.delete(&path).if_match(3).await.expect(204);
    for request in [
        book.get(&path),
        book.patch(&path, &json!({"name": "x"})),
        book.delete(&path),
    ] {
        let _ = book.refuses(request, "limit_not_found", 404).await;
    }
    assert!(book.get("/limits").await.expect(200).rows().is_empty());
    book.database().verify().await;
}

async fn a_limit_is_made_once_under_a_key(book: &Book) {
    let body = spending("day", json!({"max_amount": "20"}));
    let made = book.post("/limits", &body).key("made").await.expect(201);
    let path = format!("/limits/{}", made.id());
    let again = book.post("/limits", &body).key("made").await.expect(201);
    assert!(again.is_replay());
    assert_eq!(again.body, made.body);
    let changed = book.patch(&path, &json!({"max_amount": "30"})).key("changed").await;
    let changed = changed.expect(200);
    let _ = book.delete(&path).key("ended").await.expect(204);
    let again = book.patch(&path, &json!({"max_amount": "30"})).key("changed").await;
    assert_eq!(again.expect(200).body, changed.body);
    assert!(book.delete(&path).key("ended").await.expect(204).is_replay());
    let other = book.post("/limits", &body).key("ended");
    let _ = book.refuses(other, "idempotency_key_reused", 422).await;
    book.database().verify().await;
}

async fn limits_are_listed_newest_first_and_filtered(book: &Book) {
    let posted = book.create(&credit("ada", "1.00")).await;
    let account = posted.text("destination_account_id");
    let of_all = make(book, &spending("day", json!({"max_count": 1}))).await;
    let of_ada = json!({"max_count": 2, "scope": {"user_id": "ada"}, "status": "disabled"});
    let of_ada = make(book, &spending("day", of_ada)).await;
    let of_account = json!({"max_count": 3, "scope": {"account_id": account}});
    let of_account = make(book, &spending("day", of_account)).await;
    let in_euro = make(book, &spending("day", json!({"max_count": 4, "currency": "EUR"}))).await;
    let gone = make(book, &spending("day", json!({"max_count": 5}))).await;
    let _ = book.delete(&format!("/limits/{gone}")).await.expect(204);
    assert_eq!(
        ids(&book.walk("/limits", 2).await),
        [&*in_euro, &*of_account, &*of_ada, &*of_all]
    );
    for (filter, expected) in [
        ("user_id=ada", vec![&of_ada]),
        ("user_id=bo", vec![]),
        (&format!("account_id={account}"), vec![&of_account]),
        ("currency=EUR", vec![&in_euro]),
        ("status=disabled", vec![&of_ada]),
        ("status=active&currency=USD", vec![&of_account, &of_all]),
    ] {
        let listed = book.get(&format!("/limits?{filter}")).await.expect(200);
        assert_eq!(ids(listed.rows()), expected, "{filter}");
    }
    let _ = book.get("/limits?status=deleted").await.malformed("status");
    let _ = book.get("/limits?window=day").await.malformed("window");
}

async fn only_an_admin_has_to_do_with_limits(book: &Book) {
    let _ = book.create(&credit("ada", "1.00")).await;
    let body = spending("day", json!({"max_amount": "20"}));
    let limit = format!("/limits/{}", make(book, &body).await);
    for role in ["reader", "writer"] {
        let client = book.key(role).await;
        for request in [
            client.get("/limits"),
            client.post("/limits", &body),
            client.get(&limit),
            client.patch(&limit, &json!({"name": "x"})),
            client.delete(&limit),
        ] {
            let _ = book.refuses(request, "forbidden", 403).await;
        }
        assert_eq!(client.get("/users/ada/limits").await.expect(200).rows().len(), 1);
    }
    let admin = book.key("admin").await;
    let _ = admin.patch(&limit, &json!({"name": "x"})).await.expect(200);
    let _ = admin.delete(&limit).await.expect(204);
}

async fn a_user_has_so_many_limits(book: &Book) {
    let account = book
        .create(&credit("ada", "1.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let _ = book.create(&credit("bo", "1.00")).await;
    let of = |scope: &Value| spending("day", json!({"max_amount": "20", "scope": scope}));
    let [all, ada, of_account] = [json!({}), json!({"user_id": "ada"}), json!({"account_id": account})];
    let mut made = Vec::new();
    for scope in [&all, &ada] {
        let body = of(scope);
        made = tests::at_once(20, |_| {
            let (client, body) = (book.client(), body.clone());
            async move {
                let mut ids = Vec::new();
                for _ in 0..5 {
                    ids.push(client.post("/limits", &body).await.expect(201).id());
                }
                ids
            }
        })
        .await
        .concat();
    }
    for scope in [&all, &ada, &of_account] {
        let request = book.post("/limits", &of(scope));
        let refused = book.refuses(request, "validation_failed", 422).await;
        let _ = refused.invalid(&[("scope", "too_many")]);
    }
    // All of them are tested, and shown.
    let _ = book.create(&debit("ada", "20.00")).await;
    assert_eq!(book.walk("/users/ada/limits", 70).await.len(), 200);
    let more = book.post("/transactions", &debit("ada", "0.01"));
    let _ = book.refuses(more, "limit_exceeded", 422).await;
    // Others have their own, and a deleted one makes room.
    let _ = make(book, &of(&json!({"user_id": "bo"}))).await;
    let _ = book.delete(&format!("/limits/{}", made[0])).await.expect(204);
    let _ = make(book, &of(&of_account)).await;
    book.database().verify().await;
}
