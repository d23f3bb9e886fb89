//! The server killed under load, as by `kill -9`.

use tests::program::{Folder, Serving};
use tests::{Book, Client, Database, Load, OPERATOR_KEY, on_both};

on_both!(a_killed_server_has_kept_what_it_acknowledged,);

const CLIENTS: usize = 16;
const ROUNDS: usize = 4;
/// Acknowledged writes before each kill.
const WRITES: usize = 60;

async fn a_killed_server_has_kept_what_it_acknowledged(book: &Book) {
    let database = Database::migrated(book.engine())
        .await
        .expect("the engine was there a moment ago");
    let folder = Folder::empty();
    let mut journals = Vec::new();
    for round in 0..ROUNDS {
        let mut server = Serving::on(database.url(), &folder).await;
        let clients: Vec<Client> = (0..CLIENTS).map(|_| server.client(OPERATOR_KEY)).collect();
        let load = Load::start(&clients, &format!("user-{round}"));
        load.progress(WRITES).await;
        server.kill();
        journals.push(load.stop().await);
        database.verify().await;
    }
    let interrupted: usize = journals.iter().map(tests::Journal::unanswered).sum();
    assert!(interrupted >= ROUNDS, "no client was interrupted: there was no load");
    let server = Serving::on(database.url(), &folder).await;
    for journal in journals {
        journal.assert_kept_once(&server.client(OPERATOR_KEY)).await;
    }
    database.verify().await;
}
