//! POST `/transactions/batch`: many transactions with one request; section 12 of the contract.

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Answer, Book, on_both};

on_both!(
    an_atomic_batch_is_recorded_whole,
    an_atomic_batch_of_which_one_is_refused_leaves_nothing,
    a_batch_apart_keeps_what_is_good,
    items_see_what_those_before_them_did,
    every_bad_field_of_an_atomic_batch_is_told_by_its_path,
    a_batch_is_replayed_under_its_key,
    an_item_is_replayed_under_its_own_key,
    a_key_of_a_batch_apart_stands_for_each_item,
    a_batch_is_rehearsed,
    a_batch_has_bounds,
    a_thousand_are_one_commit,
);

async fn post(book: &Book, is_atomic: bool, items: &[Value]) -> Answer {
    book.post("/transactions/batch", &batch(is_atomic, items)).await
}

fn batch(is_atomic: bool, items: &[Value]) -> Value {
    json!({"atomic": is_atomic, "transactions": items})
}

fn keyed(body: Value, key: &str) -> Value {
    with(body, json!({"idempotency_key": key}))
}

fn statuses(answer: &Answer) -> Vec<u64> {
    let rows = answer.rows().iter().enumerate();
    rows.map(|(index, row)| {
        assert_eq!(row["index"], index);
        row["status"].as_u64().expect("a status")
    })
    .collect()
}

async fn an_atomic_batch_is_recorded_whole(book: &Book) {
    let items = [credit("ada", "50.00"), debit("ada", "30.00"), credit("bo", "1.00")];
    let made = post(book, true, &items).await.expect(201);
    let amounts: Vec<&str> = made.column("amount");
    assert_eq!(amounts, ["50.00", "30.00", "1.00"]);
    assert_eq!(made.maybe_header("ETag"), None);
    assert_eq!(made.maybe_header("Location"), None);
    for row in made.rows() {
        let id = row["id"].as_str().expect("an id");
        assert_eq!(book.get(&format!("/transactions/{id}")).await.expect(200).body, *row);
    }
    assert_eq!(book.balance_of("ada").await, "20.00");
    // One account, three times: once as it was made, and once for each command.
    assert_eq!(book.account_of("ada", "main", "USD").await["version"], 2);
    assert_eq!(
        book.get("/users/ada/stats").await.expect(200).body["currencies"][0]["count"],
        2
    );
    book.database().verify().await;
}

async fn an_atomic_batch_of_which_one_is_refused_leaves_nothing(book: &Book) {
    let first = book.create(&credit("ada", "50.00")).await;
    let account = format!("/accounts/{}", first.text("destination_account_id"));
    let _ = book.patch(&account, &json!({"minimum_balance": "0"})).await.expect(200);
    let items = [
        credit("new", "1.00"),
        debit("ada", "30.00"),
        with(debit("ada", "30.00"), json!({"reference": "r"})),
        debit("ada", "30.00"),
    ];
    let request = book.post("/transactions/batch", &batch(true, &items));
    let refused = book.refuses(request, "insufficient_funds", 422).await;
    assert_eq!(
        (&refused.body["index"], refused.text("available")),
        (&json!(2), "20.00")
    );
    let unknown = [
        credit("ada", "1.00"),
        with(debit("ada", "1.00"), json!({"account": "savings"})),
    ];
    let request = book.post("/transactions/batch", &batch(true, &unknown));
    let refused = book.refuses(request, "account_not_found", 404).await;
    assert_eq!(refused.body["index"], 1);
    book.database().verify().await;
}

async fn a_batch_apart_keeps_what_is_good(book: &Book) {
    let items = [
        credit("ada", "50.00"),
        json!({"type": "gift"}),
        with(debit("ada", "1.00"), json!({"account": "savings"})),
        json!(7),
        debit("ada", "30.00"),
    ];
    let answered = post(book, false, &items).await.expect(200);
    assert_eq!(statuses(&answered), [201, 422, 404, 422, 201]);
    let rows = answered.rows();
    assert_eq!(rows[0]["transaction"]["amount"], "50.00");
    assert_eq!(rows[1]["problem"]["code"], "validation_failed");
    assert_eq!(rows[1]["problem"]["errors"][0]["field"], "type");
    assert_eq!(rows[2]["problem"]["code"], "account_not_found");
    assert_eq!(rows[2]["problem"]["request_id"], answered.header("X-Request-Id"));
    assert_eq!(rows[3]["problem"]["errors"][0]["code"], "invalid_type");
    assert_eq!(rows[4].get("problem"), None);
    assert_eq!(book.balance_of("ada").await, "20.00");
    let newest = book.get("/transactions?sort=-created_at").await.expect(200);
    assert_eq!(newest.rows().len(), 2);
    book.database().verify().await;
}

async fn items_see_what_those_before_them_did(book: &Book) {
    let first = book.create(&credit("ada", "10.00")).await;
    let account = format!("/accounts/{}", first.text("destination_account_id"));
    let _ = book.patch(&account, &json!({"minimum_balance": "0"})).await.expect(200);
    let items = [
        debit("ada", "10.01"),
        debit("ada", "10.00"),
        debit("ada", "0.01"),
        with(credit("ada", "5.00"), json!({"reference": "r"})),
        with(credit("ada", "5.00"), json!({"reference": "r"})),
        with(debit("ada", "5.00"), json!({"status": "pending"})),
        debit("ada", "0.01"),
    ];
    let answered = post(book, false, &items).await.expect(200);
    assert_eq!(statuses(&answered), [422, 201, 422, 201, 409, 201, 422]);
    let rows = answered.rows();
    assert_eq!(rows[0]["problem"]["available"], "10.00");
    assert_eq!(rows[2]["problem"]["available"], "0.00");
    assert_eq!(rows[4]["problem"]["resource_id"], rows[3]["transaction"]["id"]);
    assert_eq!(rows[6]["problem"]["available"], "0.00");
    let last = rows[5]["transaction"]["version"].as_u64();
    assert_eq!(last, Some(1));
    book.database().verify().await;
}

async fn every_bad_field_of_an_atomic_batch_is_told_by_its_path(book: &Book) {
    let items = [
        credit("ada", "50.00"),
        with(debit("ada", "0"), json!({"colour": "green"})),
        json!([]),
        keyed(credit("ada", "1.005"), ""),
    ];
    let request = book.post("/transactions/batch", &batch(true, &items));
    let refused = book.refuses(request, "validation_failed", 422).await;
    assert_eq!(refused.body["index"], 1);
    let _ = refused.invalid(&[
        ("transactions[1].amount", "out_of_range"),
        ("transactions[1].colour", "unknown_field"),
        ("transactions[2]", "invalid_type"),
        ("transactions[3].idempotency_key", "invalid_format"),
    ]);
}

async fn a_batch_is_replayed_under_its_key(book: &Book) {
    let items = [credit("ada", "50.00"), debit("ada", "30.00")];
    let send = || book.post("/transactions/batch", &batch(true, &items)).key("payday");
    let first = send().await.expect(201);
    // Whatever has happened to them since.
    let id = first.rows()[0]["id"].as_str().expect("an id").to_owned();
    let _ = book
        .patch(&format!("/transactions/{id}"), &json!({"amount": "60"}))
        .await
        .expect(200);
    let again = book.leaves_no_trace(async || send().await.expect(201)).await;
    assert!(again.is_replay());
    assert_eq!((&again.body, again.position()), (&first.body, first.position()));
    let restarted = book.restarted().await;
    let again = restarted
        .post("/transactions/batch", &batch(true, &items))
        .key("payday")
        .await
        .expect(201);
    assert_eq!(again.body, first.body);
    let other = restarted
        .post("/transactions/batch", &batch(true, &items[..1]))
        .key("payday");
    let refused = restarted.refuses(other, "idempotency_key_reused", 422).await;
    assert_eq!(refused.text("resource_id"), id);
    restarted.database().verify().await;
}

async fn an_item_is_replayed_under_its_own_key(book: &Book) {
    // An item is the same request as one that is sent by itself.
    let alone = book
        .post("/transactions", &credit("ada", "50.00"))
        .key("a")
        .await
        .expect(201);
    let items = [keyed(credit("ada", "50.00"), "a"), keyed(debit("ada", "30.00"), "b")];
    let made = post(book, true, &items).await.expect(201);
    assert_eq!(made.rows()[0], alone.body);
    let again = book
        .leaves_no_trace(async || post(book, true, &items).await.expect(201))
        .await;
    assert_eq!(again.body, made.body);
    let by_itself = book
        .post("/transactions", &debit("ada", "30.00"))
        .key("b")
        .await
        .expect(201);
    assert!(by_itself.is_replay());
    assert_eq!(by_itself.body, made.rows()[1]);
    // Twice in one batch it is made once, and as another request it is refused.
    let twice = [
        keyed(credit("ada", "1.00"), "c"),
        keyed(credit("ada", "1.00"), "c"),
        keyed(credit("ada", "2.00"), "c"),
    ];
    let answered = post(book, false, &twice).await.expect(200);
    assert_eq!(statuses(&answered), [201, 201, 422]);
    let rows = answered.rows();
    assert_eq!(rows[0]["transaction"], rows[1]["transaction"]);
    assert_eq!(rows[2]["problem"]["code"], "idempotency_key_reused");
    assert_eq!(book.balance_of("ada").await, "21.00");
    book.database().verify().await;
}

async fn a_key_of_a_batch_apart_stands_for_each_item(book: &Book) {
    let first = book.create(&credit("ada", "10.00")).await;
    let account = format!("/accounts/{}", first.text("destination_account_id"));
    let _ = book.patch(&account, &json!({"minimum_balance": "0"})).await.expect(200);
    let items = [debit("ada", "8.00"), debit("ada", "5.00")];
    let send = || book.post("/transactions/batch", &batch(false, &items)).key("K");
    assert_eq!(statuses(&send().await.expect(200)), [201, 422]);
    let _ = book.create(&credit("ada", "3.00")).await;
    // What was made is replayed, what was refused is tried again.
    assert_eq!(statuses(&send().await.expect(200)), [201, 201]);
    assert_eq!(book.balance_of("ada").await, "0.00");
    let again = book.leaves_no_trace(async || send().await.expect(200)).await;
    assert!(again.is_replay());
    let alone = book.post("/transactions", &items[1]).key("K#1").await.expect(201);
    assert!(alone.is_replay());
    book.database().verify().await;
}

async fn a_batch_is_rehearsed(book: &Book) {
    let items = [
        credit("ada", "50.00"),
        with(debit("ada", "1.00"), json!({"account": "x"})),
    ];
    let rehearsed = book
        .leaves_no_trace(async || {
            let path = "/transactions/batch?dry_run=true";
            let whole = book.post(path, &batch(true, &items[..1])).await.expect(200);
            assert_eq!(whole.rows()[0]["amount"], "50.00");
            let _ = book
                .post(path, &batch(true, &items))
                .await
                .problem("account_not_found", 404);
            book.post(path, &batch(false, &items)).await.expect(200)
        })
        .await;
    assert_eq!(statuses(&rehearsed), [201, 404]);
    assert_eq!(rehearsed.header("Daybook-Dry-Run"), "true");
}

async fn a_batch_has_bounds(book: &Book) {
    for (items, code) in [(0, "too_short"), (1001, "too_many")] {
        let items = vec![credit("ada", "0.01"); items];
        let request = book.post("/transactions/batch", &batch(false, &items));
        let refused = book.refuses(request, "validation_failed", 422).await;
        let _ = refused.invalid(&[("transactions", code)]);
    }
    let request = book.post("/transactions/batch", &json!({"transactions": {}, "all": true}));
    let refused = book.refuses(request, "validation_failed", 422).await;
    let _ = refused.invalid(&[
        ("all", "unknown_field"),
        ("atomic", "required"),
        ("transactions", "invalid_type"),
    ]);
    // Larger than any other body, and no larger than eight megabytes.
    let text = "x".repeat(500);
    let fat = with(
        credit("ada", "0.01"),
        json!({"metadata": {"a": text, "b": text, "c": text, "d": text}}),
    );
    let made = post(book, true, &vec![fat.clone(); 1000]).await.expect(201);
    assert_eq!(made.rows().len(), 1000);
    let request = book.post(
        "/transactions/batch",
        &batch(true, &[with(fat, json!({"description": "x".repeat(8 << 20)}))]),
    );
    let _ = book.refuses(request, "payload_too_large", 413).await;
    let reader = book.key("reader").await;
    let request = reader.post("/transactions/batch", &batch(true, &[credit("ada", "0.01")]));
    let _ = book.refuses(request, "forbidden", 403).await;
}

async fn a_thousand_are_one_commit(book: &Book) {
    let _ = book.create(&credit("ada", "1.00")).await;
    let blocks = async || book.database().number("SELECT COUNT(*) FROM blocks").await;
    let before = blocks().await;
    for is_atomic in [true, false] {
        let answered = post(book, is_atomic, &vec![credit("ada", "0.01"); 1000]).await;
        assert_eq!(answered.rows().len(), 1000);
    }
    assert_eq!(blocks().await, before + 2);
    assert_eq!(book.balance_of("ada").await, "21.00");
    let entries = book.walk("/users/ada/transactions?sort=created_at", 200).await;
    assert_eq!(entries.len(), 2001);
    book.database().verify().await;
}
