//! `DELETE /users/{id}`: section 21 of the contract.

mod races;
mod story;

use serde_json::{Value, json};
use tests::accounting::assert_zero_sum;
use tests::body::{credit, debit, transfer, with};
use tests::{Book, on_both};

use story::{PERSONAL, Story, TEXT, blank};

on_both!(
    an_erased_user_is_answered_without_anything_personal,
    an_erasure_is_understood_before_it_is_carried_out,
    an_erasure_is_asked_for_by_admins_and_rehearsed_without_a_trace,
    a_second_erasure_finds_nobody_and_a_repeated_one_is_replayed,
    nothing_personal_is_left_in_any_row,
    without_texts_those_of_transactions_stay,
    earlier_requests_are_replayed_without_what_was_erased,
    reads_and_figures_go_on_after_an_erasure,
    past_versions_and_revisions_are_shown_without_what_was_erased,
    writes_that_name_an_erased_user_find_nobody,
    money_can_leave_and_transactions_can_change_after_an_erasure,
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

async fn reads_and_figures_go_on_after_an_erasure(book: &Book) {
    let story = Story::told(book).await;
    let [main, savings] = &story.accounts;
    let mut paths = vec![
        "/users?q=zq".to_owned(),
        "/users/zq/balances".to_owned(),
        "/users/zq/transactions?limit=200".to_owned(),
        "/users/zq/stats?interval=day".to_owned(),
        "/users/zq/limits".to_owned(),
        "/transactions?user_id=zq&limit=200".to_owned(),
        "/transactions?q=r-1".to_owned(),
        "/transactions/export?format=ndjson&user_id=bob".to_owned(),
        "/stats".to_owned(),
        format!("/accounts/{main}/statement?from=2000-01-01&to=2100-01-01"),
        format!(
            "/accounts/{}/statement?from=2000-01-01&to=2100-01-01",
            story.account_of_bob
        ),
    ];
    for account in [main, savings] {
        for rest in ["", "/entries", "/balance"] {
            paths.push(format!("/accounts/{account}{rest}"));
        }
    }
    let mut before = Vec::new();
    for path in &paths {
        before.push(book.get(path).await.expect(200));
    }
    let erased = book.delete("/users/zq?texts=true").await.expect(200);
    for (path, before) in paths.iter().zip(before) {
        let after = book.get(path).await.expect(200);
        assert!(!after.text.to_lowercase().contains(TEXT), "{path}: {}", after.text);
        let mut expected = before.body;
        blank(&mut expected, true);
        if path.starts_with("/users?") {
            expected["data"][0] = erased.body.clone();
        }
        if path.contains("/statement") {
            let lines = expected["lines"].as_array_mut().expect("lines");
            lines.iter_mut().for_each(|line| line["description"] = Value::Null);
        }
        if !path.contains("export") && !path.contains(&story.account_of_bob) {
            assert_eq!(after.body, expected, "{path}");
        }
    }
    assert_eq!(book.get("/transactions?q=wortle").await.expect(200).rows().len(), 0);
    assert_zero_sum(book).await;
}

async fn past_versions_and_revisions_are_shown_without_what_was_erased(book: &Book) {
    let story = Story::told(book).await;
    let mut before = Vec::new();
    for id in &story.transactions {
        before.push(book.walk(&format!("/transactions/{id}/revisions"), 200).await);
    }
    let _ = book.delete("/users/zq?texts=true").await.expect(200);
    for (id, before) in story.transactions.iter().zip(before) {
        let after = book.walk(&format!("/transactions/{id}/revisions"), 200).await;
        assert_eq!(after.len(), before.len());
        for (mut expected, revision) in before.into_iter().zip(after) {
            blank(&mut expected, true);
            assert_eq!(revision["transaction"], expected["transaction"]);
            assert_eq!(revision["reason"], Value::Null);
            assert_eq!(revision["actor"], expected["actor"]);
            let version = &revision["version"];
            let shown = book
                .get(&format!("/transactions/{id}?version={version}"))
                .await
                .expect(200);
            assert_eq!(shown.body, revision["transaction"]);
        }
    }
}

async fn writes_that_name_an_erased_user_find_nobody(book: &Book) {
    let _ = book.create(&credit("zq", "20.00")).await;
    let _ = book.delete("/users/zq").await.expect(200);
    let user = json!({"full_name": "Zora Quimby"});
    let limit = json!({
        "name": "n", "scope": {"user_id": "zq"}, "direction": "debit", "window": "day", "max_amount": "1.00",
    });
    let euros = with(credit("zq", "1.00"), json!({"currency": "EUR", "full_name": "Quimby"}));
    let pending = with(debit("zq", "1.00"), json!({"status": "pending"}));
    let requests = [
        book.put("/users/zq", &user),
        book.put("/users/zq", &user).header("If-None-Match", "*"),
        book.put("/users/zq?dry_run=true", &user),
        book.patch("/users/zq", &user),
        book.patch("/users/zq", &json!({"time_zone": "Africa/Accra"})),
        book.post(
            "/accounts",
            &json!({"user_id": "zq", "name": "savings", "currency": "USD"}),
        ),
        book.post("/limits", &limit),
        book.post("/transactions", &credit("zq", "1.00")),
        book.post("/transactions", &debit("zq", "1.00")),
        book.post("/transactions", &euros),
        book.post("/transactions", &pending),
        book.post("/transactions?dry_run=true", &credit("zq", "1.00")),
        book.post(
            "/transactions",
            &with(credit("zq", "1.00"), json!({"account": "savings"})),
        ),
    ];
    for request in requests {
        let _ = book.refuses(request, "user_not_found", 404).await;
    }
    let body = json!({"atomic": true, "transactions": [credit("bob", "1.00"), credit("zq", "1.00")]});
    let list = book
        .refuses(book.post("/transactions/batch", &body), "user_not_found", 404)
        .await;
    assert_eq!(list.body["index"], 1);
    assert_gone(book, &[PERSONAL]).await;
    book.database().verify().await;
}

async fn money_can_leave_and_transactions_can_change_after_an_erasure(book: &Book) {
    let story = Story::told(book).await;
    let _ = book.delete("/users/zq?texts=true").await.expect(200);
    let [main, _] = &story.accounts;
    let _ = book.create(&transfer(main, &story.account_of_bob, "10.00")).await;
    let salary = format!("/transactions/{}", story.transactions[0]);
    let edited = book.patch(&salary, &json!({"amount": "95.00"})).await.expect(200);
    assert_eq!(edited.body["description"], Value::Null);
    assert_eq!(edited.body["metadata"], json!({}));
    let item = story.transactions.last().expect("there are some");
    let _ = book
        .post(&format!("/transactions/{item}/refund"), &json!({"amount": "0.50"}))
        .await
        .expect(201);
    let transferred = format!("/transactions/{}", story.transactions[1]);
    let _ = book.delete(&transferred).await.expect(200);
    let _ = book
        .post(&format!("{transferred}/restore"), &json!({}))
        .await
        .expect(200);
    let _ = book
        .patch(&format!("/accounts/{main}"), &json!({"status": "frozen"}))
        .await
        .expect(200);
    assert_gone(book, &[PERSONAL, TEXT]).await;
    book.database().verify().await;
    // Who writes a text into one of its transactions afterwards has it kept.
    let again = book
        .patch(&salary, &json!({"description": "a new text"}))
        .await
        .expect(200);
    assert_eq!(again.body["description"], "a new text");
    assert_eq!(book.get(&salary).await.expect(200).body["description"], "a new text");
    book.database().verify().await;
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
