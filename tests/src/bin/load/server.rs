//! The server under load: `daybook` as a process of its own, on a database of its own.

use std::net::SocketAddr;

use tests::program::{Folder, Serving};
use tests::{Client, Database, Engine, OPERATOR_KEY};

/// A served database. Both are gone when this is dropped.
pub(crate) struct Server {
    serving: Option<Serving>,
    #[expect(dead_code, reason = "removed when this is dropped")]
    folder: Folder,
    database: Database,
}

impl Server {
    /// Serves an empty database with these further arguments.
    pub(crate) async fn start(engine: Engine, arguments: &[&str]) -> Self {
        let database = Database::without_tables(engine).await;
        let database = database.expect("PostgreSQL's programs are installed, or TEST_DATABASE_URL answers");
        let folder = Folder::empty();
        let serving = Some(serve(&folder, &database, arguments).await);
        Self {
            serving,
            folder,
            database,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.serving().address()
    }

    pub(crate) fn client(&self) -> Client {
        self.serving().client(OPERATOR_KEY)
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// The most memory that the server has had so far, in MiB.
    pub(crate) fn memory_max_mib(&self) -> u64 {
        self.serving().memory_max_kib() / 1024
    }

    /// Ends the server and keeps its database.
    pub(crate) fn stop(&mut self) {
        self.serving = None;
    }

    fn serving(&self) -> &Serving {
        self.serving.as_ref().expect("a server that was stopped is not asked")
    }
}

async fn serve(folder: &Folder, database: &Database, arguments: &[&str]) -> Serving {
    let own = [
        "serve",
        "--database-url",
        database.url(),
        "--migrate",
        "auto",
        "--operator-key",
        OPERATOR_KEY,
    ];
    let serving = Serving::start(folder.path(), &[&own, arguments].concat()).await;
    serving.unwrap_or_else(|(status, said)| panic!("daybook ended with {status}:\n{said}"))
}
