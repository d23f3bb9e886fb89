//! Opening a SQLite file: what is made, what is refused, and what its connections can do.

use sea_orm::EntityTrait;

use super::*;

/// A server's, on a file at `path`.
pub(crate) fn options(path: &std::path::Path) -> Options {
    Options {
        database_url: format!("sqlite://{}", path.display()).into(),
        batch_max: 500,
        queue_max: 10_000,
        write_pool: 1,
        purpose: Purpose::Serve,
        migrate: true,
        metrics: crate::Metrics::register(&prometheus::Registry::new()).unwrap(),
        identity_provider: None,
        regrouping: crate::RegroupingBounds::default(),
        erasure: crate::ErasureBounds::default(),
        allow_unsafe_postgres: false,
    }
}

/// A path in a directory of its own, which is removed when it is dropped.
pub(crate) struct TempPath(pub(crate) std::path::PathBuf);

impl TempPath {
    pub(crate) fn new() -> Self {
        let directory = std::env::temp_dir().join(format!("daybook-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&directory).unwrap();
        Self(directory.join("test.db"))
    }
}

impl Drop for TempPath {
    fn drop(&mut self) {
        let _ = self.0.parent().map(std::fs::remove_dir_all);
    }
}

async fn refusal(options: &Options) -> String {
    Database::open(options).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_new_file_gets_its_schema_and_its_ledger_and_keeps_them() {
    let path = TempPath::new();
    let first = Database::open(&options(&path.0)).await.unwrap();
    let made = entity::ledger::Entity::find().all(&first.read).await.unwrap();
    assert_eq!(made.len(), 1);
    first.check_ready().await.unwrap();
    first.close().await;
    drop(first);
    let second = Database::open(&options(&path.0)).await.unwrap();
    assert_eq!(entity::ledger::Entity::find().all(&second.read).await.unwrap(), made);
}

#[tokio::test]
async fn a_served_file_is_refused_to_a_second_server_and_to_a_change_of_its_schema() {
    let path = TempPath::new();
    let _first = Database::open(&options(&path.0)).await.unwrap();
    assert!(refusal(&options(&path.0)).await.contains("is being served"));
    let url = format!("sqlite://{}", path.0.display());
    for action in [
        migration::Action::Up,
        migration::Action::Down { steps: 1, yes: true },
        migration::Action::Fresh { yes: true },
    ] {
        let error = migration::run(&url, action).await.unwrap_err();
        assert!(error.to_string().contains("is being served"), "{action:?}: {error}");
    }
    for purpose in [Purpose::Write, Purpose::Read] {
        let beside = Options {
            purpose,
            ..options(&path.0)
        };
        Database::open(&beside).await.unwrap();
    }
    assert!(migration::run(&url, migration::Action::Status).await.unwrap()[0].applied);
}

#[tokio::test]
async fn only_a_server_makes_a_database() {
    let path = TempPath::new();
    let beside = |purpose| Options {
        purpose,
        ..options(&path.0)
    };
    for purpose in [Purpose::Write, Purpose::Read] {
        assert!(refusal(&beside(purpose)).await.contains("there is no database at"));
    }
    let url = format!("sqlite://{}", path.0.display());
    for action in [
        migration::Action::Status,
        migration::Action::Down { steps: 1, yes: true },
    ] {
        let error = migration::run(&url, action).await.unwrap_err();
        assert!(error.to_string().contains("there is no database at"), "{error}");
    }
    let folder = path.0.parent().unwrap();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "nothing was made");

    migration::run(&url, migration::Action::Up).await.unwrap();
    let ledgers = async |purpose| {
        let database = Database::open(&beside(purpose)).await.unwrap();
        entity::ledger::Entity::find().all(&database.read).await.unwrap().len()
    };
    assert_eq!(ledgers(Purpose::Read).await, 0, "whoever reads makes no ledger");
    assert_eq!(ledgers(Purpose::Write).await, 1);
}

#[tokio::test]
async fn readers_cannot_write_and_a_transaction_left_open_does_not_outlive_its_borrower() {
    let path = TempPath::new();
    let database = Database::open(&options(&path.0)).await.unwrap();
    assert!(database.read.execute_unprepared("DELETE FROM ledgers").await.is_err());
    let WritePool::Sqlite(writers) = &database.write else {
        unreachable!("the URL is one of SQLite")
    };
    let mut writer = writers.lend().await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE; DELETE FROM ledgers")
        .execute(writer.connection().unwrap())
        .await
        .unwrap();
    drop(writer);
    let mut writer = writers.lend().await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM ledgers")
        .fetch_one(writer.connection().unwrap())
        .await
        .unwrap();
    assert_eq!(left, 1);
}

/// The triggers that keep the journal alone see a row that is replaced only where sessions are told to.
#[tokio::test]
async fn the_writer_cannot_replace_what_was_appended() {
    let path = TempPath::new();
    let database = Database::open(&options(&path.0)).await.unwrap();
    let db = database.write.to_sea_orm();
    let block = "INTO blocks VALUES (1, 1, 1, 1, 0, X'00', X'00', X'00')";
    db.execute_unprepared(&format!("INSERT {block}")).await.unwrap();
    for verb in ["INSERT OR REPLACE", "REPLACE"] {
        let refused = db.execute_unprepared(&format!("{verb} {block}")).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{verb}: {refused}");
    }
}

#[tokio::test]
async fn a_commit_is_on_disk_before_it_is_told() {
    /// `FULL`: the log is flushed with every commit.
    const FULL: i64 = 2;
    let path = TempPath::new();
    let database = Database::open(&options(&path.0)).await.unwrap();
    let WritePool::Sqlite(writers) = &database.write else {
        unreachable!("the URL is one of SQLite")
    };
    let mut writer = writers.lend().await.unwrap();
    // As whoever makes checkpoints, or a command beside the server.
    let mut other = sqlx::ConnectOptions::connect(&sqlite::connect_options(&path.0, Purpose::Write))
        .await
        .unwrap();
    for connection in [writer.connection().unwrap(), &mut other] {
        let setting: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(connection)
            .await
            .unwrap();
        assert_eq!(setting, FULL);
    }
}

/// How many pages of the log are in the database already.
async fn moved_pages(database: &Database) -> i64 {
    let sql = "PRAGMA wal_checkpoint(NOOP)".to_owned();
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, sql);
    let row = database.read.query_one_raw(statement).await.unwrap();
    row.unwrap().try_get_by_index(2).unwrap()
}

#[tokio::test]
async fn the_log_is_moved_into_the_database_while_nothing_is_committed() {
    let path = TempPath::new();
    let database = Database::open(&options(&path.0)).await.unwrap();
    let WritePool::Sqlite(writers) = &database.write else {
        unreachable!("the URL is one of SQLite")
    };
    // Less than what a commit would move itself.
    let many_pages = "CREATE TABLE pages (content BLOB); \
                      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 6000) \
                      INSERT INTO pages SELECT zeroblob(4000) FROM n";
    let mut writer = writers.lend().await.unwrap();
    sqlx::raw_sql(many_pages)
        .execute(writer.connection().unwrap())
        .await
        .unwrap();
    let began = std::time::Instant::now();
    while moved_pages(&database).await < 6000 {
        assert!(began.elapsed() < Duration::from_secs(30), "the log stays as it is");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    writer.give_back();
    database.close().await;
    let log = path.0.with_extension("db-wal");
    assert!(!log.exists(), "a file that is closed has no log");
}
