//! Two servers on one PostgreSQL, each a process of its own, one of which is killed.

use std::time::Duration;

use serde_json::{Value, json};
use tests::accounting::{assert_never_below_zero, assert_zero_sum};
use tests::body::{credit, transfer};
use tests::program::{self, Folder, Serving};
use tests::{Answer, Book, Client, OPERATOR_KEY, Random, at_once, eventually, on_postgres};

on_postgres!(two_processes_and_the_end_of_one_never_overdraw_an_account,);

const CLIENTS: usize = 64;
const TRANSFERS_EACH: usize = 10;

/// Users with 10.00 each, whose accounts may not go below zero.
async fn three_accounts(client: &Client) -> Vec<String> {
    let mut accounts = Vec::new();
    for user in ["ada", "bob", "eve"] {
        let made = client.create(&credit(user, "10.00")).await;
        let account = made.text("destination_account_id").to_owned();
        let minimum = json!({"minimum_balance": "0"});
        let _ = client
            .patch(&format!("/accounts/{account}"), &minimum)
            .await
            .expect(200);
        accounts.push(account);
    }
    accounts
}

/// Sends a transfer to the first server, and with the same key to the second where the first gives no answer.
async fn transfer_somewhere(servers: &[Client; 2], body: &Value, key: &str) -> Answer {
    let first = servers[0].post("/transactions", body).key(key).attempt().await;
    match first {
        Ok(answer) => answer,
        Err(_) => servers[1].post("/transactions", body).key(key).await,
    }
}

async fn two_processes_and_the_end_of_one_never_overdraw_an_account(book: &Book) {
    let url = book.database().url();
    let folders = [Folder::empty(), Folder::empty()];
    let [mut one, other] = [Serving::on(url, &folders[0]).await, Serving::on(url, &folders[1]).await];
    let accounts = three_accounts(&other.client(OPERATOR_KEY)).await;
    let seed = Random::announced().bits();
    let clients = [one.client(OPERATOR_KEY), other.client(OPERATOR_KEY)];
    let work = at_once(CLIENTS, |number| {
        let accounts = accounts.clone();
        let [one, other] = clients.clone();
        let servers = if number % 2 == 0 {
            [one, other]
        } else {
            [other.clone(), other]
        };
        let mut random = Random::seeded(seed.wrapping_add(u64::try_from(number).expect("a small number")));
        async move {
            let mut answers = Vec::new();
            for turn in 0..TRANSFERS_EACH {
                let source = random.place(3);
                let destination = (source + 1 + random.place(2)) % 3;
                let amount = format!("{}.{:02}", random.below(9), 1 + random.below(99));
                let body = transfer(&accounts[source], &accounts[destination], &amount);
                answers.push(transfer_somewhere(&servers, &body, &format!("{number}-{turn}")).await);
            }
            answers
        }
    });
    let kill = async {
        eventually("transfers are under way", Duration::from_secs(30), async || {
            let made = book.get("/transactions?type=transfer&limit=100").await.expect(200);
            (made.rows().len() >= 50).then_some(())
        })
        .await;
        one.kill();
    };
    let (answers, ()) = tokio::join!(work, kill);
    let answers = answers.concat();
    let (made, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert!(!refused.is_empty(), "every transfer was made: no race");
    for answer in refused {
        let _ = answer.problem("insufficient_funds", 422);
    }
    assert_adds_up(book, &accounts, &made).await;
    let verified = program::run(folders[0].path(), &["verify", "--database-url", url]);
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stdout)
    );
}

/// That the book holds exactly what was acknowledged, each transfer at a position of its own.
async fn assert_adds_up(book: &Book, accounts: &[String], made: &[Answer]) {
    let mut entries = 0;
    for account in accounts {
        entries += assert_never_below_zero(book, account).await;
    }
    assert_eq!(entries, 3 + 2 * made.len());
    assert_eq!(book.walk("/transactions?type=transfer", 200).await.len(), made.len());
    let mut positions: Vec<u64> = made.iter().map(Answer::position).collect();
    positions.sort_unstable();
    let last = positions.last().copied().expect("some transfers were made");
    positions.dedup();
    assert_eq!(positions.len(), made.len(), "each transfer has a position of its own");
    let first = positions[0];
    let count = u64::try_from(made.len()).expect("a small number");
    assert_eq!(last - first + 1, count, "and there is no gap between them");
    assert_zero_sum(book).await;
    book.database().verify().await;
}
