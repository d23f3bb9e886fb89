//! Entries that change places in their account, with balances that follow from the new order: `daybook verify` names the
//! block all the same.

use tests::{Database, Engine};

use super::on_both_engines;
use super::tampered_journal::{expect_named, height_of, prepared, texts};

/// Two entries of an account one after the other: the account, the later one's number, both positions, the earlier one's
/// amount, and the balance after both.
struct Neighbours {
    account: String,
    seq: i64,
    positions: [i64; 2],
    amount: i64,
    balance: i64,
}

/// The first neighbours of one event, and the first of two.
async fn neighbours(database: &Database) -> [Neighbours; 2] {
    let account = account_of_entry(database);
    let query = format!(
        "SELECT later.account || ' ' || later.seq || ' ' || earlier.position || ' ' || later.position || ' ' || \
         earlier.amount || ' ' || later.balance \
         FROM (SELECT {account} AS account, seq, position, balance FROM entries) AS later \
         JOIN (SELECT {account} AS account, seq, position, amount FROM entries) AS earlier \
         ON earlier.account = later.account AND earlier.seq = later.seq - 1 ORDER BY later.position"
    );
    let found = texts(database, &query).await;
    let all = found.iter().map(|row| {
        let mut parts = row.split(' ');
        let account = parts.next().expect("an account").to_owned();
        let numbers: Vec<i64> = parts.map(|part| part.parse().expect("a number")).collect();
        Neighbours {
            account,
            seq: numbers[0],
            positions: [numbers[1], numbers[2]],
            amount: numbers[3],
            balance: numbers[4],
        }
    });
    let (of_one, of_two): (Vec<_>, Vec<_>) = all.partition(|pair| pair.positions[0] == pair.positions[1]);
    [of_one, of_two].map(|pairs| pairs.into_iter().next().expect("there are such entries"))
}

fn account_of_entry(database: &Database) -> &'static str {
    match database.engine() {
        Engine::Sqlite => "hex(account_id)",
        Engine::Postgres => "account_id::text",
    }
}

async fn entries_that_change_places_are_found(engine: Engine) {
    let Some(service) = prepared(engine).await else { return };
    let database = &service.database;
    for pair in neighbours(database).await {
        let height = height_of(database, "position", pair.positions[0]).await;
        let account = format!("{} = '{}'", account_of_entry(database), pair.account);
        let (earlier, later, aside) = (pair.seq - 1, pair.seq, pair.seq + 100_000);
        // The balances are those that the other order has: each entry follows from the one before it.
        let of_first = pair.balance - pair.amount;
        for (from, to, balance) in [(later, aside, of_first), (earlier, later, pair.balance)] {
            let deed = format!("UPDATE entries SET seq = {to}, balance = {balance} WHERE {account} AND seq = {from}");
            assert_eq!(database.execute(&deed).await, 1, "{deed}");
        }
        let last = format!("UPDATE entries SET seq = {earlier} WHERE {account} AND seq = {aside}");
        expect_named(&service, "entries", &last, height).await;
    }
    service.close().await;
}

on_both_engines!(entries_that_change_places_are_found);
