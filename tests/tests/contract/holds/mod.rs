//! Holds: transactions that are pending; section 10 of the contract.

mod captures;
mod changes;
mod expiry;
mod races;

use reqwest::Method;
use serde_json::{Value, json};
use service::value::Timestamp;
use tests::body::{credit, debit, transfer, with};
use tests::{Answer, Book, on_both};

on_both!(
    a_hold_moves_nothing_and_keeps_its_amount_on_both_sides,
    a_hold_of_every_kind_is_kept_on_its_accounts,
    holds_count_against_the_minimum_balance,
    a_hold_that_would_pass_what_can_be_held_is_refused,
    a_bad_hold_is_refused_with_every_bad_field,
    a_hold_is_in_lists_and_in_no_statistics,
    a_hold_is_given_up_by_void_and_by_delete,
    an_account_with_a_hold_is_not_empty,
    a_hold_is_rehearsed_replayed_and_conditional,
);

fn path(transaction: &Answer) -> String {
    format!("/transactions/{}", transaction.id())
}

/// `body` as a hold.
fn pending(body: Value) -> Value {
    with(body, json!({"status": "pending"}))
}

async fn act(book: &Book, transaction: &Answer, action: &str, body: &Value) -> Answer {
    book.post(&format!("{}/{action}", path(transaction)), body).await
}

async fn read(book: &Book, transaction: &Answer) -> Value {
    book.get(&path(transaction)).await.expect(200).body
}

/// The time so many milliseconds from now, as the contract writes it.
fn in_ms(ms: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = i64::try_from(now.expect("after 1970").as_micros()).expect("before the year 9999");
    Timestamp::from_micros(now + ms * 1000).to_string()
}

/// What is shown of a user's main account: balance, held out, held in, available.
async fn kept(book: &Book, user: &str) -> [String; 4] {
    let account = book.account_of(user, "main", "USD").await;
    ["balance", "held_out", "held_in", "available"].map(|member| account[member].as_str().expect(member).to_owned())
}

async fn a_hold_moves_nothing_and_keeps_its_amount_on_both_sides(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let expires_at = in_ms(3_600_000);
    let body = with(
        pending(debit("ada", "30.00")),
        json!({"expires_at": expires_at, "category": "hotel", "reference": "stay-7"}),
    );
    let hold = book.create(&body).await;
    let expected = json!({
        "type": "debit", "status": "pending", "amount": "30.00", "captured_amount": "0.00", "remaining_amount": "30.00",
        "expires_at": expires_at, "parent_id": null, "version": 1, "category": "hotel", "reference": "stay-7",
    });
    for (member, value) in expected.as_object().expect("an object") {
        assert_eq!(&hold.body[member], value, "{member}");
    }
    assert_eq!(hold.body.get("relation"), None);
    assert_eq!(read(book, &hold).await, hold.body);
    assert_eq!(kept(book, "ada").await, ["50.00", "30.00", "0.00", "20.00"]);
    let world = hold.text("destination_account_id");
    let world = book.get(&format!("/accounts/{world}")).await.expect(200);
    assert_eq!(
        (world.text("balance"), world.text("held_in"), world.text("held_out")),
        ("-50.00", "30.00", "0.00")
    );
    let entries = book
        .get(&format!("/accounts/{}/entries", hold.text("source_account_id")))
        .await;
    assert_eq!(entries.expect(200).rows().len(), 1);
    let balances = book.get("/users/ada/balances").await.expect(200);
    assert_eq!(
        (&balances.rows()[0]["held_out"], &balances.rows()[0]["available"]),
        (&json!("30.00"), &json!("20.00"))
    );
    // What is posted at once has no member of a hold.
    let posted = book
        .create(&with(debit("ada", "1.00"), json!({"status": "posted"})))
        .await;
    for member in ["captured_amount", "remaining_amount", "expires_at"] {
        assert_eq!(posted.body.get(member), None, "{member}");
    }
    // One without a time says so.
    let open = book.create(&pending(debit("ada", "1.00"))).await;
    assert_eq!(open.body.get("expires_at"), Some(&Value::Null));
    book.database().verify().await;
}

async fn a_hold_of_every_kind_is_kept_on_its_accounts(book: &Book) {
    // Money that is expected, for a user never seen.
    let _ = book.create(&pending(credit("ada", "20.00"))).await;
    assert_eq!(kept(book, "ada").await, ["0.00", "0.00", "20.00", "0.00"]);
    let _ = book.create(&credit("bo", "1.00")).await;
    let id = async |user: &str| {
        let account = book.account_of(user, "main", "USD").await;
        account["id"].as_str().expect("an id").to_owned()
    };
    let (ada, bo) = (id("ada").await, id("bo").await);
    let sent = book.create(&pending(transfer(&bo, &ada, "5.00"))).await;
    assert_eq!(kept(book, "ada").await, ["0.00", "0.00", "25.00", "0.00"]);
    assert_eq!(kept(book, "bo").await, ["1.00", "5.00", "0.00", "-4.00"]);
    let _ = act(book, &sent, "capture", &json!({})).await.expect(201);
    assert_eq!(kept(book, "ada").await, ["5.00", "0.00", "20.00", "5.00"]);
    assert_eq!(kept(book, "bo").await, ["-4.00", "0.00", "0.00", "-4.00"]);
    book.database().verify().await;
}

async fn holds_count_against_the_minimum_balance(book: &Book) {
    let first = book.create(&credit("ada", "50.00")).await;
    let account = format!("/accounts/{}", first.text("destination_account_id"));
    let _ = book
        .patch(&account, &json!({"minimum_balance": "10"}))
        .await
        .expect(200);
    let _ = book.create(&pending(debit("ada", "30.00"))).await;
    for body in [debit("ada", "10.01"), pending(debit("ada", "10.01"))] {
        let refused = book
            .refuses(book.post("/transactions", &body), "insufficient_funds", 422)
            .await;
        assert_eq!(
            (refused.text("available"), refused.text("minimum_balance")),
            ("20.00", "10.00")
        );
    }
    let request = book.patch(&account, &json!({"minimum_balance": "20.01"}));
    let _ = book.refuses(request, "insufficient_funds", 422).await;
    // A deletion of what came in is held to it as well.
    let _ = book
        .refuses(book.delete(&path(&first)), "insufficient_funds", 422)
        .await;
    let _ = book.create(&pending(debit("ada", "10.00"))).await;
    assert_eq!(kept(book, "ada").await[3], "10.00");
    book.database().verify().await;
}

async fn a_hold_that_would_pass_what_can_be_held_is_refused(book: &Book) {
    let largest = "92233720368547758.07";
    let _ = book.create(&pending(debit("ada", largest))).await;
    let request = book.post("/transactions", &pending(debit("ada", "0.01")));
    let _ = book.refuses(request, "amount_overflow", 422).await;
    let _ = book.create(&pending(credit("bo", "0.01"))).await;
    book.database().verify().await;
}

async fn a_bad_hold_is_refused_with_every_bad_field(book: &Book) {
    let body = with(
        debit("ada", "1.00"),
        json!({"status": "captured", "expires_at": in_ms(60_000)}),
    );
    let refused = book
        .post("/transactions", &body)
        .await
        .problem("validation_failed", 422);
    let _ = refused.invalid(&[("expires_at", "not_allowed"), ("status", "invalid_format")]);
    let body = with(pending(debit("ada", "1.00")), json!({"expires_at": "tomorrow"}));
    let refused = book
        .refuses(book.post("/transactions", &body), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[("expires_at", "invalid_format")]);
    // Nothing can be captured after it.
    let body = with(pending(debit("ada", "1.00")), json!({"expires_at": in_ms(-1000)}));
    let refused = book
        .refuses(book.post("/transactions", &body), "validation_failed", 422)
        .await;
    let _ = refused.invalid(&[("expires_at", "out_of_range")]);
}

async fn a_hold_is_in_lists_and_in_no_statistics(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let ids = async |query: &str| {
        let listed = book.get(&format!("/transactions?user_id=ada{query}")).await.expect(200);
        listed.column("id").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await.len(), 2);
    assert_eq!(ids("&status=pending").await, [hold.id()]);
    assert!(ids("&status=captured,expired,voided").await.is_empty());
    let count = async || book.get("/users/ada/stats").await.expect(200).body["currencies"][0]["count"].clone();
    assert_eq!(count().await, 1);
    let _ = act(book, &hold, "capture", &json!({"amount": "10"})).await.expect(201);
    assert_eq!(count().await, 2);
    assert_eq!(ids("&status=captured").await, [hold.id()]);
    assert_eq!(ids("").await.len(), 3);
}

async fn a_hold_is_given_up_by_void_and_by_delete(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    for by_delete in [false, true] {
        let end = async |hold: &Answer| {
            if by_delete {
                book.delete(&format!("{}?reason=changed", path(hold))).await.expect(200)
            } else {
                act(book, hold, "void", &json!({"reason": "changed"})).await.expect(200)
            }
        };
        let whole = book.create(&pending(debit("ada", "30.00"))).await;
        let voided = end(&whole).await;
        assert_eq!(
            (voided.text("status"), voided.text("remaining_amount")),
            ("voided", "0.00")
        );
        assert_eq!(voided.version(), 2);
        let revisions = book.get(&format!("{}/revisions", path(&whole))).await.expect(200);
        assert_eq!(revisions.rows()[1]["reason"], "changed");

        let partly = book.create(&pending(debit("ada", "30.00"))).await;
        let some = json!({"amount": "1", "final": false});
        let _ = act(book, &partly, "capture", &some).await.expect(201);
        let ended = end(&partly).await;
        assert_eq!(
            (
                ended.text("status"),
                ended.text("captured_amount"),
                ended.text("remaining_amount")
            ),
            ("captured", "1.00", "0.00")
        );
        for (hold, status) in [(&whole, "voided"), (&partly, "captured")] {
            for request in [
                book.delete(&path(hold)),
                book.post(&format!("{}/void", path(hold)), &json!({})),
                book.post(&format!("{}/capture", path(hold)), &json!({})),
                book.post(&format!("{}/extend", path(hold)), &json!({"expires_at": in_ms(60_000)})),
                book.post(&format!("{}/restore", path(hold)), &json!({})),
                book.post(&format!("{}/refund", path(hold)), &json!({})),
                book.patch(&path(hold), &json!({"description": "x"})),
            ] {
                let refused = book.refuses(request, "transaction_not_editable", 409).await;
                assert_eq!(refused.text("current_status"), status);
            }
        }
    }
    assert_eq!(kept(book, "ada").await, ["48.00", "0.00", "0.00", "48.00"]);
    book.database().verify().await;
}

async fn an_account_with_a_hold_is_not_empty(book: &Book) {
    let hold = book.create(&pending(credit("ada", "5.00"))).await;
    let account = format!("/accounts/{}", hold.text("destination_account_id"));
    let close = || book.patch(&account, &json!({"status": "closed"}));
    let _ = book.refuses(close(), "account_not_empty", 409).await;
    let freeze = async |status: &str| {
        let body = json!({"status": status});
        let _ = book.patch(&account, &body).await.expect(200);
    };
    freeze("frozen").await;
    for request in [
        book.post("/transactions", &pending(credit("ada", "1.00"))),
        book.post(&format!("{}/capture", path(&hold)), &json!({})),
        book.post(&format!("{}/void", path(&hold)), &json!({})),
        book.delete(&path(&hold)),
        book.post(
            &format!("{}/extend", path(&hold)),
            &json!({"expires_at": in_ms(60_000)}),
        ),
        book.patch(&path(&hold), &json!({"amount": "6"})),
    ] {
        let _ = book.refuses(request, "account_frozen", 409).await;
    }
    let described = json!({"description": "rent"});
    let _ = book.patch(&path(&hold), &described).await.expect(200);
    freeze("open").await;
    let _ = act(book, &hold, "void", &json!({})).await.expect(200);
    let _ = close().await.expect(200);
    book.database().verify().await;
}

async fn a_hold_is_rehearsed_replayed_and_conditional(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let hold = book.create(&pending(debit("ada", "30.00"))).await;
    let capture = format!("{}/capture", path(&hold));
    let body = json!({"amount": "10", "final": false});
    let rehearsed = book
        .leaves_no_trace(async || book.post(&format!("{capture}?dry_run=true"), &body).await.expect(200))
        .await;
    assert_eq!(rehearsed.text("amount"), "10.00");
    let stale = book.post(&capture, &body).if_match(7);
    let _ = book.refuses(stale, "version_mismatch", 412).await;
    let first = book.post(&capture, &body).key("once").if_match(1).await.expect(201);
    let again = book
        .leaves_no_trace(async || book.post(&capture, &body).key("once").await.expect(201))
        .await;
    assert!(again.is_replay());
    assert_eq!(again.header("Location"), first.header("Location"));
    assert_eq!(again.body, first.body);
    assert_eq!(read(book, &hold).await["captured_amount"], "10.00");
    // Without a body: all that remains.
    let rest = book
        .request(Method::POST, &format!("/api/v1{capture}"))
        .await
        .expect(201);
    assert_eq!(rest.text("amount"), "20.00");
    let reader = book.key("reader").await;
    let _ = book.refuses(reader.post(&capture, &body), "forbidden", 403).await;
    let unknown = book.post("/transactions/019c12c6-3a50-7c41-9d2e-6f1b8a7c5d30/capture", &json!({}));
    let _ = book.refuses(unknown, "transaction_not_found", 404).await;
}
