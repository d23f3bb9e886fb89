//! `/events`: the journal in order, and who may know what.

use serde_json::{Value, json};
use tests::body::credit;
use tests::{Book, on_both};

use super::fill;

on_both!(
    events_come_in_order_without_a_gap,
    a_poller_goes_on_where_the_answer_says,
    an_event_tells_who_did_what,
    what_a_credential_may_not_know_of_is_withheld,
    nobody_reads_events_without_a_credential,
);

fn positions(events: &[Value]) -> Vec<i64> {
    events
        .iter()
        .map(|event| event["position"].as_i64().expect("a position"))
        .collect()
}

async fn events_come_in_order_without_a_gap(book: &Book) {
    fill(book).await;
    let head = book.get("/audit/head").await.expect(200).body["position"]
        .as_i64()
        .expect("a position");
    let all = book.walk("/events", 200).await;
    assert_eq!(positions(&all), (1..=head).collect::<Vec<_>>());
    for limit in [1, 7] {
        assert_eq!(book.walk("/events", limit).await, all, "pages of {limit}");
    }
    let late = book.walk(&format!("/events?after={}", head - 2), 1).await;
    assert_eq!(positions(&late), [head - 1, head]);
}

async fn a_poller_goes_on_where_the_answer_says(book: &Book) {
    fill(book).await;
    let mut seen = Vec::new();
    let mut after = json!(0);
    loop {
        let page = book.get(&format!("/events?after={after}&limit=5")).await.expect(200);
        assert_eq!(
            page.header("Daybook-Position"),
            book.get("/audit/head").await.expect(200).body["position"].to_string()
        );
        if page.rows().is_empty() {
            assert_eq!(page.body["resume_after"], after);
            assert_eq!(page.next_cursor(), None);
            break;
        }
        seen.extend(positions(page.rows()));
        assert_eq!(page.body["resume_after"], json!(seen.last()));
        after = page.body["resume_after"].clone();
    }
    let made = book.create(&credit("ada", "1.00")).await;
    let new = book.get(&format!("/events?after={after}")).await.expect(200);
    assert_eq!(
        positions(new.rows()).last(),
        i64::try_from(made.position()).ok().as_ref()
    );
    let beyond = book.get("/events?after=1000000").await.expect(200);
    assert_eq!(
        (beyond.rows().len(), &beyond.body["resume_after"]),
        (0, &json!(1_000_000))
    );
}

async fn an_event_tells_who_did_what(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/transactions/{}", made.id());
    let edit = json!({"description": "rent", "reason": "a slip"});
    let edited = book.patch(&path, &edit).await.expect(200);
    let after = edited.position() - 1;
    let page = book.get(&format!("/events?after={after}")).await.expect(200);
    let event = &page.rows()[0];
    let revision = book.get(&format!("{path}/revisions")).await.expect(200).rows()[1].clone();
    assert_eq!(event["data"], edited.body);
    assert_eq!(event["subject"], json!(format!("transactions/{}", made.id())));
    assert_eq!(
        (&event["kind"], &event["reason"]),
        (&json!("transaction.updated"), &json!("a slip"))
    );
    assert_eq!((&event["erased"], &event["withheld"]), (&json!(false), &json!(false)));
    for name in ["actor", "request_id", "recorded_at", "position"] {
        assert_eq!(event[name], revision[name], "{name}");
    }
    assert!(event["lasting"].get("description").is_none());
    let proof = book.get(&format!("{path}/proof")).await.expect(200);
    assert_eq!(event["lasting"], proof.body["event"]["data"]);
    assert_eq!(event["leaf_hash"], proof.body["leaf_hash"]);
}

async fn what_a_credential_may_not_know_of_is_withheld(book: &Book) {
    let _ = book.create(&credit("ada", "20.00")).await;
    let operator = json!({"name": "second", "role": "operator"});
    let operator = book.post("/keys", &operator).await.expect(201);
    let writer = book
        .post("/keys", &json!({"name": "shop", "role": "writer"}))
        .await
        .expect(201);
    let limit = json!({"name": "Pocket money", "direction": "debit", "window": "day", "max_amount": "20"});
    let _ = book.post("/limits", &limit).await.expect(201);
    let _ = book
        .post("/users/ada/tokens", &json!({"expires_in": 60, "scope": "read"}))
        .await
        .expect(201);
    let shown_to_operator = book.walk("/events", 200).await;
    assert!(shown_to_operator.iter().all(|event| event["withheld"] == false));
    for seen in ["keys/", "limits/", "tokens/"] {
        let is_of = |event: &&Value| {
            event["subject"]
                .as_str()
                .is_some_and(|subject| subject.starts_with(seen))
        };
        assert!(shown_to_operator.iter().any(|event| is_of(&event)), "{seen}");
    }
    for (role, hidden) in [
        ("reader", &["keys/", "limits/", "tokens/"][..]),
        ("writer", &["keys/", "limits/"]),
        ("admin", &["keys/"]),
    ] {
        let page = book.key(role).await.walk("/events", 200).await;
        for (event, whole) in page.iter().zip(&shown_to_operator) {
            let subject = whole["subject"].as_str().expect("text");
            let of_writer = subject == format!("keys/{}", writer.id());
            let is_shown = !hidden.iter().any(|hidden| subject.starts_with(hidden)) || (of_writer && role == "admin");
            if is_shown {
                assert_eq!(event, whole, "{role}");
                continue;
            }
            for name in [
                "subject",
                "subject_version",
                "actor",
                "request_id",
                "data",
                "lasting",
                "reason",
            ] {
                assert_eq!(event[name], Value::Null, "{role} {name}");
            }
            for name in [
                "position",
                "kind",
                "recorded_at",
                "commitment",
                "leaf_hash",
                "schema_version",
                "erased",
            ] {
                assert_eq!(event[name], whole[name], "{role} {name}");
            }
            assert_eq!(event["withheld"], true);
        }
        assert!(page.len() > shown_to_operator.len(), "the key that reads is new");
        let shown = serde_json::to_string(&page).expect("JSON");
        let id = operator.id();
        assert!(!shown.contains(&id), "{role} is told of the operator's key {id}");
    }
}

async fn nobody_reads_events_without_a_credential(book: &Book) {
    for path in ["/events", "/audit/head", "/audit/blocks"] {
        let _ = book.anonymous().get(path).await.problem("unauthenticated", 401);
        let _ = book.key("reader").await.get(path).await.expect(200);
    }
}
