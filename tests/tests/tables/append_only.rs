//! The journal refuses every change but erasure, whoever asks.

use serde_json::json;
use tests::body::{credit, with};
use tests::{Book, Engine, on_both};

on_both!(
    the_journal_refuses_every_update_and_every_delete,
    the_journal_cannot_be_emptied_or_replaced,
    the_personal_part_of_an_event_can_be_erased_whole_and_nothing_else,
);

const JOURNAL: [&str; 3] = ["entries", "blocks", "events"];

async fn fill(book: &Book) {
    let body = with(
        credit("ada", "20.00"),
        json!({"description": "rent", "metadata": {"colour": "red"}}),
    );
    let made = book.create(&body).await;
    let path = format!("/transactions/{}", made.id());
    let _ = book.patch(&path, &json!({"amount": "30.00"})).await.expect(200);
}

/// The statement is refused for what it does, and every row stays.
async fn assert_refused(book: &Book, statement: &str) {
    let outcome = book
        .leaves_no_trace(async || book.database().try_execute(statement).await)
        .await;
    match outcome {
        Ok(rows) => panic!("{statement} changed {rows} rows"),
        Err(error) => assert!(error.contains("is append-only"), "{statement}: {error}"),
    }
}

async fn the_journal_refuses_every_update_and_every_delete(book: &Book) {
    fill(book).await;
    for table in JOURNAL {
        let columns = match book.engine() {
            Engine::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
            Engine::Postgres => {
                format!("SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}'")
            }
        };
        let columns = book.database().texts(&columns).await;
        assert!(columns.len() >= 8, "{table} has {columns:?}");
        // Whatever is written, be it what is there: the tables are not for writing. What may be done to an event's
        // personal part has a test of its own.
        for column in columns
            .iter()
            .filter(|column| !["personal", "salt"].contains(&column.as_str()))
        {
            assert_refused(book, &format!("UPDATE {table} SET {column} = {column}")).await;
        }
        assert_refused(book, &format!("DELETE FROM {table}")).await;
    }
}

async fn the_journal_cannot_be_emptied_or_replaced(book: &Book) {
    fill(book).await;
    for table in JOURNAL {
        match book.engine() {
            Engine::Postgres => {
                assert_refused(book, &format!("TRUNCATE {table}")).await;
                assert_refused(book, &format!("TRUNCATE users, {table} CASCADE")).await;
            }
            Engine::Sqlite => {
                assert_refused(book, &format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}")).await;
                assert_refused(book, &format!("REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")).await;
            }
        }
    }
}

async fn the_personal_part_of_an_event_can_be_erased_whole_and_nothing_else(book: &Book) {
    fill(book).await;
    let salt = book.engine().bytes(&[7; 32]);
    for change in [
        "personal = NULL".to_owned(),
        "salt = NULL".to_owned(),
        "personal = '{}'".to_owned(),
        format!("salt = {salt}"),
        format!("personal = '{{}}', salt = {salt}"),
        "personal = NULL, salt = NULL, kind = 'transaction.voided'".to_owned(),
        "personal = NULL, salt = NULL, data = '{}'".to_owned(),
        "personal = NULL, salt = NULL, actor = 'nobody'".to_owned(),
        "personal = NULL, salt = NULL, subject = 'users/eve'".to_owned(),
        "personal = NULL, salt = NULL, subject_version = subject_version + 1".to_owned(),
        "personal = NULL, salt = NULL, position = position + 1000".to_owned(),
        "personal = NULL, salt = NULL, recorded_at = recorded_at + 1".to_owned(),
        "personal = NULL, salt = NULL, request_id = 'other'".to_owned(),
        "personal = NULL, salt = NULL, schema_version = 2".to_owned(),
        "personal = NULL, salt = NULL, ledger_id = 2".to_owned(),
        format!("personal = NULL, salt = NULL, commitment = {salt}"),
    ] {
        assert_refused(book, &format!("UPDATE events SET {change}")).await;
    }
    let events = book.database().texts("SELECT subject FROM events").await.len();
    let erased = book
        .database()
        .execute("UPDATE events SET personal = NULL, salt = NULL")
        .await;
    assert_eq!(usize::try_from(erased), Ok(events));
    // What is erased stays so.
    let salt = format!("UPDATE events SET personal = '{{}}', salt = {salt}");
    assert_refused(book, &salt).await;
}
