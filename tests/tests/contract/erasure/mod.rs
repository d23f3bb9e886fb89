//! `DELETE /users/{id}`: section 21 of the contract.

mod afterwards;
mod races;
mod story;

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::{Book, on_both};

use story::{PERSONAL, Story, TEXT};

on_both!(
    an_erased_user_is_answered_without_anything_personal,
    an_erasure_is_understood_before_it_is_carried_out,
    an_erasure_is_asked_for_by_admins_and_rehearsed_without_a_trace,
    a_second_erasure_finds_nobody_and_a_repeated_one_is_replayed,
    nothing_personal_is_left_in_any_row,
    without_texts_those_of_transactions_stay,
    earlier_requests_are_replayed_without_what_was_erased,
    a_user_who_was_made_by_a_transaction_is_erased,
);

/// The rows that have something of the words, of which there must be none.
async fn assert_gone(book: &Book, words: &[&str]) {
    let snapshot = book.database().snapshot().await;
    for word in words {
        assert_eq!(snapshot.rows_with(word), Vec::<String>::new(), "{word}");
    }
}

async fn an_erased_user_is_answered_without_anything_personal(book: &Book) {
    let made =
        json!({"full_name": "Ada", "email": "a@example.org", "time_zone": "Africa/Accra", "metadata": {"a": "b"}});
    let made = book.put("/users/ada", &made).await.expect(201);
    let erased = book.delete("/users/ada").if_match(1).await.expect(200);
    let expected = json!({
        "id": "ada", "full_name": null, "email": null, "time_zone": "Africa/Accra", "metadata": null, "version": 2,
        "created_at": made.body["created_at"], "updated_at": erased.body["updated_at"],
        "erased_at": erased.body["updated_at"],
    });
    assert_eq!(erased.body, expected);
    assert_eq!(erased.header("etag"), "\"2\"");
    assert_eq!(erased.position(), made.position() + 1);
    assert_eq!(book.get("/users/ada").await.expect(200).body, expected);
    assert_eq!(book.get("/users").await.expect(200).rows(), [expected]);
    assert_eq!(book.get("/users?q=example").await.expect(200).rows().len(), 0);
    assert_eq!(made.body.get("erased_at"), None);
    book.database().verify().await;
}

async fn an_erasure_is_understood_before_it_is_carried_out(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    for query in [
        "texts=maybe",
        "texts=",
        "texts=true&texts=true",
        "reason=none",
        "dry_run=1",
    ] {
        let parameter = query.split('=').next().expect("a name");
        let request = book.delete(&format!("/users/ada?{query}"));
        let _ = book
            .refuses(request, "malformed_request", 400)
            .await
            .malformed(parameter);
    }
    let request = book.delete("/users/ada").if_match(7);
    assert_eq!(
        book.refuses(request, "version_mismatch", 412).await.body["current_version"],
        1
    );
    let _ = book.refuses(book.delete("/users/eve"), "user_not_found", 404).await;
    let absent = book.delete("/users/ada").header("If-None-Match", "*");
    let _ = book.refuses(absent, "version_mismatch", 412).await;
    let _ = book.delete("/users/ada").header("If-Match", "*").await.expect(200);
}

async fn an_erasure_is_asked_for_by_admins_and_rehearsed_without_a_trace(book: &Book) {
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    for role in ["reader", "writer"] {
        let client = book.key(role).await;
        let _ = book.refuses(client.delete("/users/ada"), "forbidden", 403).await;
    }
    let admin = book.key("admin").await;
    let rehearsed = book
        .leaves_no_trace(async || {
            admin
                .delete("/users/ada?texts=true&dry_run=true")
                .key("k")
                .await
                .expect(200)
        })
        .await;
    assert_eq!(rehearsed.header("daybook-dry-run"), "true");
    assert_eq!(rehearsed.body["full_name"], Value::Null);
    assert_eq!(rehearsed.maybe_header("daybook-position"), None);
    assert_eq!(book.get("/users/ada").await.expect(200).body["full_name"], "Ada");
    let erased = admin.delete("/users/ada?texts=true").key("k").await.expect(200);
    assert!(!erased.is_replay());
}

async fn a_second_erasure_finds_nobody_and_a_repeated_one_is_replayed(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let first = book.delete("/users/ada").key("k").await.expect(200);
    let replay = book.delete("/users/ada").key("k").await.expect(200);
    assert!(replay.is_replay());
    assert_eq!(replay.body, first.body);
    assert_eq!(replay.position(), first.position());
    let reused = book.delete("/users/ada?texts=true").key("k");
    let _ = book.refuses(reused, "idempotency_key_reused", 422).await;
    for path in ["/users/ada", "/users/ada?texts=true", "/users/ada?dry_run=true"] {
        let _ = book.refuses(book.delete(path), "user_not_found", 404).await;
        // Existence comes before the caller's precondition.
        let _ = book.refuses(book.delete(path).if_match(1), "user_not_found", 404).await;
    }
}

async fn nothing_personal_is_left_in_any_row(book: &Book) {
    let _story = Story::told(book).await;
    book.database().verify().await;
    let _ = book.delete("/users/zq?texts=true").await.expect(200);
    assert_gone(book, &[PERSONAL, TEXT]).await;
    book.database().verify().await;
    // What was never the user's is as it was.
    let bob = book.get("/users/bob").await.expect(200);
    assert_eq!(bob.body["email"], "bob@example.org");
    assert_eq!(bob.body["metadata"], json!({"tier": "gold"}));
    let salary = book.get("/transactions?reference=r-1").await.expect(200);
    assert_eq!(salary.rows()[0]["category"], "salary");
    let limits = book.get("/limits?user_id=zq").await.expect(200);
    assert_eq!(limits.rows()[0]["name"], "Pocket money");
}

async fn without_texts_those_of_transactions_stay(book: &Book) {
    let story = Story::told(book).await;
    let before = book.walk("/transactions?status=posted,voided,captured", 50).await;
    let _ = book.delete("/users/zq").await.expect(200);
    assert_gone(book, &[PERSONAL]).await;
    assert_eq!(
        book.walk("/transactions?status=posted,voided,captured", 50).await,
        before
    );
    story.assert_replayed(false).await;
    book.database().verify().await;
}

async fn earlier_requests_are_replayed_without_what_was_erased(book: &Book) {
    let story = Story::told(book).await;
    let unchanged = book.database().snapshot().await;
    let _ = book.delete("/users/zq?texts=true").await.expect(200);
    story.assert_replayed(true).await;
    assert_gone(book, &[PERSONAL, TEXT]).await;
    let keys = |snapshot: &tests::Snapshot| snapshot.row_counts()["idempotency_keys"];
    assert_eq!(
        keys(&book.database().snapshot().await),
        keys(&unchanged),
        "all of them were replays"
    );
}

async fn a_user_who_was_made_by_a_transaction_is_erased(book: &Book) {
    let body = with(
        credit("zq", "20.00"),
        json!({"full_name": "Zora Quimby", "description": "a wortle"}),
    );
    let made = book.create(&body).await;
    let erased = book.delete("/users/zq?texts=true").await.expect(200);
    assert_eq!(erased.version(), 2);
    assert_gone(book, &[PERSONAL, TEXT]).await;
    // A client's copy is by its version still the newest: an erasure is no version of a transaction.
    let shown = book.get(&format!("/transactions/{}", made.id())).await.expect(200);
    assert_eq!(shown.version(), 1);
    assert_eq!(shown.body["description"], Value::Null);
    book.database().verify().await;
}
