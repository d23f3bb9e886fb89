//! Frozen and closed accounts, and the entries of an account; section 5 of the contract.

use serde_json::{Value, json};
use tests::body::{credit, debit, transfer};
use tests::{Book, on_both};

on_both!(
    a_frozen_account_refuses_every_change_of_its_balance,
    a_frozen_account_lets_text_edits_pass,
    a_thawed_account_works_again,
    a_closed_account_refuses_every_change_of_its_balance,
    closing_needs_a_zero_balance,
    closed_is_final,
    entries_count_from_one_and_carry_the_balance,
    an_edit_appends_entries_and_keeps_the_old_ones,
    entries_are_paged_newest_first,
);

fn id_of(account: &Value) -> &str {
    account["id"].as_str().expect("an id is text")
}

async fn set_status(book: &Book, account_id: &str, status: &str) {
    let patched = book
        .patch(&format!("/accounts/{account_id}"), &json!({"status": status}))
        .await
        .expect(200);
    assert_eq!(patched.body["status"], status);
}

async fn a_frozen_account_refuses_every_change_of_its_balance(book: &Book) {
    let posted = book.create(&credit("ada", "20.00")).await.id();
    let voided = book.create(&credit("ada", "1.00")).await.id();
    let _ = book.delete(&format!("/transactions/{voided}")).await.expect(200);
    let _ = book.create(&credit("bob", "20.00")).await;
    let (ada, bob) = (
        book.account_of("ada", "main", "USD").await,
        book.account_of("bob", "main", "USD").await,
    );
    set_status(book, id_of(&ada), "frozen").await;

    let posted = format!("/transactions/{posted}");
    let requests = [
        book.post("/transactions", &credit("ada", "1.00")),
        book.post("/transactions", &debit("ada", "1.00")),
        book.post("/transactions", &transfer(id_of(&ada), id_of(&bob), "1.00")),
        book.post("/transactions", &transfer(id_of(&bob), id_of(&ada), "1.00")),
        book.patch(&posted, &json!({"amount": "19.00"})),
        book.patch(&posted, &json!({"type": "debit"})),
        book.delete(&posted),
        book.post(&format!("/transactions/{voided}/restore"), &json!({})),
    ];
    for request in requests {
        let _ = book.refuses(request, "account_frozen", 409).await;
    }
}

async fn a_frozen_account_lets_text_edits_pass(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    set_status(book, made.text("destination_account_id"), "frozen").await;
    let patch = json!({"description": "rent", "reference": "r-1", "metadata": {"a": "b"}, "reason": "a note"});
    let patched = book
        .patch(&format!("/transactions/{}", made.id()), &patch)
        .await
        .expect(200);
    assert_eq!(patched.version(), 2);
    assert_eq!(patched.body["description"], "rent");
}

async fn a_thawed_account_works_again(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    set_status(book, made.text("destination_account_id"), "frozen").await;
    set_status(book, made.text("destination_account_id"), "open").await;
    let _ = book.create(&debit("ada", "20.00")).await;
    assert_eq!(book.balance_of("ada").await, "0.00");
}

async fn a_closed_account_refuses_every_change_of_its_balance(book: &Book) {
    let kept = book.create(&credit("ada", "20.00")).await.id();
    let _ = book.create(&debit("ada", "20.00")).await;
    let voided = book.create(&credit("ada", "1.00")).await.id();
    let _ = book.delete(&format!("/transactions/{voided}")).await.expect(200);
    let _ = book.create(&credit("bob", "20.00")).await;
    let (ada, bob) = (
        book.account_of("ada", "main", "USD").await,
        book.account_of("bob", "main", "USD").await,
    );
    set_status(book, id_of(&ada), "closed").await;
    let kept = format!("/transactions/{kept}");
    let requests = [
        book.post("/transactions", &credit("ada", "1.00")),
        book.post("/transactions", &debit("ada", "1.00")),
        book.post("/transactions", &transfer(id_of(&ada), id_of(&bob), "1.00")),
        book.post("/transactions", &transfer(id_of(&bob), id_of(&ada), "1.00")),
        book.patch(&kept, &json!({"amount": "19.00"})),
        book.patch(&kept, &json!({"type": "debit"})),
        book.patch(&kept, &json!({"transaction_date": "2026-01-31T09:30:00Z"})),
        book.delete(&kept),
        book.post(&format!("/transactions/{voided}/restore"), &json!({})),
    ];
    for request in requests {
        let _ = book.refuses(request, "account_closed", 409).await;
    }
    let patched = book
        .patch(&kept, &json!({"description": "kept for the record"}))
        .await
        .expect(200);
    assert_eq!(patched.version(), 2);
}

async fn closing_needs_a_zero_balance(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let path = format!("/accounts/{}", made.text("destination_account_id"));
    let _ = book
        .refuses(
            book.patch(&path, &json!({"status": "closed"})),
            "account_not_empty",
            409,
        )
        .await;
    let _ = book.create(&debit("ada", "20.00")).await;
    assert_eq!(
        book.patch(&path, &json!({"status": "closed"})).await.expect(200).body["status"],
        "closed"
    );
}

async fn closed_is_final(book: &Book) {
    let id = book.open_account(&json!({"name": "fees", "currency": "USD"})).await;
    set_status(book, &id, "closed").await;
    for status in ["open", "frozen"] {
        let patch = book.patch(&format!("/accounts/{id}"), &json!({"status": status}));
        let _ = book.refuses(patch, "account_closed", 409).await;
    }
    let again = json!({"name": "fees", "currency": "USD"});
    let _ = book
        .refuses(book.post("/accounts", &again), "account_exists", 409)
        .await;
}

async fn entries_count_from_one_and_carry_the_balance(book: &Book) {
    let first = book.create(&credit("ada", "20.00")).await;
    let second = book.create(&debit("ada", "25.50")).await;
    let account = first.text("destination_account_id");
    let entries = book.get(&format!("/accounts/{account}/entries")).await.expect(200);
    assert_eq!(entries.column("amount"), ["-25.50", "20.00"]);
    assert_eq!(entries.column("balance"), ["-5.50", "20.00"]);
    assert_eq!(entries.column("transaction_id"), [second.id(), first.id()]);
    assert_eq!(entries.rows()[0]["seq"], 2);
    assert_eq!(entries.rows()[1]["seq"], 1);
    assert_eq!(entries.rows()[0]["transaction_version"], 1);
    assert_eq!(entries.rows()[0]["transaction_date"], second.body["transaction_date"]);
    assert_eq!(entries.rows()[0]["recorded_at"], second.body["created_at"]);

    let world = first.text("source_account_id");
    let mirror = book.get(&format!("/accounts/{world}/entries")).await.expect(200);
    assert_eq!(mirror.column("amount"), ["25.50", "-20.00"]);
}

async fn an_edit_appends_entries_and_keeps_the_old_ones(book: &Book) {
    let made = book.create(&credit("ada", "20.00")).await;
    let account = made.text("destination_account_id");
    let path = format!("/accounts/{account}/entries?limit=200");
    let before = book.get(&path).await.expect(200);
    let _ = book
        .patch(&format!("/transactions/{}", made.id()), &json!({"amount": "30.00"}))
        .await
        .expect(200);
    let _ = book.delete(&format!("/transactions/{}", made.id())).await.expect(200);

    let after = book.get(&path).await.expect(200);
    let rows = after.rows();
    assert!(rows.len() > 2, "{}", after.text);
    assert_eq!(rows[rows.len() - 1], before.rows()[0], "the first entry is untouched");
    assert_eq!(rows[0]["balance"], "0.00");
    assert_eq!(rows[0]["transaction_version"], 3);
    for (place, row) in rows.iter().rev().enumerate() {
        assert_eq!(row["seq"], place + 1, "seq has no gap");
        assert_eq!(row["transaction_id"], made.body["id"]);
    }
}

async fn entries_are_paged_newest_first(book: &Book) {
    for cents in 1..=7 {
        let _ = book.create(&credit("ada", &format!("0.0{cents}"))).await;
    }
    let account = book.account_of("ada", "main", "USD").await;
    let path = format!("/accounts/{}/entries", id_of(&account));
    let first = book.get(&format!("{path}?limit=3")).await.expect(200);
    assert_eq!(first.column("amount"), ["0.07", "0.06", "0.05"]);
    let cursor = first.next_cursor().expect("there is more");
    let _ = book.create(&credit("ada", "1.00")).await;
    let second = book.get(&format!("{path}?limit=200&cursor={cursor}")).await.expect(200);
    assert_eq!(second.column("amount"), ["0.04", "0.03", "0.02", "0.01"]);
    assert!(second.next_cursor().is_none());
}
