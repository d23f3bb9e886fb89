//! `/audit`, `/events` and proofs; section 20 of the contract.

mod changes;
mod checks;
mod events;
mod proofs;
mod spelling;
mod terminal;

use serde_json::{Value, json};
use tests::body::credit;
use tests::{Book, on_both};

on_both!(
    blocks_lead_from_nothing_to_the_head,
    blocks_are_listed_from_a_height,
    a_check_of_a_sound_ledger_says_so,
    a_check_tells_what_was_changed_by_hand,
    only_an_admin_has_a_ledger_checked,
    bad_parameters_are_refused,
);

/// A ledger with a commit of several events, edits, and what is no transaction.
pub(super) async fn fill(book: &Book) {
    let items: Vec<Value> = (0..9)
        .map(|number| credit(&format!("user-{}", number % 4), "20.00"))
        .collect();
    let body = json!({"atomic": true, "transactions": items});
    let made = book.post("/transactions/batch", &body).await.expect(201);
    for row in &made.rows()[..3] {
        let path = format!("/transactions/{}", row["id"].as_str().expect("an id"));
        let edit = json!({"amount": "30", "description": "rent \u{1f600} é \"x\"", "metadata": {"ﬀ": "1", "😀": "2"}, "reason": "a slip"});
        let _ = book.patch(&path, &edit).await.expect(200);
        let _ = book.delete(&path).await.expect(200);
    }
    let _ = book
        .put_user("ada", &json!({"full_name": "Ada", "email": "ada@example.org"}))
        .await;
}

async fn blocks_lead_from_nothing_to_the_head(book: &Book) {
    fill(book).await;
    let blocks = book.walk("/audit/blocks", 3).await;
    let head = book.get("/audit/head").await.expect(200);
    let newest = blocks.last().expect("blocks");
    assert_eq!(head.body["height"], newest["height"]);
    assert_eq!(head.body["position"], newest["last_position"]);
    assert_eq!(head.body["hash"], newest["hash"]);
    assert_eq!(head.body["recorded_at"], newest["recorded_at"]);
    let (mut previous, mut end) = (json!("0".repeat(64)), 0);
    for (height, block) in (1..).zip(&blocks) {
        assert_eq!(block["height"], json!(height));
        assert_eq!(block["previous_hash"], previous);
        assert_eq!(block["first_position"], json!(end + 1));
        end = block["last_position"].as_i64().expect("a position");
        previous = block["hash"].clone();
        assert_eq!(block.as_object().expect("an object").len(), 7, "{block}");
    }
    assert!(blocks.len() >= 8, "{}", blocks.len());
}

async fn blocks_are_listed_from_a_height(book: &Book) {
    fill(book).await;
    let all = book.walk("/audit/blocks", 200).await;
    assert_eq!(book.walk("/audit/blocks?from_height=3", 2).await, all[2..]);
    assert_eq!(
        book.walk("/audit/blocks?from_height=9223372036854775807", 2).await,
        Vec::<Value>::new()
    );
    let first = book.get("/audit/blocks?from_height=2&limit=1").await.expect(200);
    let cursor = first.next_cursor().expect("there is more");
    let other = format!("/audit/blocks?from_height=3&cursor={cursor}");
    let _ = book.get(&other).await.problem("invalid_cursor", 400);
}

async fn a_check_of_a_sound_ledger_says_so(book: &Book) {
    fill(book).await;
    let head = book.get("/audit/head").await.expect(200);
    let checked = book
        .leaves_no_trace(async || book.post("/audit/verify", &Value::Null).await)
        .await
        .expect(200);
    assert_eq!(checked.body["ok"], true, "{}", checked.text);
    assert_eq!(checked.body["failures"], json!([]));
    assert_eq!(checked.body["first_bad_height"], Value::Null);
    assert_eq!(checked.body["checked"]["height"], head.body["height"]);
    assert_eq!(checked.body["checked"]["events"], head.body["position"]);
    assert_eq!(checked.body["checked"]["transactions"], 9);
}

async fn a_check_tells_what_was_changed_by_hand(book: &Book) {
    fill(book).await;
    assert!(
        book.database()
            .execute("UPDATE accounts SET balance = balance + 100")
            .await
            > 0
    );
    let checked = book.post("/audit/verify", &Value::Null).await.expect(200);
    assert_eq!(checked.body["ok"], false);
    let failures = checked.body["failures"].as_array().expect("a list");
    assert!(
        failures.iter().any(|failure| failure["invariant"] == "balances"),
        "{}",
        checked.text
    );
    assert_eq!(checked.body["failure_count"], json!(failures.len()));
    assert!(
        failures
            .iter()
            .all(|failure| !failure["detail"].as_str().expect("text").is_empty())
    );
}

async fn only_an_admin_has_a_ledger_checked(book: &Book) {
    for role in ["reader", "writer"] {
        let _ = book
            .key(role)
            .await
            .post("/audit/verify", &Value::Null)
            .await
            .problem("forbidden", 403);
    }
    let admin = book.key("admin").await;
    let _ = admin.post("/audit/verify", &json!({})).await.expect(200);
    for _ in 0..2 {
        let keyed = admin.post("/audit/verify", &json!({})).key("k").await.expect(200);
        assert!(!keyed.is_replay());
    }
    let no_key = admin.post("/audit/verify", &json!({})).key(&"k".repeat(256));
    let _ = book.refuses(no_key, "malformed_request", 400).await;
    let asked = book.refuses(
        admin.post("/audit/verify?dry_run=true", &json!({})),
        "malformed_request",
        400,
    );
    let _ = asked.await.malformed("dry_run");
}

async fn bad_parameters_are_refused(book: &Book) {
    let made = book.create(&credit("ada", "1.00")).await;
    let proof = format!("/transactions/{}/proof", made.id());
    for (path, parameter) in [
        ("/audit/head?x=1".to_owned(), "x"),
        ("/audit/blocks?from_height=0".to_owned(), "from_height"),
        ("/audit/blocks?from_height=-1".to_owned(), "from_height"),
        ("/audit/blocks?limit=0".to_owned(), "limit"),
        ("/events?after=x".to_owned(), "after"),
        ("/events?after=99999999999999999999".to_owned(), "after"),
        ("/events?from=1".to_owned(), "from"),
        (format!("{proof}?version=0"), "version"),
        (format!("{proof}?as_of=2026-01-31T00:00:00Z"), "as_of"),
    ] {
        let _ = book
            .get(&path)
            .await
            .problem("malformed_request", 400)
            .malformed(parameter);
    }
    let _ = book
        .get(&format!("{proof}?version=2"))
        .await
        .problem("transaction_not_found", 404);
    let unknown = "/transactions/019c12c6-3a50-7c41-9d2e-6f1b8a7c5d30/proof";
    let _ = book.get(unknown).await.problem("transaction_not_found", 404);
}
