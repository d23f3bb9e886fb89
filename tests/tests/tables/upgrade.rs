//! A database that an older program filled, brought up to date.
//!
//! The rows of `upgrade/*.sql` were written by the program as it was with its first two migrations, and `upgrade/*.json`
//! is what it answered about them. They stand for what is out there, and so are never made anew.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::program::{Folder, Program, Serving};
use tests::{Book, Client, Database, Engine, OPERATOR_KEY, on_both};

on_both!(a_database_that_an_older_program_filled_is_served_as_it_was);

/// The migrations that the older program had.
const MIGRATIONS: usize = 2;

/// The rows, a statement each, and what was answered about them, by path.
fn filled_by_the_older_program(engine: Engine) -> (&'static str, BTreeMap<String, Value>) {
    let (rows, answers) = match engine {
        Engine::Sqlite => (include_str!("upgrade/sqlite.sql"), include_str!("upgrade/sqlite.json")),
        Engine::Postgres => (
            include_str!("upgrade/postgres.sql"),
            include_str!("upgrade/postgres.json"),
        ),
    };
    let answers = serde_json::from_str(answers).expect("the answers are JSON");
    (rows, answers)
}

fn migrate(folder: &Folder, verb: &str, database: &Database) -> String {
    let output = Program::Daybook.migrate(folder.path(), verb, database.url());
    assert!(
        output.status.success(),
        "{verb}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The schema of the older program.
fn make_old_schema(folder: &Folder, database: &Database) {
    let mut said = migrate(folder, "up", database);
    while said.matches("applied").count() > MIGRATIONS {
        said = migrate(folder, "down", database);
    }
    assert_eq!(said.matches("applied").count(), MIGRATIONS, "{said}");
}

/// Asserts that every member that was answered is answered still, whatever has come beside it.
fn assert_still_answered(now: &Value, before: &Value, place: &str) {
    match (now, before) {
        (Value::Object(now), Value::Object(before)) => {
            for (name, before) in before {
                let now = now.get(name).unwrap_or(&Value::Null);
                assert_still_answered(now, before, &format!("{place} {name}"));
            }
        }
        (Value::Array(now), Value::Array(before)) => {
            assert_eq!(now.len(), before.len(), "{place}");
            for (number, (now, before)) in now.iter().zip(before).enumerate() {
                assert_still_answered(now, before, &format!("{place} {number}"));
            }
        }
        _ => assert_eq!(now, before, "{place}"),
    }
}

/// Does with the old rows what can be done with new ones.
async fn go_on(client: &Client, transactions: &Value) {
    let path = |number: usize| {
        let id = transactions["data"][number]["id"].as_str();
        format!("/transactions/{}", id.expect("an id is text"))
    };
    let (salary, rent, voided) = (path(0), path(1), path(2));
    let body = json!({
        "type": "credit", "user_id": "ada", "amount": "100", "transaction_date": "2026-01-05T08:00:00Z",
        "category": "salary", "reference": "pay-1", "metadata": {"note": "it's \"quoted\""},
    });
    let replay = client.post("/transactions", &body).key("key-1").await.expect(201);
    assert!(replay.is_replay(), "the key is known");
    assert_eq!(replay.body, transactions["data"][0]);
    let taken = client.post(
        "/transactions",
        &with(credit("bob", "1"), json!({"reference": "pay-1"})),
    );
    let _ = taken.await.problem("reference_taken", 409);
    let refund = client
        .post(&format!("{rent}/refund"), &json!({"amount": "25.01"}))
        .await;
    let _ = refund.problem("amount_exceeds_remaining", 422);
    let _ = client.post(&format!("{rent}/refund"), &json!({})).await.expect(201);
    let _ = client.post(&format!("{voided}/restore"), &json!({})).await.expect(200);
    let _ = client.patch(&salary, &json!({"amount": "101"})).await.expect(200);
    let hold = with(debit("ada", "30"), json!({"status": "pending"}));
    let capture = format!("/transactions/{}/capture", client.create(&hold).await.id());
    let _ = client.post(&capture, &json!({"amount": "10"})).await.expect(201);
    let _ = client
        .put("/closing", &json!({"closed_through": "2026-01-31"}))
        .await
        .expect(200);
    let _ = client.delete(&salary).await.problem("period_closed", 409);
    // 101 in; the rent is given back; 5 and 20 and 10 out.
    assert_eq!(client.balance_of("ada").await, "66.00");
}

async fn a_database_that_an_older_program_filled_is_served_as_it_was(book: &Book) {
    let folder = Folder::empty();
    let database = Database::without_tables(book.engine()).await;
    let database = database.expect("the engine was there a moment ago");
    make_old_schema(&folder, &database);
    let (rows, answers) = filled_by_the_older_program(book.engine());
    for row in rows.split_terminator(";\n") {
        assert_eq!(database.execute(row).await, 1, "{row}");
    }
    let before = database.snapshot().await;
    for table in ["users", "accounts", "transactions", "entries", "events", "blocks"] {
        assert!(before.row_counts()[table] > 1, "there is something in {table}");
    }
    let said = migrate(&folder, "up", &database);
    assert!(!said.contains("pending"), "{said}");
    database
        .snapshot()
        .await
        .assert_widened_from(&before, "seaql_migrations");
    database.verify().await;
    let server = Serving::on(database.url(), &folder).await;
    let client = server.client(OPERATOR_KEY);
    for (path, before) in &answers {
        let now = client.get(path).await.expect(200).body;
        assert_still_answered(&now, before, path);
    }
    go_on(&client, &answers["/transactions?status=posted,voided&sort=created_at"]).await;
    drop(server);
    database.verify().await;
}
