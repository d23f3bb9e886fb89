//! The texts of tables, written once for both databases: what differs stands as a placeholder such as `{int}`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// What stands for the placeholders of a text.
pub(crate) struct Dialect {
    int: &'static str,
    uuid: &'static str,
    bytes: &'static str,
    /// Text that is compared: byte by byte on both databases, whatever the locale of the server.
    text: &'static str,
    /// Closes a table that only grows.
    growing: &'static str,
    /// Closes a table whose rows are updated in place.
    updated: &'static str,
}

impl Dialect {
    /// That of the database.
    pub(crate) fn of(backend: DbBackend) -> Self {
        if backend == DbBackend::Postgres {
            Self {
                int: "BIGINT",
                uuid: "UUID",
                bytes: "BYTEA",
                text: "TEXT COLLATE \"C\"",
                growing: "",
                // Room in each page for the next version of its rows, so that an update touches no index.
                updated: "WITH (fillfactor = 70)",
            }
        } else {
            Self {
                int: "INTEGER",
                uuid: "BLOB",
                bytes: "BLOB",
                text: "TEXT",
                // STRICT: without it an integer that overflows becomes a float without a word.
                growing: "STRICT, WITHOUT ROWID",
                updated: "STRICT, WITHOUT ROWID",
            }
        }
    }

    /// The text for the database.
    pub(crate) fn write(&self, template: &str) -> String {
        template
            .replace("{int}", self.int)
            .replace("{uuid}", self.uuid)
            .replace("{bytes}", self.bytes)
            .replace("{text}", self.text)
            .replace("{growing}", self.growing)
            .replace("{updated}", self.updated)
    }
}

/// Executes the texts, written for the database, one after the other.
pub(crate) async fn execute_all(manager: &SchemaManager<'_>, templates: &[&str]) -> Result<(), DbErr> {
    let dialect = Dialect::of(manager.get_database_backend());
    for template in templates {
        let sql = dialect.write(template);
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
