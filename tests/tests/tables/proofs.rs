//! Proofs and the journal where only whoever knows the tables can set things up: erased personal parts, a ledger in which
//! nothing was recorded, one that is not one's own, and rows that were changed.

use serde_json::{Value, json};
use tests::body::{credit, with};
use tests::program::{Folder, run};
use tests::{Book, on_both};
use uuid::Uuid;

use crate::two_ledgers::key_for;

on_both!(
    what_was_erased_is_proved_by_its_commitment_alone,
    a_ledger_without_a_block_has_the_hash_of_nothing,
    a_ledger_shows_its_own_journal_alone,
    what_was_changed_is_not_proved,
    a_check_names_the_first_block_that_was_changed,
);

async fn salary(book: &Book) -> String {
    let personal = json!({"description": "salary of Ada", "metadata": {"for": "Ada"}});
    book.create(&with(credit("ada", "20.00"), personal)).await.id()
}

async fn proof_of(book: &Book, id: &str) -> Value {
    book.get(&format!("/transactions/{id}/proof")).await.expect(200).body
}

/// Whether `daybook verify-proof` takes the proof, and what it says.
fn verified(proof: &Value, hash: &str) -> (bool, String) {
    let folder = Folder::empty();
    std::fs::write(folder.path().join("proof.json"), proof.to_string()).expect("the file is written");
    let output = run(folder.path(), &["verify-proof", "proof.json", "--hash", hash]);
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

async fn what_was_erased_is_proved_by_its_commitment_alone(book: &Book) {
    let id = salary(book).await;
    let before = proof_of(book, &id).await;
    let hash = before["block"]["hash"].as_str().expect("a hash").to_owned();
    let (holds, said) = verified(&before, &hash);
    assert!(holds && said.contains("salary of Ada"), "{said}");
    let erased = "UPDATE events SET personal = NULL, salt = NULL";
    assert!(book.database().execute(erased).await > 0);
    let after = proof_of(book, &id).await;
    let mut expected = before.clone();
    expected["personal"] = Value::Null;
    expected["salt"] = Value::Null;
    assert_eq!(after, expected);
    let (holds, said) = verified(&after, &hash);
    assert!(holds && said.contains("erased") && !said.contains("salary"), "{said}");
    // What was handed out before still proves what it has.
    assert!(verified(&before, &hash).0);
    let events = book.walk("/events", 200).await;
    let event = events.iter().find(|event| event["leaf_hash"] == before["leaf_hash"]);
    let event = event.expect("the event is listed");
    assert_eq!(
        (&event["erased"], &event["data"]["description"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(event["lasting"], before["event"]["data"]);
}

async fn add_ledger(book: &Book) {
    let engine = book.engine();
    let statement = format!(
        "INSERT INTO ledgers (id, uuid, name, hash, default_currency, secret, created_at)
            VALUES (2, {}, 'other', {}, 'EUR', {}, 0)",
        engine.uuid(Uuid::from_u128(2)),
        engine.bytes(&[0; 32]),
        engine.bytes(&[2; 32]),
    );
    assert_eq!(book.database().execute(&statement).await, 1);
}

async fn a_ledger_without_a_block_has_the_hash_of_nothing(book: &Book) {
    let made = book.post("/ledgers", &json!({"name": "other"})).await.expect(201);
    let ask = |path: &str| book.get(path).header("Daybook-Ledger", "other");
    let head = ask("/audit/head").await.expect(200);
    let nothing = json!({
        "ledger": made.id(), "height": 0, "position": 0, "hash": "0".repeat(64),
        "recorded_at": null,
    });
    assert_eq!(head.body, nothing);
    assert_eq!(
        ask("/audit/blocks").await.expect(200).body,
        json!({"data": [], "next_cursor": null})
    );
    let events = ask("/events").await.expect(200);
    assert_eq!(events.body, json!({"data": [], "next_cursor": null, "resume_after": 0}));
    assert_eq!(events.header("Daybook-Position"), "0");
    let check = book.post("/audit/verify", &json!({})).header("Daybook-Ledger", "other");
    assert_eq!(check.await.expect(200).body["ok"], true);
}

async fn a_ledger_shows_its_own_journal_alone(book: &Book) {
    add_ledger(book).await;
    let id = salary(book).await;
    let other = key_for(book, "other", "admin");
    let events = other.walk("/events", 200).await;
    assert_eq!(events.len(), 1, "the making of the key: {events:?}");
    assert_eq!(events[0]["kind"], "key.created");
    let _ = other
        .get(&format!("/transactions/{id}/proof"))
        .await
        .problem("transaction_not_found", 404);
    let head = other.get("/audit/head").await.expect(200);
    assert_eq!((&head.body["height"], &head.body["position"]), (&json!(1), &json!(1)));
    let checked = other.post("/audit/verify", &json!({})).await.expect(200);
    assert_eq!(checked.body["checked"]["events"], 1);
    let main = other.post("/audit/verify", &json!({})).header("Daybook-Ledger", "main");
    let _ = book.refuses(main, "forbidden", 403).await;
}

async fn unguard(book: &Book) {
    match book.engine() {
        tests::Engine::Postgres => drop(book.database().execute("ALTER TABLE events DISABLE TRIGGER ALL").await),
        tests::Engine::Sqlite => drop(book.database().execute("DROP TRIGGER events_update").await),
    }
}

async fn what_was_changed_is_not_proved(book: &Book) {
    let id = salary(book).await;
    unguard(book).await;
    let changed = format!("UPDATE events SET actor = 'nobody' WHERE subject = 'transactions/{id}'");
    assert_eq!(book.database().execute(&changed).await, 1);
    let refused = book
        .get(&format!("/transactions/{id}/proof"))
        .await
        .problem("internal", 500);
    assert!(!refused.text.contains("path"), "{}", refused.text);
}

async fn a_check_names_the_first_block_that_was_changed(book: &Book) {
    let id = salary(book).await;
    let block = proof_of(book, &id).await["block"]["height"].clone();
    let _ = salary(book).await;
    unguard(book).await;
    let changed = format!("UPDATE events SET actor = 'nobody' WHERE subject = 'transactions/{id}'");
    assert_eq!(book.database().execute(&changed).await, 1);
    let checked = book.post("/audit/verify", &json!({})).await.expect(200);
    assert_eq!(
        (&checked.body["ok"], &checked.body["first_bad_height"]),
        (&json!(false), &block)
    );
    let output = run(
        Folder::empty().path(),
        &["verify", "--database-url", book.database().url()],
    );
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(&format!("main: first bad block: {block}; ")), "{said}");
    assert_eq!(output.status.code(), Some(1));
}
