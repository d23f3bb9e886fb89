//! `/keys`: making, listing, revoking and expiring; section 3 of the contract.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tests::body::credit;
use tests::{Book, OPERATOR_KEY, eventually, on_both};

on_both!(
    a_key_is_made_with_a_secret_shown_once,
    keys_are_listed_without_secrets,
    a_revoked_key_stops_working_at_once,
    an_expired_key_stops_working,
    an_unknown_key_is_not_found,
    only_an_operator_makes_sees_and_revokes_operators,
    a_bad_key_request_is_refused,
    no_table_holds_a_secret,
    the_first_start_makes_the_operators_key,
);

async fn a_key_is_made_with_a_secret_shown_once(book: &Book) {
    let body = json!({"name": "shop", "role": "writer", "expires_at": "2090-01-01T00:00:00Z"});
    let made = book.post("/keys", &body).await.expect(201);
    let secret = made.text("secret").to_owned();
    assert!(
        secret.starts_with("dbk_") && secret.len() >= 24,
        "a guessable secret: {} characters",
        secret.len()
    );
    assert!(secret.starts_with(made.text("prefix")) && made.text("prefix").len() < secret.len() / 2);
    let expected = json!({
        "name": "shop", "role": "writer", "ledger": "main", "expires_at": "2090-01-01T00:00:00.000000Z", "revoked_at": null,
    });
    for (member, value) in expected.as_object().expect("an object") {
        assert_eq!(made.body.get(member), Some(value), "{member}");
    }
    assert!(made.body["created_at"].is_string() && made.body["id"].is_string());
    let _ = book.with_key(&secret).create(&credit("ada", "20.00")).await;
    let endless = book
        .post("/keys", &json!({"name": "endless", "role": "reader"}))
        .await
        .expect(201);
    assert_eq!(endless.body.get("expires_at"), Some(&Value::Null));
    assert_ne!(endless.text("secret"), secret);
}

async fn keys_are_listed_without_secrets(book: &Book) {
    let made = book
        .post("/keys", &json!({"name": "shop", "role": "writer"}))
        .await
        .expect(201);
    let listed = book.get("/keys").await.expect(200);
    let row = listed
        .rows()
        .iter()
        .find(|row| row["id"] == made.body["id"])
        .expect("the new key is listed");
    assert!(row["secret"].is_null());
    for member in [
        "id",
        "name",
        "role",
        "ledger",
        "prefix",
        "created_at",
        "expires_at",
        "revoked_at",
    ] {
        assert_eq!(row.get(member), made.body.get(member), "{member}");
    }
    assert!(!listed.text.contains(made.text("secret")));
    let first = book.get("/keys?limit=1").await.expect(200);
    let cursor = first.next_cursor().expect("the operator's key and the new one");
    let rest = book.get(&format!("/keys?limit=200&cursor={cursor}")).await.expect(200);
    assert_eq!(1 + rest.rows().len(), listed.rows().len());
}

async fn a_revoked_key_stops_working_at_once(book: &Book) {
    let made = book
        .post("/keys", &json!({"name": "shop", "role": "writer"}))
        .await
        .expect(201);
    let shop = book.with_key(made.text("secret"));
    let _ = shop.create(&credit("ada", "20.00")).await;
    let path = format!("/keys/{}", made.id());
    let gone = book.delete(&path).await.expect(204);
    assert_eq!(gone.text, "");
    let _ = shop.get("/users").await.problem("unauthenticated", 401);
    let _ = book
        .refuses(
            shop.post("/transactions", &credit("ada", "1.00")),
            "unauthenticated",
            401,
        )
        .await;
    let listed = book.get("/keys").await.expect(200);
    let row = listed
        .rows()
        .iter()
        .find(|row| row["id"] == made.body["id"])
        .expect("a revoked key stays listed");
    assert!(row["revoked_at"].is_string());
}

async fn an_expired_key_stops_working(book: &Book) {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970");
    let soon = i64::try_from(now.as_secs() + 4).expect("the present fits");
    let expires_at = chrono::DateTime::from_timestamp(soon, 0)
        .expect("the present is a time")
        .to_rfc3339();
    let made = book
        .post(
            "/keys",
            &json!({"name": "shop", "role": "reader", "expires_at": expires_at}),
        )
        .await
        .expect(201);
    let shop = book.with_key(made.text("secret"));
    let _ = shop.get("/users").await.expect(200);
    let refused = eventually("the key expires", Duration::from_secs(20), async || {
        let answer = shop.get("/users").await;
        (answer.status != 200).then_some(answer)
    });
    let _ = refused.await.problem("unauthenticated", 401);
}

async fn an_unknown_key_is_not_found(book: &Book) {
    let made = book
        .post("/keys", &json!({"name": "shop", "role": "writer"}))
        .await
        .expect(201);
    let mut unknown = made.id();
    let last = if unknown.ends_with('0') { '1' } else { '0' };
    let _ = unknown.pop();
    unknown.push(last);
    let _ = book
        .refuses(book.delete(&format!("/keys/{unknown}")), "key_not_found", 404)
        .await;
    let _ = book
        .refuses(book.delete("/keys/no%20id"), "malformed_request", 400)
        .await
        .malformed("id");
}

async fn only_an_operator_makes_sees_and_revokes_operators(book: &Book) {
    let admin = book.key("admin").await;
    let operator = book
        .post("/keys", &json!({"name": "second", "role": "operator"}))
        .await
        .expect(201);
    let _ = book.with_key(operator.text("secret")).get("/keys").await.expect(200);

    let make = admin.post("/keys", &json!({"name": "mine", "role": "operator"}));
    let _ = book.refuses(make, "forbidden", 403).await;
    let seen = admin.get("/keys").await.expect(200);
    assert!(seen.rows().iter().all(|row| row["role"] != "operator"), "{}", seen.text);
    let _ = book
        .refuses(admin.delete(&format!("/keys/{}", operator.id())), "key_not_found", 404)
        .await;

    let of_admin = admin
        .post("/keys", &json!({"name": "shop", "role": "writer"}))
        .await
        .expect(201);
    let _ = admin.delete(&format!("/keys/{}", of_admin.id())).await.expect(204);
    let _ = book.delete(&format!("/keys/{}", operator.id())).await.expect(204);
    let _ = book
        .with_key(operator.text("secret"))
        .get("/keys")
        .await
        .problem("unauthenticated", 401);
}

async fn a_bad_key_request_is_refused(book: &Book) {
    let cases = [
        (json!({}), vec!["name", "role"]),
        (json!({"name": "", "role": "reader"}), vec!["name"]),
        (json!({"name": 7, "role": "king"}), vec!["name", "role"]),
        (
            json!({"name": "a", "role": "reader", "expires_at": "never"}),
            vec!["expires_at"],
        ),
        (
            json!({"name": "a", "role": "reader", "expires_at": "2090-01-01T00:00:00"}),
            vec!["expires_at"],
        ),
        (
            json!({"name": "a", "role": "reader", "secret": "dbk_mine"}),
            vec!["secret"],
        ),
        (json!({"name": "\u{0}", "role": "reader"}), vec!["name"]),
    ];
    for (body, fields) in cases {
        let refused = book.refuses(book.post("/keys", &body), "validation_failed", 422).await;
        let _ = refused.invalid_fields(&fields);
    }
}

async fn no_table_holds_a_secret(book: &Book) {
    let made = book
        .post("/keys", &json!({"name": "shop", "role": "writer"}))
        .await
        .expect(201);
    let rows = format!("{:?}", book.database().snapshot().await);
    assert!(rows.contains(made.text("prefix")), "the key is in the database");
    for secret in [made.text("secret"), OPERATOR_KEY] {
        assert!(!rows.contains(secret), "a secret lies in the database as it is");
    }
}

async fn the_first_start_makes_the_operators_key(book: &Book) {
    let fresh = book.on_empty_database(|_| ()).await;
    let listed = fresh.get("/keys").await.expect(200);
    assert_eq!(listed.column("role"), ["operator"]);
    assert_eq!(listed.column("ledger"), ["main"]);
    let _ = fresh.create(&credit("ada", "20.00")).await;
    let again = fresh.restarted().await;
    assert_eq!(again.get("/keys").await.expect(200).body, listed.body);
    assert_eq!(again.balance_of("ada").await, "20.00");
}
