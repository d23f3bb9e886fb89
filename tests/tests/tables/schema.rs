//! The entities are the schema, and a server serves no other.

use sea_orm::{
    ColumnTrait, ConnectionTrait, Database, DatabaseConnection, EntityName, EntityTrait, Iden, Iterable,
    PrimaryKeyToColumn, Statement,
};
use tests::{Book, Engine, on_both};

on_both!(
    every_entity_has_the_columns_of_its_table,
    a_newer_schema_is_refused_by_an_older_program,
    an_older_schema_is_refused_with_the_command_that_mends_it,
);

/// Name, whether it may be NULL, whether it is in the primary key.
type Column = (String, bool, bool);

fn columns_of_entity<E: EntityTrait>() -> Vec<Column> {
    let key: Vec<String> = E::PrimaryKey::iter()
        .map(|key| key.into_column().unquoted().to_owned())
        .collect();
    E::Column::iter()
        .map(|column| {
            let name = column.unquoted().to_owned();
            let in_key = key.contains(&name);
            (name, column.def().is_null(), in_key)
        })
        .collect()
}

async fn columns_of_table(db: &DatabaseConnection, engine: Engine, table: &str) -> Vec<Column> {
    let sql = match engine {
        Engine::Sqlite => format!(
            "SELECT name, CAST(\"notnull\" = 0 AS TEXT) = '1', CAST(pk > 0 AS TEXT) = '1'
                FROM pragma_table_info('{table}')"
        ),
        Engine::Postgres => format!(
            "SELECT a.attname::text, NOT a.attnotnull, a.attnum = ANY (i.indkey)
                FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
                WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
        ),
    };
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await;
    let rows = rows.expect("the catalogue is read");
    let column = |row: &sea_orm::QueryResult| -> Result<Column, sea_orm::DbErr> {
        Ok((
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
        ))
    };
    rows.iter().map(|row| column(row).expect("three columns")).collect()
}

async fn check<E: EntityTrait + EntityName>(db: &DatabaseConnection, engine: Engine) {
    let table = E::default().table_name().to_owned();
    let of_table = columns_of_table(db, engine, &table).await;
    assert!(!of_table.is_empty(), "{table}");
    assert_eq!(columns_of_entity::<E>(), of_table, "{table}");
    // Also where there is no row, every column is asked for; where there is one, its types are read.
    E::find().one(db).await.expect("the entity reads its table");
}

async fn every_entity_has_the_columns_of_its_table(book: &Book) {
    let body = serde_json::json!({
        "type": "credit", "user_id": "ada", "amount": "20.00", "description": "d", "category": "c", "reference": "r",
    });
    let _ = book.post("/transactions", &body).key("k").await.expect(201);
    let (db, engine) = (Database::connect(book.database().url()).await, book.engine());
    let db = db.expect("the database is there");
    check::<entity::ledger::Entity>(&db, engine).await;
    check::<entity::currency::Entity>(&db, engine).await;
    check::<entity::user::Entity>(&db, engine).await;
    check::<entity::account::Entity>(&db, engine).await;
    check::<entity::transaction::Entity>(&db, engine).await;
    check::<entity::entry::Entity>(&db, engine).await;
    check::<entity::daily_total::Entity>(&db, engine).await;
    check::<entity::total::Entity>(&db, engine).await;
    check::<entity::event::Entity>(&db, engine).await;
    check::<entity::block::Entity>(&db, engine).await;
    check::<entity::idempotency_key::Entity>(&db, engine).await;
    check::<entity::api_key::Entity>(&db, engine).await;
    check::<entity::limit::Entity>(&db, engine).await;
    db.close().await.expect("the connection closes");
}

async fn a_newer_schema_is_refused_by_an_older_program(book: &Book) {
    let later = "INSERT INTO seaql_migrations VALUES ('m29990101_000001_later', 0)";
    assert_eq!(book.database().execute(later).await, 1);
    let _ = book.anonymous().get_root("/readyz").await.problem("unavailable", 503);
    for migrate in [api::Migrate::Auto, api::Migrate::Check] {
        let said = book.refuses_to_restart(|settings| settings.migrate = migrate).await;
        assert!(
            said.contains("too old") && said.contains("m29990101_000001_later"),
            "{said}"
        );
    }
}

async fn an_older_schema_is_refused_with_the_command_that_mends_it(book: &Book) {
    let count = book.database().execute("DELETE FROM seaql_migrations").await;
    assert!(count >= 1);
    let _ = book.anonymous().get_root("/readyz").await.problem("unavailable", 503);
    let said = book
        .refuses_to_restart(|settings| settings.migrate = api::Migrate::Check)
        .await;
    assert!(said.contains("daybook migrate up"), "{said}");
}
