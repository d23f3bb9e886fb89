//! Whatever is changed in the journal by hand, `daybook verify` names the first block that it touches: every column of
//! every table of it, as the catalogue names them, at its beginning, in its middle and at its end; rows that are taken
//! out, put in, or change places.

use tests::{Database, Engine};

use super::on_both_engines;
use super::played::Played;
use super::service_under_test::Service;
use super::tampering::{filled, unguard};

/// Where the guard of a row stands, and how its place in the journal is told.
const TABLES: [(&str, &str); 3] = [("events", "position"), ("entries", "position"), ("blocks", "height")];
/// What no value of a row can be mistaken for.
const ODD: i64 = 777;

pub(super) async fn texts(database: &Database, query: &str) -> Vec<String> {
    database.texts(query).await
}

/// Name and type of each column.
async fn columns(database: &Database, table: &str) -> Vec<(String, String)> {
    let query = match database.engine() {
        Engine::Sqlite => format!("SELECT name || ' ' || lower(type) FROM pragma_table_info('{table}')"),
        Engine::Postgres => format!(
            "SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_name = '{table}'"
        ),
    };
    let columns = texts(database, &query).await;
    assert!(columns.len() >= 8, "{columns:?}");
    let split = |column: String| {
        let (name, kind) = column.split_once(' ').expect("a name and a type");
        (name.to_owned(), kind.to_owned())
    };
    columns.into_iter().map(split).collect()
}

/// Another value of the column, whatever it has.
fn other(database: &Database, (column, kind): &(String, String)) -> String {
    let engine = database.engine();
    match kind.as_str() {
        "blob" | "bytea" if column == "salt" => engine.bytes(&[7; 16]),
        "blob" if column == "account_id" || column == "transaction_id" => engine.bytes(&[7; 16]),
        "blob" | "bytea" => engine.bytes(&[7; 32]),
        "uuid" => engine.uuid(uuid::Uuid::from_bytes([7; 16])),
        "text" if column == "data" => "'{}'".to_owned(),
        "text" if column == "personal" => "'{\"reason\":\"none\"}'".to_owned(),
        "text" if column == "kind" => "'user.updated'".to_owned(),
        "text" if column == "subject" => "'users/eve'".to_owned(),
        "text" => "'other'".to_owned(),
        // No block ends before it begins.
        _ if column == "first_position" => format!("{column} - 1"),
        // Away from all that is there, but within what the columns allow.
        _ => format!("{column} + {ODD}"),
    }
}

/// The rows of a table by what they are known by: first, middle and last.
async fn places(database: &Database, table: &str, place: &str) -> Vec<(String, i64)> {
    if table != "entries" {
        return numbered(database, table, place).await;
    }
    // SQLite has no number for their rows: they are known by their keys.
    let id = id_of_entry(database);
    let found = texts(
        database,
        &format!("SELECT {id} || ' ' || {place} FROM entries ORDER BY position, account_id, seq"),
    )
    .await;
    three(found.iter().map(|row| {
        let (id, place) = row.rsplit_once(' ').expect("an id and a place");
        (
            format!("{} = '{id}'", id_of_entry(database)),
            place.parse().expect("a number"),
        )
    }))
}

fn id_of_entry(database: &Database) -> &'static str {
    match database.engine() {
        Engine::Sqlite => "hex(account_id) || '/' || seq",
        Engine::Postgres => "account_id::text || '/' || seq",
    }
}

async fn numbered(database: &Database, table: &str, place: &str) -> Vec<(String, i64)> {
    let query = format!("SELECT CAST({place} AS TEXT) FROM {table} ORDER BY {place}");
    let found = texts(database, &query).await;
    three(found.iter().map(|place_of_row| {
        let number = place_of_row.parse().expect("a number");
        (format!("{place} = {place_of_row}"), number)
    }))
}

fn three<T>(rows: impl Iterator<Item = T>) -> Vec<T> {
    let rows: Vec<T> = rows.collect();
    let (middle, last) = (rows.len() / 2, rows.len() - 1);
    assert!(middle > 0 && middle < last);
    let wanted = [0, middle, last];
    rows.into_iter()
        .enumerate()
        .filter(|(index, _)| wanted.contains(index))
        .map(|(_, row)| row)
        .collect()
}

/// Height of the block of a place.
pub(super) async fn height_of(database: &Database, place: &str, number: i64) -> i64 {
    if place == "height" {
        return number;
    }
    let query =
        format!("SELECT CAST(height AS TEXT) FROM blocks WHERE {number} BETWEEN first_position AND last_position");
    texts(database, &query).await[0].parse().expect("a height")
}

/// Does `deed`, which must be found out at the block `height`, and takes it back by what was copied before.
pub(super) async fn expect_named(service: &Service, table: &str, deed: &str, height: i64) {
    let database = &service.database;
    assert!(database.execute(deed).await > 0, "nothing was done by {deed}");
    let report = service.daybook.verify(None).await.expect("the database answers");
    let found = report.ledgers.first().and_then(|ledger| ledger.first_bad_height);
    assert!(!report.is_ok(), "{deed} was not found out");
    assert_eq!(found, Some(height), "{deed}: {:#?}", report.failures);
    let _ = database.execute(&format!("DELETE FROM {table}")).await;
    assert!(
        database
            .execute(&format!("INSERT INTO {table} SELECT * FROM kept_{table}"))
            .await
            > 0
    );
}

pub(super) async fn prepared(engine: Engine) -> Option<Service> {
    let Played { service, .. } = filled(engine).await?;
    unguard(&service).await;
    for (table, _) in TABLES {
        let _ = service
            .database
            .execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"))
            .await;
    }
    Some(service)
}

async fn every_column_of_the_journal_is_covered(engine: Engine) {
    let Some(service) = prepared(engine).await else { return };
    let database = &service.database;
    let mut done = 0;
    for (table, place) in TABLES {
        let columns = columns(database, table).await;
        for (row, number) in places(database, table, place).await {
            let height = height_of(database, place, number).await;
            for column in &columns {
                let value = other(database, column);
                let deed = format!("UPDATE {table} SET {} = {value} WHERE {row}", column.0);
                expect_named(&service, table, &deed, height).await;
                done += 1;
            }
        }
    }
    assert!(done >= 3 * 25, "{done}");
    let _ = service.verify().await;
    service.close().await;
}

async fn a_personal_part_that_is_taken_as_an_erasure_does_it_is_missed(engine: Engine) {
    let Some(service) = prepared(engine).await else { return };
    for (row, number) in places(&service.database, "events", "position").await {
        let height = height_of(&service.database, "position", number).await;
        // The one change that the guards of the journal let through.
        let deed = format!("UPDATE events SET personal = NULL, salt = NULL WHERE {row}");
        expect_named(&service, "events", &deed, height).await;
    }
    service.close().await;
}

async fn every_row_that_is_taken_out_is_missed(engine: Engine) {
    let Some(service) = prepared(engine).await else { return };
    for (table, place) in TABLES {
        for (row, number) in places(&service.database, table, place).await {
            let height = height_of(&service.database, place, number).await;
            expect_named(&service, table, &format!("DELETE FROM {table} WHERE {row}"), height).await;
        }
    }
    service.close().await;
}

async fn a_row_that_is_put_in_is_found(engine: Engine) {
    let Some(service) = prepared(engine).await else { return };
    let database = &service.database;
    for (table, place) in TABLES {
        let columns = columns(database, table).await;
        let key = if table == "entries" { "seq" } else { place };
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let selected: Vec<String> = columns
            .iter()
            .map(|(name, _)| {
                if name == key {
                    format!("{name} + {ODD}")
                } else {
                    name.clone()
                }
            })
            .collect();
        for (row, number) in places(database, table, place).await {
            let deed = format!(
                "INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE {row}",
                names.join(", "),
                selected.join(", ")
            );
            // A copy of an entry belongs to the event of the first; of the others, to what is not there yet.
            let height = match table {
                "entries" => height_of(database, place, number).await,
                _ => {
                    database
                        .number("SELECT MAX(height) FROM blocks")
                        .await
                        .try_into()
                        .unwrap_or(i64::MAX)
                        + 1
                }
            };
            expect_named(&service, table, &deed, height).await;
        }
    }
    service.close().await;
}

async fn rows_that_change_places_are_found(engine: Engine) {
    let Some(service) = prepared(engine).await else { return };
    let database = &service.database;
    for (table, place) in [("events", "position"), ("blocks", "height")] {
        for (row, number) in places(database, table, place).await.into_iter().take(2) {
            let height = height_of(database, place, number).await;
            let next = number + 1;
            let _ = database
                .execute(&format!("UPDATE {table} SET {place} = {place} + 100000 WHERE {row}"))
                .await;
            let _ = database
                .execute(&format!("UPDATE {table} SET {place} = {number} WHERE {place} = {next}"))
                .await;
            let last = format!(
                "UPDATE {table} SET {place} = {next} WHERE {place} = {}",
                number + 100_000
            );
            expect_named(&service, table, &last, height).await;
        }
    }
    service.close().await;
}

on_both_engines!(
    every_column_of_the_journal_is_covered,
    a_personal_part_that_is_taken_as_an_erasure_does_it_is_missed,
    every_row_that_is_taken_out_is_missed,
    a_row_that_is_put_in_is_found,
    rows_that_change_places_are_found,
);
