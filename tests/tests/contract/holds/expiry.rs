//! Holds whose time is over.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::body::{credit, debit, with};
use tests::{Answer, Book, on_both};

use super::{act, in_ms, kept, path, pending, read};

on_both!(
    a_hold_that_is_past_its_time_is_expired_and_released,
    from_its_time_on_a_hold_cannot_be_captured,
    a_hold_of_a_frozen_account_expires_all_the_same,
    an_extended_hold_stands_past_its_first_time,
    two_servers_expire_a_hold_once,
);

/// How long an expired hold may keep its amount.
const RELEASE_TIME_MAX: Duration = Duration::from_secs(5);

async fn expiring(book: &Book, amount: &str, ms: i64) -> Answer {
    let body = with(pending(debit("ada", amount)), json!({"expires_at": in_ms(ms)}));
    book.create(&body).await
}

/// Waits until the server has recorded that the hold has expired.
async fn expired(book: &Book, hold: &Answer) -> serde_json::Value {
    let begun = Instant::now();
    loop {
        let now = read(book, hold).await;
        if now["status"] == "expired" {
            return now;
        }
        assert!(begun.elapsed() < RELEASE_TIME_MAX, "{now}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn a_hold_that_is_past_its_time_is_expired_and_released(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let hold = expiring(book, "30.00", 400).await;
    let part = json!({"amount": "10", "final": false});
    let capture = act(book, &hold, "capture", &part).await.expect(201);
    assert_eq!(kept(book, "ada").await, ["40.00", "20.00", "0.00", "20.00"]);
    let after = expired(book, &hold).await;
    assert!(after["updated_at"].as_str() >= hold.body["expires_at"].as_str());
    let shown = ["captured_amount", "remaining_amount"].map(|member| after[member].clone());
    assert_eq!(shown, ["10.00", "0.00"]);
    assert_eq!(kept(book, "ada").await, ["40.00", "0.00", "0.00", "40.00"]);
    let revisions = book.get(&format!("{}/revisions", path(&hold))).await.expect(200);
    let last = revisions.rows().last().expect("three versions").clone();
    assert_eq!((&last["actor"], &last["version"]), (&json!("system:expiry"), &json!(3)));
    // Nothing more is captured of it, in no way; what was may be given back.
    for request in [
        book.patch(&path(&capture), &json!({"amount": "10.01"})),
        book.post(&format!("{}/capture", path(&hold)), &json!({})),
    ] {
        let refused = book.refuses(request, "transaction_not_editable", 409).await;
        assert_eq!(refused.text("current_status"), "expired");
    }
    let _ = book.patch(&path(&capture), &json!({"amount": "4"})).await.expect(200);
    let _ = book.delete(&path(&capture)).await.expect(200);
    let request = book.post(&format!("{}/restore", path(&capture)), &json!({}));
    let _ = book.refuses(request, "transaction_not_editable", 409).await;
    assert_eq!(read(book, &hold).await["captured_amount"], "0.00");
    book.database().verify().await;
}

async fn from_its_time_on_a_hold_cannot_be_captured(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    // Whoever is faster, the sweeper or one of these: none of them finds it pending.
    let hold = expiring(book, "30.00", 400).await;
    let part = json!({"amount": "1", "final": false});
    let capture = act(book, &hold, "capture", &part).await.expect(201);
    tokio::time::sleep(Duration::from_millis(410)).await;
    for request in [
        book.patch(&path(&capture), &json!({"amount": "2"})),
        book.patch(&path(&hold), &json!({"type": "credit", "amount": "0.50"})),
        book.post(&format!("{}/capture", path(&hold)), &json!({})),
        book.post(
            &format!("{}/extend", path(&hold)),
            &json!({"expires_at": in_ms(60_000)}),
        ),
        book.post(&format!("{}/void", path(&hold)), &json!({})),
        book.delete(&path(&hold)),
        book.patch(&path(&hold), &json!({"amount": "1"})),
        book.patch(&path(&hold), &json!({"type": "credit"})),
        book.post(&format!("{}/restore", path(&hold)), &json!({})),
        book.post(&format!("{}/refund", path(&hold)), &json!({})),
    ] {
        let refused = request.await.problem("transaction_not_editable", 409);
        assert_eq!(refused.text("current_status"), "expired");
    }
    let _ = expired(book, &hold).await;
    assert_eq!(kept(book, "ada").await, ["49.00", "0.00", "0.00", "49.00"]);
    book.database().verify().await;
}

async fn a_hold_of_a_frozen_account_expires_all_the_same(book: &Book) {
    let _ = book.create(&credit("ada", "50.00")).await;
    let hold = expiring(book, "30.00", 300).await;
    let account = format!("/accounts/{}", hold.text("source_account_id"));
    let _ = book.patch(&account, &json!({"status": "frozen"})).await.expect(200);
    let _ = expired(book, &hold).await;
    assert_eq!(kept(book, "ada").await, ["50.00", "0.00", "0.00", "50.00"]);
    book.database().verify().await;
}

async fn an_extended_hold_stands_past_its_first_time(book: &Book) {
    let hold = expiring(book, "30.00", 500).await;
    let _ = act(book, &hold, "extend", &json!({"expires_at": in_ms(60_000)}))
        .await
        .expect(200);
    let other = expiring(book, "1.00", 600).await;
    let _ = expired(book, &other).await;
    assert_eq!(read(book, &hold).await["status"], "pending");
    let _ = act(book, &hold, "capture", &json!({})).await.expect(201);
    book.database().verify().await;
}

async fn two_servers_expire_a_hold_once(book: &Book) {
    let Ok(other) = book.second_server().await else {
        // SQLite is served by one.
        assert_eq!(book.engine(), tests::Engine::Sqlite);
        return;
    };
    let mut holds = Vec::new();
    for _ in 0..20 {
        holds.push(expiring(book, "1.00", 500).await);
    }
    for hold in &holds {
        assert_eq!(expired(&other, hold).await["version"], 2);
    }
    assert_eq!(kept(book, "ada").await[1], "0.00");
    // Both have looked at least once since.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    for hold in &holds {
        assert_eq!(read(book, hold).await["version"], 2);
    }
    book.database().verify().await;
}
