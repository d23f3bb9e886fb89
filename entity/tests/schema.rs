//! The entities are the schema: a column that one has and the other has not would be found by no compiler.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test fails by panicking, as the test does"
)]

use sea_orm::{
    ColumnTrait, ConnectionTrait, Database, DatabaseConnection, EntityName, EntityTrait, Iden, Iterable,
    PrimaryKeyToColumn, Statement,
};

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

async fn columns_of_table(db: &DatabaseConnection, table: &str) -> Vec<Column> {
    let sql = format!("SELECT name, \"notnull\" = 0, pk > 0 FROM pragma_table_info('{table}')");
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    rows.iter()
        .map(|row| {
            let flag = |index: usize| row.try_get_by_index::<i64>(index).unwrap() == 1;
            (row.try_get_by_index(0).unwrap(), flag(1), flag(2))
        })
        .collect()
}

async fn check<E: EntityTrait + EntityName>(db: &DatabaseConnection) {
    let table = E::default().table_name().to_owned();
    let of_table = columns_of_table(db, &table).await;
    assert!(!of_table.is_empty(), "{table}");
    assert_eq!(columns_of_entity::<E>(), of_table, "{table}");
    // Reading no row still asks for every column.
    assert!(E::find().one(db).await.unwrap().is_none());
}

#[tokio::test]
async fn every_entity_has_the_columns_of_its_table() {
    let db = Database::connect("sqlite::memory:").await.unwrap();
    migration::up(&db).await.unwrap();
    check::<entity::ledger::Entity>(&db).await;
    check::<entity::currency::Entity>(&db).await;
    check::<entity::user::Entity>(&db).await;
    check::<entity::account::Entity>(&db).await;
    check::<entity::transaction::Entity>(&db).await;
    check::<entity::entry::Entity>(&db).await;
    check::<entity::daily_total::Entity>(&db).await;
    check::<entity::total::Entity>(&db).await;
    check::<entity::event::Entity>(&db).await;
    check::<entity::block::Entity>(&db).await;
    check::<entity::idempotency_key::Entity>(&db).await;
    check::<entity::api_key::Entity>(&db).await;
}
