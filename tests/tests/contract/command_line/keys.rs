//! `daybook key create`

use tests::body::credit;
use tests::program::{Folder, run};
use tests::{Book, OPERATOR_KEY, on_both};

use super::{assert_succeeds, complaint, empty_database, key_in, serve};

on_both!(
    a_key_made_on_the_command_line_works,
    a_key_that_cannot_be_is_refused_and_none_is_made,
);

async fn a_key_made_on_the_command_line_works(book: &Book) {
    let (folder, database) = (Folder::empty(), empty_database(book).await);
    let serving = serve(&database, &folder, &["--operator-key", OPERATOR_KEY]).await;
    let arguments = [
        "key",
        "create",
        "--ledger",
        "main",
        "--role",
        "writer",
        "--name",
        "shop",
        "--database-url",
        database.url(),
    ];
    let said = assert_succeeds(&folder, &arguments);
    let key = key_in(&said).unwrap_or_else(|| panic!("no key in {said}"));
    let _ = serving.client(key).create(&credit("ada", "20.00")).await;
    let _ = serving.client(key).get("/keys").await.problem("forbidden", 403);
    let listed = serving.client(OPERATOR_KEY).get("/keys").await.expect(200);
    assert!(listed.column("name").contains(&"shop"));
}

async fn a_key_that_cannot_be_is_refused_and_none_is_made(book: &Book) {
    let folder = Folder::empty();
    let create = |ledger: &str, role: &str, name: &str| {
        let key = ["--ledger", ledger, "--role", role, "--name", name];
        let arguments = ["key", "create", "--database-url", book.database().url()];
        run(folder.path(), &[&arguments[..], &key].concat())
    };
    let before = book.database().snapshot().await;
    for (output, status, named) in [
        (create("other", "reader", "shop"), 1, "ledger"),
        (create("main", "owner", "shop"), 2, "--role"),
        (create("main", "reader", ""), 2, "--name"),
    ] {
        let said = complaint(&output, status);
        assert!(said.contains(named), "{said}");
    }
    book.database().snapshot().await.assert_same_as(&before);
}
