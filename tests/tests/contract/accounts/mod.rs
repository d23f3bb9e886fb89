//! `/accounts`: how they are used, read and listed; section 5 of the contract.

mod create;
mod patch;
mod races;

use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Book, on_both};

on_both!(
    the_first_posting_makes_main_and_world,
    world_can_be_neither_posted_nor_patched,
    another_account_must_exist_before_it_is_used,
    accounts_are_listed_newest_first_and_filtered,
    a_posting_raises_the_version_of_both_accounts,
    an_unknown_account_is_not_found,
);

async fn the_first_posting_makes_main_and_world(book: &Book) {
    let made = book.create(&credit("ada", "20.5")).await;
    let main = book
        .get(&format!("/accounts/{}", made.text("destination_account_id")))
        .await
        .expect(200);
    let expected = json!({
        "user_id": "ada", "name": "main", "kind": "user", "currency": "USD", "balance": "20.50", "available": "20.50",
        "minimum_balance": null, "status": "open",
    });
    for (member, value) in expected.as_object().expect("an object") {
        assert_eq!(&main.body[member], value, "{member}");
    }
    let world = book
        .get(&format!("/accounts/{}", made.text("source_account_id")))
        .await
        .expect(200);
    assert_eq!(world.body["name"], "world");
    assert_eq!(world.body["kind"], "system");
    assert!(world.body["user_id"].is_null());
    assert_eq!(world.body["balance"], "-20.50");
    assert!(world.body["minimum_balance"].is_null());
}

async fn world_can_be_neither_posted_nor_patched(book: &Book) {
    let post = book.post("/accounts", &json!({"name": "world", "currency": "USD"}));
    let refused = book.refuses(post, "account_exists", 409).await;
    assert_eq!(refused.body.get("resource_id"), Some(&Value::Null), "there is none yet");
    let world = book
        .create(&credit("ada", "20.00"))
        .await
        .text("source_account_id")
        .to_owned();
    let post = book.post("/accounts", &json!({"name": "world", "currency": "USD"}));
    let refused = book.refuses(post, "account_exists", 409).await;
    assert_eq!(refused.text("resource_id"), world);

    let patches = [
        json!({"minimum_balance": "-100.00"}),
        json!({"status": "frozen"}),
        json!({"metadata": {"a": "b"}}),
    ];
    for patch in patches {
        let refused = book
            .refuses(
                book.patch(&format!("/accounts/{world}"), &patch),
                "validation_failed",
                422,
            )
            .await;
        assert!(
            refused.errors().iter().all(|error| error["code"] == "not_allowed"),
            "{patch}: {}",
            refused.text
        );
    }
}

async fn another_account_must_exist_before_it_is_used(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let body = with(credit("ada", "1.00"), json!({"account": "savings"}));
    let _ = book
        .refuses(book.post("/transactions", &body), "account_not_found", 404)
        .await;
    let _ = book
        .open_account(&json!({"user_id": "ada", "name": "savings", "currency": "EUR"}))
        .await;
    let _ = book
        .refuses(book.post("/transactions", &body), "account_not_found", 404)
        .await;
    let in_euro = with(body, json!({"currency": "EUR"}));
    assert_eq!(book.create(&in_euro).await.body["currency"], "EUR");
}

async fn accounts_are_listed_newest_first_and_filtered(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let fees = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let euro = book
        .open_account(&json!({"user_id": "ada", "name": "main", "currency": "EUR"}))
        .await;
    let usd = book
        .open_account(&json!({"user_id": "ada", "name": "main", "currency": "USD"}))
        .await;
    let _ = book
        .patch(&format!("/accounts/{euro}"), &json!({"status": "frozen"}))
        .await
        .expect(200);
    let cases: [(&str, Vec<&str>); 8] = [
        ("", vec![&usd, &euro, &fees]),
        ("?user_id=ada", vec![&usd, &euro]),
        ("?currency=USD", vec![&usd, &fees]),
        ("?kind=system", vec![&fees]),
        ("?kind=user&currency=EUR", vec![&euro]),
        ("?status=frozen", vec![&euro]),
        ("?status=open&user_id=ada", vec![&usd]),
        ("?user_id=nobody", vec![]),
    ];
    for (query, expected) in cases {
        let found = book.get(&format!("/accounts{query}")).await.expect(200);
        assert_eq!(found.column("id"), expected, "{query}");
    }
    let first = book.get("/accounts?limit=1").await.expect(200);
    let cursor = first.next_cursor().expect("there is more");
    let second = book
        .get(&format!("/accounts?limit=200&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(second.column("id"), [euro, fees]);
    assert!(second.next_cursor().is_none());
}

async fn a_posting_raises_the_version_of_both_accounts(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let ends = [made.text("source_account_id"), made.text("destination_account_id")];
    let mut before = Vec::new();
    for id in ends {
        before.push(book.get(&format!("/accounts/{id}")).await.expect(200).version());
    }
    let _ = book.create(&debit("ada", "5.00")).await;
    for (id, version) in ends.into_iter().zip(before) {
        assert_eq!(
            book.get(&format!("/accounts/{id}")).await.expect(200).version(),
            version + 1
        );
    }
}

async fn an_unknown_account_is_not_found(book: &Book) {
    let real = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let unknown = "01980000-0000-7000-8000-000000000000";
    let _ = book
        .get(&format!("/accounts/{unknown}"))
        .await
        .problem("account_not_found", 404);
    let _ = book
        .get(&format!("/accounts/{unknown}/entries"))
        .await
        .problem("account_not_found", 404);
    let patch = book.patch(&format!("/accounts/{unknown}"), &json!({"status": "frozen"}));
    let _ = book.refuses(patch, "account_not_found", 404).await;
    for body in [transfer(&real, unknown, "1.00"), transfer(unknown, &real, "1.00")] {
        let _ = book
            .refuses(book.post("/transactions", &body), "account_not_found", 404)
            .await;
    }
    for path in [
        "/accounts/7",
        "/accounts/not-an-id/entries",
        "/accounts/01980000-0000-7000-8000-00000000000g",
    ] {
        let _ = book.get(path).await.malformed("id");
    }
    let empty: Value = book.get(&format!("/accounts/{real}/entries")).await.expect(200).body;
    assert_eq!(empty, json!({"data": [], "next_cursor": null}));
}
