//! The first start on an empty database: its tables, the ledger `main` and one operator key.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use tests::program::{Folder, Program, Serving, run};
use tests::{Book, Database, Engine, OPERATOR_KEY, eventually, on_both};

use super::{assert_succeeds, complaint, empty_database, file_of, key_in, serve};

on_both!(
    an_old_schema_is_refused_with_the_command_that_mends_it,
    the_first_start_prints_an_operators_key_once,
    a_start_on_a_taken_address_touches_nothing,
    a_given_key_that_opens_nothing_is_warned_of,
    servers_that_start_at_once_make_one_key,
    servers_that_start_at_once_with_one_given_key_all_take_it,
);

async fn an_old_schema_is_refused_with_the_command_that_mends_it(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    // SQLite makes an absent file, so that there is a database whose schema is too old: none.
    let arguments = [
        "serve",
        "--database-url",
        database.url(),
        "--migrate",
        "check",
        "--operator-key",
        OPERATOR_KEY,
    ];
    let Err((status, said)) = Serving::start(folder.path(), &arguments).await else {
        panic!("a server runs without its tables");
    };
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("migrate up"), "{said}");
    let _ = assert_succeeds(&folder, &["migrate", "up", "--database-url", database.url()]);
    let serving = Serving::start(folder.path(), &arguments)
        .await
        .expect("the schema is current");
    let _ = serving.client(OPERATOR_KEY).get("/users").await.expect(200);
}

async fn printed_key(folder: &Folder) -> String {
    eventually("the key is printed", Duration::from_secs(5), async || {
        key_in(&folder.read("stdout")).map(str::to_owned)
    })
    .await
}

async fn the_first_start_prints_an_operators_key_once(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let mut serving = serve(&database, &folder, &[]).await;
    let key = printed_key(&folder).await;
    let _ = serving.client(&key).get("/keys").await.expect(200);
    serving.terminate();
    assert_eq!(serving.ended(Duration::from_secs(35)).await.code(), Some(0));
    assert_eq!(folder.read("stdout").matches("dbk_").count(), 1, "{}", serving.said());
    assert!(
        !folder.read("stderr").contains("dbk_"),
        "a key is logged: {}",
        serving.said()
    );

    let again = serve(&database, &folder, &[]).await;
    let _ = again.client(&key).get("/keys").await.expect(200);
    assert_eq!(key_in(&again.said()), None, "the key is printed once");
}

async fn a_start_on_a_taken_address_touches_nothing(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port is free");
    let address = taken.local_addr().expect("it listens").to_string();
    let arguments = [
        "serve",
        "--database-url",
        database.url(),
        "--migrate",
        "auto",
        "--listen",
        &address,
    ];
    let said = complaint(&run(folder.path(), &arguments), 1);
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
    match database.engine() {
        Engine::Sqlite => assert!(!file_of(database.url()).exists()),
        Engine::Postgres => {
            let tables = database
                .texts("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
                .await;
            assert_eq!(tables, Vec::<String>::new());
        }
    }
    // A key that was made there would be lost: nobody was shown it.
    let serving = serve(&database, &folder, &[]).await;
    let key = printed_key(&folder).await;
    let keys = serving.client(&key).get("/keys").await.expect(200);
    assert_eq!(keys.column("name"), ["first"]);
}

async fn a_given_key_that_opens_nothing_is_warned_of(book: &Book) {
    let database = empty_database(book).await;
    for (given, warnings) in [(OPERATOR_KEY, 0), (OPERATOR_KEY, 0), ("dbk_this-one-was-never-made", 1)] {
        let folder = Folder::empty();
        let mut serving = serve(&database, &folder, &["--operator-key", given]).await;
        let _ = serving.client(OPERATOR_KEY).get("/keys").await.expect(200);
        serving.terminate();
        assert!(serving.ended(Duration::from_secs(35)).await.success());
        let logged = folder.read("stderr");
        assert_eq!(logged.matches("opens nothing").count(), warnings, "{given}: {logged}");
        assert!(!logged.contains(given), "{logged}");
    }
}

/// Servers that start at the same time.
const SERVERS: usize = 4;
/// How often they do so: the moment in which each could find that there is no key is short.
const ROUNDS: usize = 3;

/// Starts servers at the same time on a new database; on PostgreSQL it is migrated. Those that run, with the folder of
/// each; on SQLite it is one, and the others are refused.
async fn start_at_once(database: &Database, more: &[&str]) -> Vec<(Serving, Folder)> {
    if database.engine() == Engine::Postgres {
        let migrated = Program::Daybook.migrate(Folder::empty().path(), "up", database.url());
        assert!(migrated.status.success(), "{}", super::text(&migrated));
    }
    let arguments = [&["serve", "--database-url", database.url()], more].concat();
    let folders: [Folder; SERVERS] = std::array::from_fn(|_| Folder::empty());
    let [first, second, third, fourth] = folders
        .each_ref()
        .map(|folder| Serving::start(folder.path(), &arguments));
    let started = tokio::join!(first, second, third, fourth);
    let (mut running, mut refused) = (Vec::new(), Vec::new());
    for (started, folder) in <[_; SERVERS]>::from(started).into_iter().zip(folders) {
        match started {
            Ok(serving) => running.push((serving, folder)),
            Err((_, said)) => refused.push(said),
        }
    }
    match database.engine() {
        Engine::Postgres => assert_eq!(refused, Vec::<String>::new(), "all serve"),
        Engine::Sqlite => {
            assert_eq!(running.len(), 1, "one serves a file");
            assert!(refused.iter().all(|said| said.contains("being served")), "{refused:?}");
        }
    }
    running
}

async fn servers_that_start_at_once_make_one_key(book: &Book) {
    for _ in 0..ROUNDS {
        one_key_is_made(book).await;
    }
}

async fn one_key_is_made(book: &Book) {
    let database = empty_database(book).await;
    let running = start_at_once(&database, &[]).await;
    let key = eventually("a key is printed", Duration::from_secs(5), async || {
        let printed = running.iter().map(|(_, folder)| folder.read("stdout"));
        printed
            .collect::<Vec<_>>()
            .iter()
            .find_map(|said| key_in(said).map(str::to_owned))
    })
    .await;
    for (serving, _) in &running {
        let keys = serving.client(&key).get("/keys").await.expect(200);
        assert_eq!(keys.column("name"), ["first"]);
    }
    let mut printed = String::new();
    for (mut serving, folder) in running {
        serving.terminate();
        let status = serving.ended(Duration::from_secs(35)).await;
        assert!(status.success(), "{status}: {}", serving.said());
        printed += &folder.read("stdout");
    }
    assert_eq!(printed.matches("dbk_").count(), 1, "one key is printed: {printed}");
}

async fn servers_that_start_at_once_with_one_given_key_all_take_it(book: &Book) {
    let database = empty_database(book).await;
    let running = start_at_once(&database, &["--operator-key", OPERATOR_KEY]).await;
    for (serving, _) in &running {
        let keys = serving.client(OPERATOR_KEY).get("/keys").await.expect(200);
        assert_eq!(keys.column("role"), ["operator"]);
        assert_eq!(key_in(&serving.said()), None, "a given key is not printed");
    }
}
