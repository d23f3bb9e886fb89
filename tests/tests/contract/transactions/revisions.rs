//! GET `/transactions/{id}/revisions`: who changed what, when and why.

use serde_json::json;
use tests::body::{credit, with};
use tests::{Book, on_both};

on_both!(
    every_change_is_kept_with_its_reason_and_request,
    changes_name_the_members_that_differ,
    changed_metadata_is_shown_whole,
    revisions_are_paged_oldest_first,
    a_refused_change_is_no_revision,
    two_keys_are_two_actors,
);

async fn every_change_is_kept_with_its_reason_and_request(book: &Book) {
    let body = credit("ada", "20.00");
    let made = book
        .post("/transactions", &body)
        .header("X-Request-Id", "request-1")
        .await
        .expect(201);
    let path = format!("/transactions/{}", made.id());
    let patch = json!({"amount": "30.00", "reason": "typed wrong"});
    let edited = book
        .patch(&path, &patch)
        .header("X-Request-Id", "request-2")
        .await
        .expect(200);
    let voided = book
        .delete(&format!("{path}?reason=not%20ours"))
        .header("X-Request-Id", "request-3")
        .await
        .expect(200);
    let restored = book.post(&format!("{path}/restore"), &json!({"reason": "ours after all"}));
    let restored = restored.header("X-Request-Id", "request-4").await.expect(200);

    let revisions = book.get(&format!("{path}/revisions")).await.expect(200);
    assert!(revisions.next_cursor().is_none());
    assert_eq!(
        revisions.column("request_id"),
        ["request-1", "request-2", "request-3", "request-4"]
    );
    let reasons: Vec<_> = revisions.rows().iter().map(|row| row["reason"].as_str()).collect();
    assert_eq!(
        reasons,
        [None, Some("typed wrong"), Some("not ours"), Some("ours after all")]
    );
    for (row, answer) in revisions.rows().iter().zip([made, edited, voided, restored]) {
        assert_eq!(row["transaction"], answer.body);
        assert_eq!(row["version"], answer.body["version"]);
        assert_eq!(row["recorded_at"], answer.body["updated_at"]);
        assert_eq!(row["position"].as_u64(), Some(answer.position()));
        assert!(!row["actor"].is_null());
    }
}

async fn changes_name_the_members_that_differ(book: &Book) {
    let made = book
        .create(&with(
            credit("ada", "20.00"),
            json!({"description": "d", "metadata": {"a": "1"}}),
        ))
        .await;
    let path = format!("/transactions/{}", made.id());
    let patch = json!({"amount": "30", "description": null, "category": "food"});
    let _ = book.patch(&path, &patch).await.expect(200);
    let _ = book.delete(&path).await.expect(200);
    let revisions = book.get(&format!("{path}/revisions")).await.expect(200);
    let changes = &revisions.rows()[1]["changes"];
    assert_eq!(changes["amount"], json!({"from": "20.00", "to": "30.00"}));
    assert_eq!(changes["description"], json!({"from": "d", "to": null}));
    assert_eq!(changes["category"], json!({"from": null, "to": "food"}));
    for same in [
        "id",
        "type",
        "status",
        "currency",
        "metadata",
        "reference",
        "created_at",
        "transaction_date",
    ] {
        assert!(changes.get(same).is_none(), "{same} did not change: {changes}");
    }
    let changes = &revisions.rows()[2]["changes"];
    assert_eq!(changes["status"], json!({"from": "posted", "to": "voided"}));
    assert!(changes.get("amount").is_none());
}

async fn changed_metadata_is_shown_whole(book: &Book) {
    let metadata = json!({"metadata": {"colour": "green", "size": "1"}});
    let made = book.create(&with(credit("ada", "20.00"), metadata)).await;
    let path = format!("/transactions/{}", made.id());
    let patch = json!({"metadata": {"size": null, "shape": "round"}});
    let _ = book.patch(&path, &patch).await.expect(200);
    let revisions = book.get(&format!("{path}/revisions")).await.expect(200);
    assert_eq!(revisions.rows()[0]["changes"], json!({}), "the first has none");
    let expected = json!({
        "metadata": {
            "from": {"colour": "green", "size": "1"},
            "to": {"colour": "green", "shape": "round"},
        },
    });
    assert_eq!(revisions.rows()[1]["changes"], expected);
}

async fn revisions_are_paged_oldest_first(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    for number in 2..=7 {
        let _ = book
            .patch(&path, &json!({"description": format!("version {number}")}))
            .await
            .expect(200);
    }
    let first = book.get(&format!("{path}/revisions?limit=4")).await.expect(200);
    let cursor = first.next_cursor().expect("there is more");
    let second = book
        .get(&format!("{path}/revisions?limit=200&cursor={cursor}"))
        .await
        .expect(200);
    assert!(second.next_cursor().is_none());
    let versions: Vec<_> = first
        .rows()
        .iter()
        .chain(second.rows())
        .map(|row| row["version"].as_u64())
        .collect();
    assert_eq!(versions, (1..=7).map(Some).collect::<Vec<_>>());
}

async fn a_refused_change_is_no_revision(book: &Book) {
    let path = format!("/transactions/{}", book.create(&credit("ada", "20.00")).await.id());
    let _ = book
        .patch(&path, &json!({"amount": "0"}))
        .await
        .problem("validation_failed", 422);
    let _ = book
        .patch(&path, &json!({"amount": "1.00"}))
        .if_match(9)
        .await
        .problem("version_mismatch", 412);
    let _ = book.patch(&path, &json!({"amount": "20.00"})).await.expect(200);
    assert_eq!(book.get(&format!("{path}/revisions")).await.expect(200).rows().len(), 1);
}

async fn two_keys_are_two_actors(book: &Book) {
    let make = || book.post("/keys", &json!({"name": "shop", "role": "writer"}));
    let keys = [make().await.expect(201), make().await.expect(201)];
    let [one, two] = [0, 1].map(|index: usize| book.with_key(keys[index].text("secret")));
    let path = format!("/transactions/{}", one.create(&credit("ada", "20.00")).await.id());
    let _ = two.patch(&path, &json!({"description": "a"})).await.expect(200);
    let _ = one.patch(&path, &json!({"description": "b"})).await.expect(200);
    let revisions = book.get(&format!("{path}/revisions")).await.expect(200);
    let [one, two] = keys.map(|key| format!("key:{}", key.id()));
    assert_eq!(revisions.column("actor"), [&one, &two, &one]);
}
