//! `POST /users/{id}/tokens`

use serde_json::{Value, json};
use tests::body::credit;
use tests::{Book, on_both};

use super::acting_as;

on_both!(
    a_token_is_made_for_a_user_and_lets_it_in,
    a_token_request_sent_again_answers_without_the_token,
    a_bad_token_request_is_refused,
    a_token_is_made_by_writers_for_users_that_are_there,
    no_table_holds_a_token,
);

async fn a_token_is_made_for_a_user_and_lets_it_in(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    for (expires_in, scope) in [(60, "read"), (86_400, "write")] {
        let body = json!({"expires_in": expires_in, "scope": scope});
        let made = book.post("/users/ada/tokens", &body).await.expect(201);
        assert_eq!((made.text("user_id"), made.text("scope")), ("ada", scope));
        assert_eq!(made.text("token").split('.').count(), 3);
        let seconds = |member: &str| {
            let time = chrono::DateTime::parse_from_rfc3339(made.text(member));
            time.expect("a time").timestamp()
        };
        assert_eq!(seconds("expires_at") - seconds("created_at"), expires_in);
        let me = book.with_key(made.text("token")).get("/users/me").await.expect(200);
        assert_eq!(me.text("id"), "ada");
    }
    book.database().verify().await;
}

async fn a_token_request_sent_again_answers_without_the_token(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let body = json!({"expires_in": 3600, "scope": "read"});
    let ask = || book.post("/users/ada/tokens", &body).key("k");
    let (first, again) = (ask().await.expect(201), ask().await.expect(201));
    assert!(again.is_replay() && first.body["token"].is_string());
    let mut expected = first.body.clone();
    expected["token"] = Value::Null;
    assert_eq!(again.body, expected);
    book.database().verify().await;
}

async fn a_bad_token_request_is_refused(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let post = |body: Value| book.post("/users/ada/tokens", &body);
    for (body, field, code) in [
        (json!({"expires_in": 59, "scope": "read"}), "expires_in", "out_of_range"),
        (
            json!({"expires_in": 86_401, "scope": "read"}),
            "expires_in",
            "out_of_range",
        ),
        (
            json!({"expires_in": -60, "scope": "read"}),
            "expires_in",
            "out_of_range",
        ),
        (
            json!({"expires_in": "60", "scope": "read"}),
            "expires_in",
            "invalid_type",
        ),
        (json!({"scope": "read"}), "expires_in", "required"),
        (json!({"expires_in": 60}), "scope", "required"),
        (json!({"expires_in": 60, "scope": "admin"}), "scope", "invalid_format"),
        (
            json!({"expires_in": 60, "scope": "read", "sub": "eve"}),
            "sub",
            "unknown_field",
        ),
    ] {
        let refused = book.leaves_no_trace(async || post(body).await).await;
        let _ = refused.invalid(&[(field, code)]);
    }
    let good = json!({"expires_in": 60, "scope": "read"});
    let _ = book.post("/users/me/tokens", &good).await.malformed("id");
    let _ = book.refuses(post(good).if_match(1), "malformed_request", 400).await;
}

async fn a_token_is_made_by_writers_for_users_that_are_there(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let body = json!({"expires_in": 60, "scope": "write"});
    let unknown = book.post("/users/nobody/tokens", &body);
    let _ = book.refuses(unknown, "user_not_found", 404).await;
    let reader = book.key("reader").await;
    let _ = book
        .refuses(reader.post("/users/ada/tokens", &body), "forbidden", 403)
        .await;
    let user = acting_as(book, "ada", "write").await;
    for id in ["me", "ada", "eve"] {
        let ask = user.post(&format!("/users/{id}/tokens"), &body);
        let _ = book.refuses(ask, "forbidden", 403).await;
    }
    let _ = book
        .key("writer")
        .await
        .post("/users/ada/tokens", &body)
        .await
        .expect(201);
}

async fn no_table_holds_a_token(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let body = json!({"expires_in": 60, "scope": "write"});
    let made = book.post("/users/ada/tokens", &body).key("k").await.expect(201);
    let parts: Vec<&str> = made.text("token").split('.').collect();
    let stored = format!("{:?}", book.database().snapshot().await);
    assert!(
        stored.contains(made.text("id")),
        "what the snapshot shows is what is stored"
    );
    assert!(!stored.contains(parts[1]) && !stored.contains(parts[2]));
}
