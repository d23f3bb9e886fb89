//! Changes of keys and of settings are in the journal, each with whoever made it.

use serde_json::{Value, json};
use tests::{Book, on_both};

on_both!(changes_of_keys_and_settings_are_events);

async fn changes_of_keys_and_settings_are_events(book: &Book) {
    let before = book.get("/audit/head").await.expect(200).body["position"].clone();
    let key = book
        .post("/keys", &json!({"name": "shop", "role": "writer"}))
        .await
        .expect(201);
    let _ = book.delete(&format!("/keys/{}", key.id())).await.expect(204);
    let _ = book.post("/ledgers", &json!({"name": "shop"})).await.expect(201);
    let setting = json!({"require_if_match": true});
    let _ = book.patch("/ledgers/main", &setting).await.expect(200);
    let back = json!({"require_if_match": false});
    let _ = book.patch("/ledgers/main", &back).if_match(2).await.expect(200);
    let closed = json!({"closed_through": "2020-01-31", "reason": "the year is over"});
    let _ = book.put("/closing", &closed).await.expect(200);
    let _ = book
        .post("/currencies", &json!({"code": "PTS", "name": "Points", "exponent": 0}))
        .await
        .expect(201);
    let limit = json!({"name": "few", "direction": "debit", "window": "day", "max_amount": "20"});
    let limit = format!("/limits/{}", book.post("/limits", &limit).await.expect(201).id());
    let _ = book.patch(&limit, &json!({"max_amount": "30"})).await.expect(200);
    let _ = book.delete(&limit).await.expect(204);

    let events = book.walk(&format!("/events?after={before}"), 200).await;
    let told: Vec<&str> = events.iter().filter_map(|event| event["kind"].as_str()).collect();
    let expected = [
        "key.created",
        "key.revoked",
        "ledger.created",
        "ledger.updated",
        "ledger.updated",
        "closing.updated",
        "currency.created",
        "limit.created",
        "limit.updated",
        "limit.deleted",
    ];
    assert_eq!(told, expected);
    let actor = &events[0]["actor"];
    assert!(actor.as_str().is_some_and(|actor| actor.starts_with("key:")), "{actor}");
    for event in &events {
        assert_eq!(&event["actor"], actor, "{event}");
        assert!(event["request_id"].is_string(), "{event}");
        assert_eq!(event["withheld"], false, "{event}");
    }
    assert_eq!(events[5]["reason"], "the year is over");
    assert_eq!(
        (
            &events[3]["data"]["require_if_match"],
            &events[4]["data"]["require_if_match"]
        ),
        (&json!(true), &json!(false))
    );
    let secret = key.text("secret");
    assert!(
        !events.iter().any(|event| event.to_string().contains(secret)),
        "no event has a secret"
    );

    // How the ledger is set up is the operator's to know.
    let admin = book
        .key("admin")
        .await
        .walk(&format!("/events?after={before}"), 200)
        .await;
    for (event, kind) in admin.iter().zip(expected) {
        assert_eq!(event["kind"], kind);
        let is_withheld = kind.starts_with("ledger.");
        assert_eq!(event["withheld"], is_withheld, "{event}");
        assert_eq!(event["data"] == Value::Null, is_withheld, "{event}");
    }
}
