//! SQLite: a file in a folder of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection};
use uuid::Uuid;

use super::block_on_elsewhere;
use super::template::{binary_name, build_folder, build_name, set_up};

/// A database file whose folder is removed when this is dropped.
#[derive(Debug)]
pub(super) struct File {
    folder: PathBuf,
    url: String,
}

impl File {
    /// A place where no file is yet.
    pub(super) fn absent() -> Self {
        let folder = std::env::temp_dir().join(format!("daybook-test-{}", Uuid::new_v4()));
        fs::create_dir_all(&folder).expect("the temporary folder is writable");
        let url = format!("sqlite://{}", folder.join("daybook.db").display());
        Self { folder, url }
    }

    pub(super) fn from_template() -> Self {
        let file = Self::absent();
        fs::copy(template(), file.folder.join("daybook.db")).expect("the template can be copied");
        file
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::from_str(&self.url).expect("the URL is one of SQLite");
        // What the suite itself writes is no log of a server's.
        let options = options.disable_statement_logging();
        options.connect().await.expect("SQLite opens the file")
    }

    pub(super) async fn rows(&self) -> BTreeMap<String, Vec<String>> {
        let mut connection = self.connect().await;
        let mut tables = BTreeMap::new();
        for table in table_names(&mut connection).await {
            let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
                .bind(&table)
                .fetch_all(&mut connection)
                .await
                .expect("SQLite names the columns");
            let row: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
            let query = format!("SELECT {} FROM \"{table}\" ORDER BY 1", row.join(" || ', ' || "));
            let rows = sqlx::query_scalar(AssertSqlSafe(query))
                .fetch_all(&mut connection)
                .await;
            tables.insert(table, rows.expect("SQLite reads the table"));
        }
        tables
    }

    pub(super) async fn block_writes(&self) -> SqliteConnection {
        let mut connection = self.connect().await;
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut connection)
            .await
            .expect("SQLite gives the write lock");
        connection
    }

    pub(super) async fn execute(&self, statement: &str) -> Result<u64, sqlx::Error> {
        let mut connection = self.connect().await;
        let query = sqlx::query(AssertSqlSafe(statement.to_owned()));
        Ok(query.execute(&mut connection).await?.rows_affected())
    }

    pub(super) async fn texts(&self, query: &str) -> Result<Vec<String>, sqlx::Error> {
        let mut connection = self.connect().await;
        let query = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
        query.fetch_all(&mut connection).await
    }

    pub(super) async fn number(&self, query: &str) -> i64 {
        let mut connection = self.connect().await;
        let outcome = sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&mut connection);
        outcome.await.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    pub(super) async fn hide_tables(&self) {
        let mut connection = self.connect().await;
        for table in table_names(&mut connection).await {
            let statement = format!("ALTER TABLE \"{table}\" RENAME TO \"hidden_{table}\"");
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await
                .expect("SQLite renames the table");
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // A folder left behind in the temporary folder is no reason to fail.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn table_names(connection: &mut SqliteConnection) -> Vec<String> {
    sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
        .fetch_all(connection)
        .await
        .expect("SQLite names its tables")
}

/// The file that tests copy, made once per build, whichever process comes first. That of an earlier build is removed.
fn template() -> PathBuf {
    let prefix = format!("template-{}-", binary_name());
    let path = build_folder().join(format!("{prefix}{}.db", build_name()));
    if path.exists() {
        return path;
    }
    let lock = fs::File::create(build_folder().join("template.lock")).expect("the target folder is writable");
    lock.lock().expect("the lock is given when the other process is done");
    if !path.exists() {
        let source = File::absent();
        block_on_elsewhere(async || {
            set_up(&source.url).await;
            let mut connection = source.connect().await;
            let copy = source.folder.join("template.db");
            sqlx::query("VACUUM INTO ?")
                .bind(copy.display().to_string())
                .execute(&mut connection)
                .await
                .expect("SQLite copies the database");
        });
        for leftover in fs::read_dir(build_folder())
            .expect("the target folder is readable")
            .flatten()
        {
            if leftover.file_name().to_string_lossy().starts_with(&prefix) {
                fs::remove_file(leftover.path()).expect("the target folder is writable");
            }
        }
        let unfinished = path.with_extension("unfinished");
        fs::copy(source.folder.join("template.db"), &unfinished).expect("the target folder is writable");
        fs::rename(&unfinished, &path).expect("a file can be renamed in its folder");
    }
    path
}
