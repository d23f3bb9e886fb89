//! `daybook ledger`

use tests::body::credit;
use tests::program::{Folder, run};
use tests::{Book, on_both};

use crate::command_line::{assert_succeeds, complaint};

on_both!(
    a_ledger_is_made_set_up_and_listed_on_the_command_line,
    what_cannot_be_is_refused_in_one_line,
);

/// The line with one space between its words.
fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn a_ledger_is_made_set_up_and_listed_on_the_command_line(book: &Book) {
    let folder = Folder::empty();
    let daybook = |arguments: &[&str]| {
        let arguments = [arguments, &["--database-url", book.database().url()]].concat();
        let said = assert_succeeds(&folder, &arguments);
        said.lines().map(squeezed).collect::<Vec<_>>().join("\n")
    };
    let said = daybook(&["ledger", "create", "shop", "--default-currency", "EUR"]);
    assert!(said.starts_with("shop\n") && said.contains("EUR"), "{said}");
    let said = daybook(&[
        "ledger",
        "update",
        "shop",
        "--default-minimum-balance",
        "-20",
        "--require-if-match",
        "true",
    ]);
    assert!(
        said.contains("-20.00") && said.contains("If-Match required yes"),
        "{said}"
    );
    let said = daybook(&[
        "ledger",
        "update",
        "shop",
        "--default-minimum-balance",
        "none",
        "--reason",
        "a test",
    ]);
    assert!(said.contains("default minimum balance none"), "{said}");
    let listed = daybook(&["ledger", "list"]);
    let names: Vec<&str> = listed.lines().filter(|line| !line.contains(' ')).collect();
    assert_eq!(names, ["main", "shop"]);
    let shop = book.get("/ledgers/shop").await.expect(200);
    assert_eq!(
        (&shop.body["version"], &shop.body["require_if_match"]),
        (&3.into(), &true.into())
    );
    let key = daybook(&[
        "key", "create", "--ledger", "shop", "--role", "writer", "--name", "till",
    ]);
    let posted = book.with_key(key.trim()).create(&credit("ada", "1.00")).await;
    assert_eq!(posted.text("currency"), "EUR");
    book.database().verify().await;
}

async fn what_cannot_be_is_refused_in_one_line(book: &Book) {
    let folder = Folder::empty();
    let url = book.database().url();
    let before = book.database().snapshot().await;
    for (arguments, status, named) in [
        (&["create", "Shop"][..], 2, "NAME"),
        (&["create", "main"], 1, "exists"),
        (
            &["create", "shop", "--default-currency", "XAU"],
            2,
            "--default-currency",
        ),
        (
            &["create", "shop", "--default-minimum-balance", "5"],
            1,
            "default_minimum_balance",
        ),
        (
            &["create", "shop", "--require-if-match", "perhaps"],
            2,
            "--require-if-match",
        ),
        (&["update", "none", "--users-may-edit", "true"], 1, "none"),
        (
            &["update", "main", "--default-minimum-balance", "-0.001"],
            1,
            "default_minimum_balance",
        ),
    ] {
        let output = run(
            folder.path(),
            &[&["ledger"], arguments, &["--database-url", url]].concat(),
        );
        let said = complaint(&output, status);
        assert!(said.contains(named), "{said}");
    }
    book.database().snapshot().await.assert_same_as(&before);
}
