//! Lists walked page by page while others write: none missed, none twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Book, Client, Random, at_once, on_both};

on_both!(
    a_walk_sees_every_transaction_once_while_others_are_inserted,
    a_walk_of_users_accounts_and_entries_sees_each_once,
    a_page_may_be_short_but_only_null_ends_a_list,
    a_page_examines_ten_thousand_rows_and_then_says_where_it_stopped,
);

const ROWS: usize = 1_000;
const CLIENTS: usize = 20;

/// A transaction of `ada` whose date and amount many others share.
fn any_transaction(random: &mut Random, category: &str) -> Value {
    let hour = random.below(24);
    let amount = format!("{}.00", 1 + random.below(20));
    let body = if random.below(2) == 0 {
        credit("ada", &amount)
    } else {
        debit("ada", &amount)
    };
    let date = format!("2026-01-01T{hour:02}:00:00Z");
    with(body, json!({"transaction_date": date, "category": category}))
}

async fn insert(client: &Client, seed: u64, count: usize, category: &str) -> Vec<String> {
    let mut random = Random::seeded(seed);
    let mut ids = Vec::with_capacity(count);
    for _ in 0..count {
        ids.push(client.create(&any_transaction(&mut random, category)).await.id());
    }
    ids
}

async fn a_walk_sees_every_transaction_once_while_others_are_inserted(book: &Book) {
    let seed = Random::announced().bits();
    let client = book.client();
    let ids: Vec<String> = at_once(CLIENTS, |number| {
        let client = client.clone();
        let seed = seed.wrapping_add(u64::try_from(number).expect("a small number"));
        async move { insert(&client, seed, ROWS / CLIENTS, "before").await }
    })
    .await
    .concat();
    assert_eq!(ids.len(), ROWS);

    let others = insert(&client, seed.wrapping_add(1_000), 40, "meanwhile").await;
    let deeds = Arc::new(AtomicUsize::new(0));
    let intruder = tokio::spawn(intrude(client.clone(), seed, others, Arc::clone(&deeds)));
    let account = book.account_of("ada", "main", "USD").await;
    let account = account["id"].as_str().expect("an id is text");
    for owner in [
        "user_id=ada&currency=USD".to_owned(),
        format!("account_id={account}&currency=USD"),
        "currency=USD".to_owned(),
    ] {
        for (member, limit) in [("transaction_date", 37), ("created_at", 50), ("amount", 33)] {
            if member == "amount" && !owner.contains("_id=") {
                continue;
            }
            for direction in ["", "-"] {
                let query = format!("/transactions?{owner}&sort={direction}{member}");
                let before = deeds.load(Ordering::Relaxed);
                let rows = client.walk(&query, limit).await;
                let meanwhile = deeds.load(Ordering::Relaxed) - before;
                assert!(meanwhile > 0, "{query}: nothing was changed meanwhile");
                let rows: Vec<Value> = rows.into_iter().filter(|row| row["category"] == "before").collect();
                assert_each_once(&rows, &ids, &query);
                assert_sorted(&rows, member, direction == "-", &query);
            }
        }
    }
    intruder.abort();
    let ended = intruder.await;
    assert!(
        ended.is_err_and(|error| error.is_cancelled()),
        "the intruder was at work to the end"
    );
}

/// Inserts, voids and restores, flips, re-dates and changes amounts without end, of none but `others` and its own.
async fn intrude(client: Client, seed: u64, others: Vec<String>, deeds: Arc<AtomicUsize>) {
    let mut random = Random::seeded(seed);
    loop {
        let other = usize::try_from(random.below(40)).expect("a small number");
        let path = format!("/transactions/{}", others[other]);
        let hour = random.below(24);
        let patch = match random.below(5) {
            0 => json!({"type": "credit"}),
            1 => json!({"type": "debit"}),
            2 => json!({"transaction_date": format!("2026-01-01T{hour:02}:30:00Z")}),
            3 => json!({"amount": format!("{}.00", 1 + random.below(20))}),
            _ => {
                let _ = client.create(&any_transaction(&mut random, "meanwhile")).await;
                let _ = client.delete(&path).await.expect(200);
                let _ = client.post(&format!("{path}/restore"), &json!({})).await.expect(200);
                deeds.fetch_add(3, Ordering::Relaxed);
                continue;
            }
        };
        let _ = client.patch(&path, &patch).await.expect(200);
        deeds.fetch_add(1, Ordering::Relaxed);
    }
}

fn assert_each_once(rows: &[Value], ids: &[String], query: &str) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for row in rows {
        *seen.entry(row["id"].as_str().expect("an id is text")).or_default() += 1;
    }
    let twice: Vec<_> = seen.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{query} showed twice: {twice:?}");
    let missed: Vec<_> = ids.iter().filter(|id| !seen.contains_key(id.as_str())).collect();
    assert!(
        missed.is_empty(),
        "{query} missed {} of {}: {missed:?}",
        missed.len(),
        ids.len()
    );
}

fn assert_sorted(rows: &[Value], member: &str, is_descending: bool, query: &str) {
    // Amounts here have one or two digits before the point and two after it: with zeros before, text sorts as numbers do.
    let value = |row: &Value| format!("{:0>32}", row[member].as_str().expect("a sort value is text"));
    for pair in rows.windows(2) {
        let (one, two) = (value(&pair[0]), value(&pair[1]));
        assert!(
            if is_descending { one >= two } else { one <= two },
            "{query}: {one} before {two}"
        );
    }
}

async fn a_walk_of_users_accounts_and_entries_sees_each_once(book: &Book) {
    let client = book.client();
    let made = at_once(25, |number| {
        let client = client.clone();
        async move {
            let mut accounts = Vec::new();
            for step in 0..4 {
                let made = client.create(&credit(&format!("user-{number}-{step}"), "1.00")).await;
                accounts.push((
                    made.text("destination_account_id").to_owned(),
                    made.text("source_account_id").to_owned(),
                ));
            }
            accounts
        }
    })
    .await
    .concat();
    let (accounts, worlds): (Vec<String>, Vec<String>) = made.into_iter().unzip();
    assert_each_once(&client.walk("/accounts?kind=user", 7).await, &accounts, "/accounts");
    let users: Vec<String> = (0..25)
        .flat_map(|number| (0..4).map(move |step| format!("user-{number}-{step}")))
        .collect();
    assert_each_once(&client.walk("/users", 9).await, &users, "/users");

    let entries = client.walk(&format!("/accounts/{}/entries", worlds[0]), 13).await;
    let numbers: Vec<_> = entries
        .iter()
        .map(|entry| entry["seq"].as_u64().expect("seq is a number"))
        .collect();
    assert_eq!(numbers, (1..=100).rev().collect::<Vec<_>>());
}

async fn a_page_may_be_short_but_only_null_ends_a_list(book: &Book) {
    let client = book.client();
    let _ = at_once(10, |number| {
        let client = client.clone();
        let seed = u64::try_from(number).expect("a small number");
        async move { insert(&client, seed, 30, "hay").await }
    })
    .await;
    let needle = client
        .create(&with(
            credit("ada", "7.00"),
            json!({"description": "needle", "category": "rare"}),
        ))
        .await;
    let _ = insert(&client, 99, 30, "hay").await;
    for query in [
        "q=needle",
        "category=rare",
        "user_id=ada&q=needle",
        "q=needle&sort=transaction_date",
        "reference=none",
    ] {
        let rows = client.walk(&format!("/transactions?{query}"), 5).await;
        let expected = if query == "reference=none" {
            vec![]
        } else {
            vec![needle.body.clone()]
        };
        assert_eq!(rows, expected, "{query}");
    }
}

async fn a_page_examines_ten_thousand_rows_and_then_says_where_it_stopped(book: &Book) {
    let client = book.client();
    let needle = client
        .create(&with(
            credit("ada", "7.00"),
            json!({"category": "rare", "transaction_date": "2025-01-01T00:00:00Z"}),
        ))
        .await;
    let _ = at_once(100, |_| {
        let client = client.clone();
        async move {
            for _ in 0..105 {
                let _ = client.create(&credit("ada", "1.00")).await;
            }
        }
    })
    .await;
    for query in ["category=rare", "user_id=ada&category=rare", "q=rare&sort=-created_at"] {
        let path = format!("/transactions?{query}");
        let first = client.get(&path).await.expect(200);
        assert_eq!(first.rows().len(), 0, "{query}");
        let cursor = first.next_cursor().expect("the list goes on");
        let second = client.get(&format!("{path}&cursor={cursor}")).await.expect(200);
        assert_eq!(second.rows(), std::slice::from_ref(&needle.body), "{query}");
        assert!(second.next_cursor().is_none(), "{query}");
    }
}
