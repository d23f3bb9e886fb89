//! `Idempotency-Key`: section 1 of the contract.

mod identity;

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Answer, Book, on_both};

on_both!(
    posting_twice_with_one_key_answers_the_first_result,
    every_writing_method_replays,
    a_replay_ignores_what_happened_since,
    a_refused_request_may_be_sent_again_with_its_key,
    a_request_that_changed_nothing_is_remembered_too,
    revoking_what_is_revoked_is_remembered_too,
    a_secret_is_not_replayed,
);

fn assert_replays(replay: &Answer, original: &Answer) {
    assert!(!original.is_replay(), "{} was the first", original.request);
    assert!(
        replay.is_replay(),
        "{} was not replayed: {}",
        replay.request,
        replay.text
    );
    assert_eq!(replay.status, original.status);
    assert_eq!(replay.body, original.body);
    assert_eq!(replay.position(), original.position());
}

async fn posting_twice_with_one_key_answers_the_first_result(book: &Book) {
    let body = with(
        credit("ada", "20.00"),
        json!({"full_name": "Ada", "metadata": {"a": "1"}}),
    );
    let first = book.post("/transactions", &body).key("k-1").await.expect(201);
    for _ in 0..3 {
        let again = book
            .leaves_no_trace(async || book.post("/transactions", &body).key("k-1").await)
            .await;
        assert_replays(&again, &first);
    }
    assert_eq!(book.balance_of("ada").await, "20.00");
    let other = book.post("/transactions", &body).key("k-2").await.expect(201);
    assert_ne!(other.id(), first.id());
}

async fn every_writing_method_replays(book: &Book) {
    let transaction = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let account = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    let account = format!("/accounts/{account}");
    let shop = book.post("/keys", &json!({"name": "shop", "role": "reader"})).await;
    let requests = [
        book.put("/users/bob", &json!({"full_name": "Bob"})),
        book.put("/users/bob", &json!({"full_name": "Robert"})),
        book.patch("/users/bob", &json!({"email": "bob@example.org"})),
        book.post(
            "/accounts",
            &json!({"user_id": "bob", "name": "savings", "currency": "USD"}),
        ),
        book.patch(&account, &json!({"metadata": {"a": "1"}})),
        book.patch(&transaction, &json!({"amount": "30.00", "reason": "more"})),
        book.delete(&format!("{transaction}?reason=gone")),
        book.post(&format!("{transaction}/restore"), &json!({"reason": "back"})),
        book.post("/transactions", &credit("bob", "1.00")),
        book.delete(&format!("/keys/{}", shop.expect(201).id())),
    ];
    let mut originals = Vec::new();
    for (number, request) in requests.iter().enumerate() {
        let original = request.clone().key(&format!("k-{number}")).await;
        assert!(
            matches!(original.status, 200 | 201 | 204),
            "{} was answered {}",
            original.request,
            original.text
        );
        originals.push(original);
    }
    for (number, (request, original)) in requests.into_iter().zip(originals).enumerate() {
        let replay = book
            .leaves_no_trace(async || request.key(&format!("k-{number}")).await)
            .await;
        assert_replays(&replay, &original);
    }
}

async fn a_replay_ignores_what_happened_since(book: &Book) {
    let body = credit("ada", "20.00");
    let first = book.post("/transactions", &body).key("k").await.expect(201);
    let path = format!("/transactions/{}", first.id());
    let _ = book.patch(&path, &json!({"amount": "30.00"})).await.expect(200);
    assert_replays(&book.post("/transactions", &body).key("k").await, &first);
    let _ = book.delete(&path).await.expect(200);
    assert_replays(&book.post("/transactions", &body).key("k").await, &first);
    let _ = book
        .patch(
            &format!("/accounts/{}", first.text("destination_account_id")),
            &json!({"status": "closed"}),
        )
        .await
        .expect(200);
    assert_replays(&book.post("/transactions", &body).key("k").await, &first);
    assert_eq!(book.get(&path).await.expect(200).body["status"], "voided");

    let patch = json!({"full_name": "Ada L"});
    let patched = book.patch("/users/ada", &patch).key("p").if_match(1).await.expect(200);
    let _ = book
        .patch("/users/ada", &json!({"full_name": "Ada K"}))
        .await
        .expect(200);
    assert_replays(&book.patch("/users/ada", &patch).key("p").if_match(1).await, &patched);
}

async fn a_refused_request_may_be_sent_again_with_its_key(book: &Book) {
    let account = book
        .create(&credit("ada", "20.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let _ = book
        .patch(&format!("/accounts/{account}"), &json!({"minimum_balance": "0"}))
        .await
        .expect(200);
    let request = || book.post("/transactions", &debit("ada", "25.00")).key("k");
    let _ = book.refuses(request(), "insufficient_funds", 422).await;
    let _ = book.refuses(request(), "insufficient_funds", 422).await;
    let _ = book.create(&credit("ada", "5.00")).await;
    let made = request().await.expect(201);
    assert_replays(&request().await, &made);
    let _ = book
        .refuses(
            book.post("/transactions", &credit("ada", "0")).key("v"),
            "validation_failed",
            422,
        )
        .await;
    let _ = book
        .post("/transactions", &credit("ada", "1.00"))
        .key("v")
        .await
        .expect(201);
}

async fn a_request_that_changed_nothing_is_remembered_too(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", made.id());
    let head = book.create(&credit("bob", "1.00")).await.position();
    let same = book
        .patch(&path, &json!({"amount": "20.00"}))
        .key("k")
        .await
        .expect(200);
    assert_eq!(same.version(), 1);
    assert_eq!(same.position(), head);
    let _ = book.patch(&path, &json!({"amount": "30.00"})).await.expect(200);
    let replay = book
        .patch(&path, &json!({"amount": "20.00"}))
        .key("k")
        .await
        .expect(200);
    assert_replays(&replay, &same);
    assert_eq!(replay.body, made.body);
    assert_eq!(book.balance_of("ada").await, "30.00");
}

async fn revoking_what_is_revoked_is_remembered_too(book: &Book) {
    let made = book
        .post("/keys", &json!({"name": "shop", "role": "reader"}))
        .await
        .expect(201);
    let path = format!("/keys/{}", made.id());
    let first = book.delete(&path).key("one").await.expect(204);
    let head = book.create(&credit("bob", "1.00")).await.position();
    let second = book.delete(&path).key("two").await.expect(204);
    assert!(!second.is_replay(), "another key is another request");
    assert_eq!(second.position(), head, "nothing changed");
    let _ = book.create(&credit("bob", "1.00")).await;
    for (key, original) in [("one", &first), ("two", &second)] {
        let again = book.leaves_no_trace(async || book.delete(&path).key(key).await).await;
        assert_replays(&again, original);
        let other = book
            .post("/accounts", &json!({"name": "fees", "currency": "USD"}))
            .key(key);
        let refused = book.refuses(other, "idempotency_key_reused", 422).await;
        assert_eq!(refused.text("resource_id"), made.id(), "{key}");
    }
    book.database().verify().await;
}

async fn a_secret_is_not_replayed(book: &Book) {
    let request = || book.post("/keys", &json!({"name": "shop", "role": "writer"})).key("k");
    let made = request().await.expect(201);
    assert!(made.body["secret"].is_string());
    let again = request().await.expect(201);
    assert!(again.is_replay());
    assert_eq!(again.body.get("secret"), Some(&Value::Null));
    assert_eq!(again.id(), made.id());
    assert_eq!(again.body["prefix"], made.body["prefix"]);
}
