//! POST `/transactions/import`: section 12 of the contract.

mod again;
mod bad_rows;
mod exported;
mod memory;
mod refusals;
mod rehearsed;
mod stopped;
mod streamed;

use serde_json::{Value, json};
use tests::{Answer, Book, Client, Request, on_both};

on_both!(
    a_csv_file_is_recorded_row_by_row,
    an_ndjson_file_is_recorded_row_by_row,
    rows_are_recorded_in_the_order_of_the_file,
    a_row_may_name_accounts_and_a_currency_of_the_ledgers_own,
    who_imports_and_by_which_request_stands_in_the_history,
    a_file_without_a_row_is_imported,
);

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

/// A request that imports this file.
fn import(client: &Client, query: &str, media_type: &str, file: impl Into<Vec<u8>>) -> Request {
    client
        .post(&format!("/transactions/import{query}"), &Value::Null)
        .body(file, media_type)
}

/// A file with a JSON object a line.
fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

/// Asserts that an import came to these numbers and to these errors, each a line and a code.
#[track_caller]
fn assert_report(answer: &Answer, [accepted, duplicates, rejected]: [u64; 3], errors: &[(u64, &str)]) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer
        .errors()
        .iter()
        .map(|error| (error["line"].clone(), error["code"].clone()));
    let expected = errors.iter().map(|(line, code)| (json!(line), json!(code)));
    assert_eq!(
        told.collect::<Vec<_>>(),
        expected.collect::<Vec<_>>(),
        "{}",
        answer.text
    );
    let counts = json!({"accepted": accepted, "duplicates": duplicates, "rejected": rejected});
    for (name, count) in counts.as_object().expect("an object") {
        assert_eq!(&answer.body[name], count, "{name} of {}", answer.text);
    }
    assert_eq!(
        answer.body.as_object().map(serde_json::Map::len),
        Some(4),
        "{}",
        answer.text
    );
}

async fn a_csv_file_is_recorded_row_by_row(book: &Book) {
    let file = "type,user_id,full_name,amount,currency,transaction_date,description,category,reference,metadata,metadata.size\n\
                credit,ada,Ada Lovelace,20.5,USD,2026-01-31T09:30:00+01:00,\"Say \"\"hi\"\", Ada\",gifts,r-1,\"{\"\"colour\"\":\"\"blue\"\"}\",5\n\
                debit,ada,,5,,,'=not a formula,,,,\n\
                credit,bob,,1,JPY,,,,,,\n";
    let answer = import(book, "", CSV, file).await;
    assert_report(&answer, [3, 0, 0], &[]);
    let made = book.get("/transactions?reference=r-1").await.expect(200).rows()[0].clone();
    let expected = json!({
        "type": "credit", "user_id": "ada", "amount": "20.50", "currency": "USD", "status": "posted", "version": 1,
        "transaction_date": "2026-01-31T08:30:00.000000Z", "description": "Say \"hi\", Ada", "category": "gifts",
        "metadata": {"colour": "blue", "size": "5"},
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&made[name], value, "{name}");
    }
    let ada = book.get("/users/ada").await.expect(200);
    assert_eq!(ada.body["full_name"], "Ada Lovelace");
    assert_eq!(book.balance_of("ada").await, "15.50");
    let debit = book.get("/transactions?type=debit").await.expect(200).rows()[0].clone();
    assert_eq!(debit["description"], "=not a formula");
    assert_eq!(debit["transaction_date"], debit["created_at"]);
    assert_eq!(book.account_of("bob", "main", "JPY").await["balance"], "1");
    book.database().verify().await;
}

async fn an_ndjson_file_is_recorded_row_by_row(book: &Book) {
    let file = "\u{feff}{\"type\": \"credit\", \"user_id\": \"ada\", \"amount\": \"20.50\", \"metadata\": {\"colour\": \"blue\"}}\r\n\
                \n   \n{\"type\":\"debit\",\"user_id\":\"ada\",\"amount\":\"0.50\",\"reference\":null}";
    let answer = import(book, "", NDJSON, file).await;
    assert_report(&answer, [2, 0, 0], &[]);
    assert_eq!(book.balance_of("ada").await, "20.00");
    let rows = book.walk("/transactions?sort=created_at", 50).await;
    assert_eq!(rows[0]["metadata"], json!({"colour": "blue"}));
    assert_eq!(rows[1]["type"], "debit");
}

async fn rows_are_recorded_in_the_order_of_the_file(book: &Book) {
    // No row but in its place would be good: the account must not go below zero.
    let account = json!({"user_id": "ada", "name": "purse", "currency": "USD", "minimum_balance": "0"});
    let _ = book.put_user("ada", &json!({"full_name": "Ada"})).await;
    let _ = book.open_account(&account).await;
    let rows: Vec<Value> = (0..3_000)
        .map(|number| {
            let kind = if number % 2 == 0 { "credit" } else { "debit" };
            json!({"type": kind, "user_id": "ada", "account": "purse", "amount": "1.00", "reference": format!("r-{number}")})
        })
        .collect();
    let answer = import(book, "", NDJSON, lines(&rows)).await;
    assert_report(&answer, [3_000, 0, 0], &[]);
    let kept = book.walk("/transactions?sort=created_at", 200).await;
    let references: Vec<&str> = kept.iter().filter_map(|row| row["reference"].as_str()).collect();
    let expected: Vec<String> = (0..3_000).map(|number| format!("r-{number}")).collect();
    assert_eq!(references, expected);
    book.database().verify().await;
}

async fn a_row_may_name_accounts_and_a_currency_of_the_ledgers_own(book: &Book) {
    let points = json!({"code": "GOLD_PT", "exponent": 1, "name": "Points"});
    let _ = book.post("/currencies", &points).await.expect(201);
    let mut accounts = Vec::new();
    for name in ["one", "two"] {
        let account = json!({"name": name, "currency": "GOLD_PT"});
        accounts.push(book.open_account(&account).await);
    }
    let file = format!(
        "type,source_account_id,destination_account_id,user_id,amount,currency\n\
         transfer,{one},{two},,1.5,\ncredit,,,ada,2.5,GOLD_PT\ncredit,,,ada,2.5,GOLD_XX\ntransfer,{one},{one},,1,GOLD_PT\n",
        one = accounts[0],
        two = accounts[1]
    );
    let answer = import(book, "", CSV, file).await;
    assert_report(&answer, [2, 0, 2], &[(4, "validation_failed"), (5, "same_account")]);
    assert_eq!(book.account_of("ada", "main", "GOLD_PT").await["balance"], "2.5");
    let two = book.get(&format!("/accounts/{}", accounts[1])).await.expect(200);
    assert_eq!(two.text("balance"), "1.5");
}

async fn who_imports_and_by_which_request_stands_in_the_history(book: &Book) {
    let key = book
        .post("/keys", &json!({"name": "import", "role": "writer"}))
        .await
        .expect(201);
    let client = book.with_key(key.text("secret"));
    let file = "type,user_id,amount\ncredit,ada,1\n";
    let answer = import(&client, "", CSV, file).header("X-Request-Id", "january").await;
    assert_report(&answer, [1, 0, 0], &[]);
    let made = book.walk("/transactions", 50).await;
    let id = made[0]["id"].as_str().expect("an id is text");
    let history = book.get(&format!("/transactions/{id}/revisions")).await.expect(200);
    let first = &history.rows()[0];
    assert_eq!(first["actor"], format!("key:{}", key.id()));
    assert_eq!(first["request_id"], "january");
    assert_eq!(first["position"].to_string(), answer.header("Daybook-Position"));
}

async fn a_file_without_a_row_is_imported(book: &Book) {
    for (media_type, file) in [
        (CSV, "type,user_id,amount"),
        (CSV, "type,amount\r\n\r\n"),
        (NDJSON, ""),
        (NDJSON, "\n \n"),
    ] {
        let answer = book
            .leaves_no_trace(async || import(book, "", media_type, file).await)
            .await;
        assert_report(&answer, [0, 0, 0], &[]);
        assert_eq!(answer.maybe_header("Daybook-Position"), None);
    }
}
