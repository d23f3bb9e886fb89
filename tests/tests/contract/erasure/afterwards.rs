//! What can still be read and done once a user is erased.

use serde_json::{Value, json};
use tests::accounting::assert_zero_sum;
use tests::body::{credit, debit, transfer, with};
use tests::{Book, on_both};

use super::assert_gone;
use super::story::{PERSONAL, Story, TEXT, blank};

on_both!(
    reads_and_figures_go_on_after_an_erasure,
    past_versions_and_revisions_are_shown_without_what_was_erased,
    writes_that_name_an_erased_user_find_nobody,
    money_can_leave_and_transactions_can_change_after_an_erasure,
);

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
