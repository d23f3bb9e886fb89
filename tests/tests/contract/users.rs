//! `/users`: section 4 of the contract.

use serde_json::json;
use tests::body::{credit, debit};
use tests::{Book, on_both};

on_both!(
    putting_an_unknown_id_makes_the_user,
    putting_a_known_id_replaces_the_user,
    putting_what_is_there_changes_nothing,
    patching_changes_only_what_is_named,
    patching_what_is_there_changes_nothing,
    patching_an_unknown_user_is_refused,
    a_null_clears_only_what_may_be_absent,
    the_first_transaction_makes_the_user,
    a_full_name_for_a_known_user_is_ignored,
    users_are_listed_by_id_bytewise,
    users_are_searched_by_id_name_and_e_mail,
    balances_are_given_per_currency,
    everything_below_an_unknown_user_is_not_found,
);

async fn putting_an_unknown_id_makes_the_user(book: &Book) {
    let whole = json!({
        "full_name": "Ada Lovelace",
        "email": "ada@example.org",
        "time_zone": "Europe/London",
        "metadata": {"tier": "gold"},
    });
    let made = book.put("/users/ada", &whole).await.expect(201);
    assert_eq!(made.version(), 1);
    assert_eq!(made.body["id"], "ada");
    for (member, value) in whole.as_object().expect("an object") {
        assert_eq!(&made.body[member], value);
    }
    assert_eq!(made.body["created_at"], made.body["updated_at"]);

    let least = book.put("/users/bob", &json!({"full_name": "Bob"})).await.expect(201);
    assert!(least.body["email"].is_null());
    assert_eq!(least.body["time_zone"], "UTC");
    assert_eq!(least.body["metadata"], json!({}));
    assert_eq!(book.get("/users/bob").await.expect(200).body, least.body);
}

async fn putting_a_known_id_replaces_the_user(book: &Book) {
    let first =
        json!({"full_name": "Ada", "email": "ada@example.org", "time_zone": "Africa/Accra", "metadata": {"a": "1"}});
    let made = book.put("/users/ada", &first).await.expect(201);
    let replaced = book
        .put("/users/ada", &json!({"full_name": "Ada King", "metadata": {"b": "2"}}))
        .await
        .expect(200);
    assert_eq!(replaced.version(), 2);
    assert_eq!(replaced.body["full_name"], "Ada King");
    assert!(replaced.body["email"].is_null());
    assert_eq!(replaced.body["time_zone"], "UTC");
    assert_eq!(replaced.body["metadata"], json!({"b": "2"}));
    assert_eq!(replaced.body["created_at"], made.body["created_at"]);
    assert!(replaced.text("updated_at") > made.text("updated_at"));
    assert!(replaced.position() > made.position());
}

async fn putting_what_is_there_changes_nothing(book: &Book) {
    let body = json!({"full_name": "Ada", "time_zone": "UTC"});
    let made = book.put("/users/ada", &body).await.expect(201);
    let head = book.create(&credit("bob", "1.00")).await.position();
    let again = book
        .leaves_no_trace(async || book.put("/users/ada", &body).await)
        .await
        .expect(200);
    assert_eq!(again.body, made.body);
    assert_eq!(again.version(), 1);
    assert_eq!(again.position(), head);
}

async fn patching_changes_only_what_is_named(book: &Book) {
    let first = json!({"full_name": "Ada", "email": "ada@example.org", "metadata": {"a": "1", "b": "2"}});
    let made = book.put("/users/ada", &first).await.expect(201);
    let patch = json!({"full_name": "Ada King", "metadata": {"a": null, "c": "3"}});
    let patched = book.patch("/users/ada", &patch).await.expect(200);
    assert_eq!(patched.version(), 2);
    assert_eq!(patched.body["full_name"], "Ada King");
    assert_eq!(patched.body["email"], "ada@example.org");
    assert_eq!(patched.body["time_zone"], made.body["time_zone"]);
    assert_eq!(patched.body["metadata"], json!({"b": "2", "c": "3"}));

    let merge = book
        .patch("/users/ada", &json!({}))
        .body(r#"{"time_zone":"Asia/Tokyo"}"#, "application/merge-patch+json");
    assert_eq!(merge.await.expect(200).body["time_zone"], "Asia/Tokyo");
}

async fn patching_what_is_there_changes_nothing(book: &Book) {
    let made = book
        .put("/users/ada", &json!({"full_name": "Ada", "metadata": {"a": "1"}}))
        .await
        .expect(201);
    let head = book.create(&credit("bob", "1.00")).await.position();
    for patch in [
        json!({}),
        json!({"full_name": "Ada"}),
        json!({"metadata": {"a": "1", "absent": null}}),
    ] {
        let answer = book
            .leaves_no_trace(async || book.patch("/users/ada", &patch).await)
            .await
            .expect(200);
        assert_eq!(answer.body, made.body, "{patch}");
        assert_eq!(answer.position(), head, "{patch}");
    }
}

async fn patching_an_unknown_user_is_refused(book: &Book) {
    let patch = book.patch("/users/nobody", &json!({"full_name": "Nobody"}));
    let _ = book.refuses(patch, "user_not_found", 404).await;
}

async fn a_null_clears_only_what_may_be_absent(book: &Book) {
    let _ = book
        .put("/users/ada", &json!({"full_name": "Ada", "email": "ada@example.org"}))
        .await
        .expect(201);
    let patched = book.patch("/users/ada", &json!({"email": null})).await.expect(200);
    assert!(patched.body["email"].is_null());
    let refused = book
        .refuses(
            book.patch("/users/ada", &json!({"full_name": null})),
            "validation_failed",
            422,
        )
        .await;
    let _ = refused.invalid_fields(&["full_name"]);
}

async fn the_first_transaction_makes_the_user(book: &Book) {
    let mut body = credit("ada", "20.00");
    body["full_name"] = json!("Ada Lovelace");
    let _ = book.create(&body).await;
    let ada = book.get("/users/ada").await.expect(200);
    assert_eq!(ada.body["full_name"], "Ada Lovelace");
    assert_eq!(ada.body["time_zone"], "UTC");
    assert_eq!(ada.version(), 1);

    let _ = book.create(&debit("b.o:b@x-1_2", "1.00")).await;
    assert_eq!(
        book.get("/users/b.o:b@x-1_2").await.expect(200).body["full_name"],
        "b.o:b@x-1_2"
    );
}

async fn a_full_name_for_a_known_user_is_ignored(book: &Book) {
    let made = book.put("/users/ada", &json!({"full_name": "Ada"})).await.expect(201);
    let mut body = credit("ada", "20.00");
    body["full_name"] = json!("Somebody Else");
    let _ = book.create(&body).await;
    assert_eq!(book.get("/users/ada").await.expect(200).body, made.body);
}

async fn users_are_listed_by_id_bytewise(book: &Book) {
    assert_eq!(
        book.get("/users").await.expect(200).body,
        json!({"data": [], "next_cursor": null})
    );
    let ids = ["b", "B", "a-1", "a1", "A", "_", "a.1", "10", "9", "a:1", "a@1"];
    for id in ids {
        let _ = book
            .put(&format!("/users/{id}"), &json!({"full_name": "Same"}))
            .await
            .expect(201);
    }
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    let all = book.get("/users").await.expect(200);
    assert_eq!(all.column("id"), sorted);
    assert!(all.next_cursor().is_none());

    for limit in [1, 2, 3, 200] {
        assert_eq!(book.walk("/users", limit).await, all.rows(), "limit={limit}");
    }
}

async fn users_are_searched_by_id_name_and_e_mail(book: &Book) {
    let users = [
        ("u-1", json!({"full_name": "Ada Lovelace", "email": "ada@example.org"})),
        (
            "u-2",
            json!({"full_name": "Grace Hopper", "email": "grace@navy.example"}),
        ),
        ("lovelace", json!({"full_name": "Nobody 100%"})),
    ];
    for (id, body) in &users {
        let _ = book.put(&format!("/users/{id}"), body).await.expect(201);
    }
    let cases: [(&str, &[&str]); 6] = [
        ("ovelace", &["lovelace", "u-1"]),
        ("Grace", &["u-2"]),
        ("navy.example", &["u-2"]),
        ("u-", &["u-1", "u-2"]),
        ("%25", &["lovelace"]),
        ("xyz", &[]),
    ];
    for (words, expected) in cases {
        let found = book.get(&format!("/users?q={words}")).await.expect(200);
        assert_eq!(found.column("id"), expected, "q={words}");
    }
}

async fn balances_are_given_per_currency(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    assert_eq!(book.get("/users/ada/balances").await.expect(200).rows().len(), 0);
    for (currency, amount) in [("USD", "20.50"), ("JPY", "300"), ("BHD", "1.234")] {
        let mut body = credit("ada", amount);
        body["currency"] = json!(currency);
        let _ = book.create(&body).await;
    }
    let savings = json!({"user_id": "ada", "name": "savings", "currency": "USD"});
    let _ = book.open_account(&savings).await;
    let mut body = credit("ada", "4.50");
    body["account"] = json!("savings");
    let _ = book.create(&body).await;

    let balances = book.get("/users/ada/balances").await.expect(200);
    assert_eq!(balances.column("currency"), ["BHD", "JPY", "USD"]);
    assert_eq!(balances.column("balance"), ["1.234", "300", "25.00"]);
    assert_eq!(balances.column("available"), ["1.234", "300", "25.00"]);
    assert_eq!(balances.column("held_out"), ["0.000", "0", "0.00"]);
    assert_eq!(balances.column("held_in"), ["0.000", "0", "0.00"]);
    let accounts = balances.rows()[2]["accounts"]
        .as_array()
        .expect("the accounts are listed");
    let mut names: Vec<_> = accounts.iter().map(|account| account["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, [Some("main"), Some("savings")]);
}

async fn everything_below_an_unknown_user_is_not_found(book: &Book) {
    for path in ["", "/balances", "/transactions", "/stats"] {
        let _ = book
            .get(&format!("/users/nobody{path}"))
            .await
            .problem("user_not_found", 404);
    }
}
