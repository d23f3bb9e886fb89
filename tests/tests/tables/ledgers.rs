//! Two ledgers on one database: for each the other does not exist.

use std::collections::BTreeSet;

use serde_json::json;
use tests::body::{credit, debit, transfer, with};
use tests::program::{Folder, run};
use tests::{Book, Request, at_once, on_both};

use crate::two_ledgers::{fill, key_for, two_ledgers};
use crate::verified::verified;

on_both!(
    every_read_of_another_ledger_finds_nothing,
    every_write_across_ledgers_finds_nothing_to_write_to,
    a_cursor_of_another_ledger_is_no_cursor,
    equal_users_references_and_idempotency_keys_live_side_by_side,
    an_operator_picks_a_ledger_and_nobody_else_does,
    keys_of_another_ledger_are_neither_listed_nor_revoked,
    two_ledgers_commit_at_the_same_time,
    verify_covers_every_ledger_or_the_one_that_is_named,
);

async fn every_read_of_another_ledger_finds_nothing(book: &Book) {
    let [main, shop] = two_ledgers(book).await;
    let theirs = fill(&main).await;
    let (transaction, savings) = (theirs.transaction_path(), theirs.savings_path());
    for (path, code) in [
        ("/users/ada".to_owned(), "user_not_found"),
        ("/users/ada/balances".to_owned(), "user_not_found"),
        ("/users/ada/transactions".to_owned(), "user_not_found"),
        ("/users/ada/stats".to_owned(), "user_not_found"),
        (savings.clone(), "account_not_found"),
        (format!("{savings}/entries"), "account_not_found"),
        (format!("{savings}/balance"), "account_not_found"),
        (format!("{savings}/statement"), "account_not_found"),
        (transaction.clone(), "transaction_not_found"),
        (format!("{transaction}?version=1"), "transaction_not_found"),
        (
            format!("{transaction}?as_of=2100-01-01T00:00:00Z"),
            "transaction_not_found",
        ),
        (format!("{transaction}/revisions"), "transaction_not_found"),
    ] {
        let _ = main.get(&path).await.expect(200);
        let _ = shop.get(&path).await.problem(code, 404);
    }
    let account_id = theirs.transaction.text("destination_account_id");
    for path in [
        "/users".to_owned(),
        "/users?q=ada".to_owned(),
        "/accounts".to_owned(),
        "/accounts?user_id=ada".to_owned(),
        "/transactions".to_owned(),
        "/transactions?user_id=ada".to_owned(),
        format!("/transactions?account_id={account_id}"),
        "/transactions?reference=r1".to_owned(),
        "/transactions?category=food&sort=created_at".to_owned(),
        "/transactions?q=r1".to_owned(),
    ] {
        assert!(!main.get(&path).await.expect(200).rows().is_empty(), "{path}");
        assert_eq!(shop.get(&path).await.expect(200).body["data"], json!([]), "{path}");
    }
    for format in ["csv", "ndjson"] {
        let export = format!("/transactions/export?format={format}");
        let id = theirs.transaction.id();
        assert!(main.get(&export).await.expect(200).text.contains(&id));
        assert!(!shop.get(&export).await.expect(200).text.contains(&id));
    }
    assert_ne!(main.get("/stats").await.expect(200).body["currencies"], json!([]));
    assert_eq!(shop.get("/stats").await.expect(200).body["currencies"], json!([]));
}

async fn every_write_across_ledgers_finds_nothing_to_write_to(book: &Book) {
    let [main, shop] = two_ledgers(book).await;
    let theirs = fill(&main).await;
    let own = shop.create(&credit("eve", "20.00")).await;
    let own_account = own.text("destination_account_id");
    let (transaction, savings) = (theirs.transaction_path(), theirs.savings_path());
    let account = json!({"user_id": "ada", "name": "more", "currency": "USD"});
    let writes: Vec<(Request, &str)> = vec![
        (
            shop.patch(&transaction, &json!({"amount": "1.00"})),
            "transaction_not_found",
        ),
        (shop.delete(&transaction), "transaction_not_found"),
        (
            shop.post(&format!("{transaction}/restore"), &json!({})),
            "transaction_not_found",
        ),
        (shop.patch("/users/ada", &json!({"full_name": "Eve"})), "user_not_found"),
        (shop.patch(&savings, &json!({"status": "frozen"})), "account_not_found"),
        (shop.post("/accounts", &account), "user_not_found"),
        (
            shop.post("/transactions", &transfer(&theirs.savings, own_account, "1.00")),
            "account_not_found",
        ),
        (
            shop.post("/transactions", &transfer(own_account, &theirs.savings, "1.00")),
            "account_not_found",
        ),
        (
            shop.post(
                "/transactions",
                &with(debit("ada", "1.00"), json!({"account": "savings"})),
            ),
            "account_not_found",
        ),
        (shop.delete(&format!("/keys/{}", theirs.key_id)), "key_not_found"),
    ];
    for (request, code) in writes {
        let _ = book.refuses(request, code, 404).await;
    }
}

async fn a_cursor_of_another_ledger_is_no_cursor(book: &Book) {
    let [main, shop] = two_ledgers(book).await;
    for client in [&main, &shop] {
        for number in 0..3 {
            let user = format!("user-{number}");
            let _ = client.create(&credit(&user, "1.00")).await;
            let limit = json!({"name": user, "direction": "debit", "window": "day", "max_amount": "5"});
            let _ = client.post("/limits", &limit).await.expect(201);
            let _ = client
                .post("/keys", &json!({"name": user, "role": "reader"}))
                .await
                .expect(201);
        }
    }
    for list in [
        "/audit/blocks?limit=1",
        "/currencies?limit=1",
        "/events?limit=1",
        "/keys?limit=1",
        "/limits?limit=1",
        "/users/user-1/limits?limit=1",
        "/transactions?limit=1",
        "/transactions?limit=1&sort=created_at",
        "/users?limit=1",
        "/accounts?limit=1",
    ] {
        let cursor = main.get(list).await.expect(200).next_cursor();
        let path = format!("{list}&cursor={}", cursor.expect("there is more"));
        let _ = main.get(&path).await.expect(200);
        let _ = shop.get(&path).await.problem("invalid_cursor", 400);
    }
}

async fn equal_users_references_and_idempotency_keys_live_side_by_side(book: &Book) {
    let clients = two_ledgers(book).await;
    let body = |amount: &str| with(credit("ada", amount), json!({"reference": "r1"}));
    let mut ids = BTreeSet::new();
    for (client, currency, amount) in [(&clients[0], "USD", "20.00"), (&clients[1], "EUR", "20.00")] {
        let made = client.post("/transactions", &body(amount)).key("k").await.expect(201);
        assert!(!made.is_replay());
        assert_eq!(made.body["currency"], currency);
        assert!(ids.insert(made.id()));
        let replay = client.post("/transactions", &body(amount)).key("k").await.expect(201);
        assert!(replay.is_replay());
        assert_eq!(replay.body, made.body);
        let taken = client
            .post("/transactions", &body("1.00"))
            .await
            .problem("reference_taken", 409);
        assert_eq!(taken.body["resource_id"], made.body["id"]);
        let reused = client.post("/transactions", &body("1.00")).key("k").await;
        let reused = reused.problem("idempotency_key_reused", 422);
        assert_eq!(reused.body["resource_id"], made.body["id"]);
    }
    let _ = clients[1]
        .patch("/users/ada", &json!({"full_name": "Ada of the shop"}))
        .await
        .expect(200);
    assert_eq!(clients[0].get("/users/ada").await.expect(200).body["full_name"], "ada");
    for (client, currency) in clients.iter().zip(["USD", "EUR"]) {
        let stats = client.get("/users/ada/stats").await.expect(200);
        let [only] = stats.body["currencies"].as_array().expect("a list").as_slice() else {
            panic!("one currency, not {}", stats.text)
        };
        assert_eq!((&only["currency"], &only["count"]), (&json!(currency), &json!(1)));
    }
}

async fn an_operator_picks_a_ledger_and_nobody_else_does(book: &Book) {
    let [main, shop] = two_ledgers(book).await;
    let _ = main.create(&credit("ada", "1.00")).await;
    let _ = shop.create(&credit("bob", "1.00")).await;
    let users = |request: Request| async move {
        let answer = request.await.expect(200);
        answer.column("id").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let in_ledger = |request: Request, ledger: &str| request.header("Daybook-Ledger", ledger);
    assert_eq!(users(book.get("/users")).await, ["ada"]);
    assert_eq!(users(in_ledger(book.get("/users"), "main")).await, ["ada"]);
    assert_eq!(users(in_ledger(book.get("/users"), "shop")).await, ["bob"]);
    let made = in_ledger(book.post("/transactions", &credit("cy", "1.00")), "shop").await;
    assert_eq!(made.expect(201).body["currency"], "EUR");
    assert_eq!(users(in_ledger(book.get("/users"), "shop")).await, ["bob", "cy"]);
    // An operator's key is of one ledger and reaches all, whichever that is.
    let other_operator = key_for(book, "shop", "operator");
    assert_eq!(users(other_operator.get("/users")).await, ["ada"]);
    assert_eq!(
        users(in_ledger(other_operator.get("/users"), "shop")).await,
        ["bob", "cy"]
    );
    for (client, own, other) in [(&main, "main", "shop"), (&shop, "shop", "main")] {
        let _ = in_ledger(client.get("/users"), own).await.expect(200);
        for name in [other, "none"] {
            let _ = in_ledger(client.get("/users"), name).await.problem("forbidden", 403);
            let write = in_ledger(client.post("/transactions", &credit("ada", "1.00")), name);
            let _ = book.refuses(write, "forbidden", 403).await;
        }
    }
}

async fn keys_of_another_ledger_are_neither_listed_nor_revoked(book: &Book) {
    let clients = two_ledgers(book).await;
    let mut ids = Vec::new();
    for client in &clients {
        let made = client.post("/keys", &json!({"name": "till", "role": "reader"})).await;
        ids.push(made.expect(201).id());
    }
    for (client, (own, other)) in clients.iter().zip([(0, 1), (1, 0)]) {
        let listed = client.get("/keys").await.expect(200);
        let names = listed.column("id");
        assert!(names.contains(&ids[own].as_str()) && !names.contains(&ids[other].as_str()));
        let revoke = client.delete(&format!("/keys/{}", ids[other]));
        let _ = book.refuses(revoke, "key_not_found", 404).await;
        let _ = client.delete(&format!("/keys/{}", ids[own])).await.expect(204);
    }
}

async fn two_ledgers_commit_at_the_same_time(book: &Book) {
    let clients = two_ledgers(book).await;
    let before: Vec<i64> = heads(book).await;
    let answers = at_once(32, |number| {
        let client = clients[number % 2].clone();
        async move {
            let mut positions = Vec::new();
            for _ in 0..10 {
                positions.push(client.create(&credit("ada", "1.00")).await.position());
            }
            positions
        }
    })
    .await;
    for (ledger, client) in clients.iter().enumerate() {
        let own = answers.iter().skip(ledger).step_by(2).flatten();
        let positions: BTreeSet<u64> = own.copied().collect();
        assert_eq!(positions.len(), 160, "each write has a position of its own");
        let transactions = client.walk("/transactions?user_id=ada", 200).await;
        assert_eq!(transactions.len(), 160);
    }
    // Each ledger counts its own events: the user, two accounts, and the transactions.
    let grown: Vec<i64> = heads(book)
        .await
        .iter()
        .zip(before)
        .map(|(now, then)| now - then)
        .collect();
    assert_eq!(grown, [163, 163]);
    let _ = verified(book.database(), None);
}

/// The newest position of each ledger.
async fn heads(book: &Book) -> Vec<i64> {
    let heads = book
        .database()
        .texts("SELECT CAST(head AS TEXT) FROM ledgers ORDER BY id")
        .await;
    heads.iter().map(|head| head.parse().expect("a position")).collect()
}

async fn verify_covers_every_ledger_or_the_one_that_is_named(book: &Book) {
    let clients = two_ledgers(book).await;
    for client in &clients {
        let _ = fill(client).await;
    }
    let names = |said: &str| -> Vec<String> {
        let names = said.split_whitespace().filter(|word| ["main", "shop"].contains(word));
        names.map(str::to_owned).collect()
    };
    assert_eq!(names(&verified(book.database(), None)), ["main", "shop"]);
    assert_eq!(names(&verified(book.database(), Some("main"))), ["main"]);
    assert_eq!(names(&verified(book.database(), Some("shop"))), ["shop"]);
    let spoilt = "UPDATE users SET full_name = 'Eve' WHERE ledger_id = 2";
    assert_eq!(book.database().execute(spoilt).await, 1);
    let _ = verified(book.database(), Some("main"));
    let url = book.database().url();
    for arguments in [
        &["verify", "--database-url", url][..],
        &["verify", "--database-url", url, "--ledger", "shop"][..],
    ] {
        let output = run(Folder::empty().path(), arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        let is_of_shop = |line: &str| line.starts_with("shop: documents: user ada");
        assert!(said.lines().any(is_of_shop), "{said}");
        assert!(!said.lines().any(|line| line.starts_with("main:")), "{said}");
    }
}
