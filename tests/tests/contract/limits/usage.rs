//! What is shown as used, held against a recount of the transactions that the contract shows.

use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Book, Random, on_both};

use super::{ids, make, spending};

on_both!(
    what_is_used_equals_a_recount_of_any_history,
    a_user_is_shown_the_active_limits_page_by_page
);

/// Commands of a history.
const STEPS: usize = 120;

const CATEGORIES: [Option<&str>; 3] = [None, Some("rent"), Some("sweets")];

async fn what_is_used_equals_a_recount_of_any_history(book: &Book) {
    let mut random = Random::announced();
    let zone = *random.pick(&["UTC", "Asia/Tokyo", "America/New_York"]);
    let _ = book
        .put_user("ada", &json!({"full_name": "Ada", "time_zone": zone}))
        .await;
    let open = |user: Value, name: &str| json!({"user_id": user, "name": name, "currency": "USD"});
    let accounts = [
        book.open_account(&open(json!("ada"), "main")).await,
        book.open_account(&open(json!("ada"), "savings")).await,
        book.open_account(&open(Value::Null, "fees")).await,
    ];
    for window in ["day", "week", "month"] {
        for scope in [json!({}), json!({"user_id": "ada"}), json!({"account_id": accounts[1]})] {
            for direction in ["debit", "credit"] {
                let category = random.pick(&CATEGORIES);
                let more = json!({"max_count": 1_000_000, "scope": scope, "category": category});
                let body = with(spending(window, more), json!({"direction": direction}));
                let _ = make(book, &body).await;
            }
        }
    }
    let mut made: Vec<String> = Vec::new();
    for _ in 0..STEPS {
        step(book, &mut random, &accounts, &mut made).await;
    }
    let transactions = book.walk("/transactions?user_id=ada&currency=USD", 200).await;
    let shown = book.walk("/users/ada/limits", 7).await;
    assert_eq!(shown.len(), 18);
    for limit in &shown {
        let (amount, count) = recount(limit, &transactions, zone);
        let told = (&limit["used"], &limit["used_count"]);
        assert_eq!(told, (&json!(dollars(amount)), &json!(count)), "{limit}");
    }
}

/// A date about now, most of them in the windows that are shown.
fn date(random: &mut Random) -> String {
    let hours = i64::try_from(random.below(24 * 50)).expect("a few hours");
    let date = chrono::Utc::now() - chrono::Duration::hours(hours - 24 * 20);
    date.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

async fn step(book: &Book, random: &mut Random, accounts: &[String; 3], made: &mut Vec<String>) {
    let amount = dollars(1 + i64::try_from(random.below(5000)).expect("a small number"));
    let more = json!({"transaction_date": date(random), "category": random.pick(&CATEGORIES)});
    let savings = json!({"account": "savings"});
    match random.below(10) {
        0 => made.push(book.create(&with(credit("ada", &amount), more)).await.id()),
        1 => made.push(book.create(&with(debit("ada", &amount), more)).await.id()),
        2 => made.push(
            book.create(&with(with(credit("ada", &amount), savings), more))
                .await
                .id(),
        ),
        3 => made.push(
            book.create(&with(with(debit("ada", &amount), savings), more))
                .await
                .id(),
        ),
        4 | 5 => {
            let (source, destination) = (random.pick(accounts), random.pick(accounts));
            if source != destination {
                let body = with(transfer(source, destination, &amount), more);
                made.push(book.create(&body).await.id());
            }
        }
        what => {
            if made.is_empty() {
                return;
            }
            let path = format!("/transactions/{}", random.pick(made));
            let _ = match what {
                6 => book.patch(&path, &json!({"amount": amount})).await,
                7 => book.patch(&path, &more).await,
                8 => book.delete(&path).await,
                _ => book.post(&format!("{path}/restore"), &json!({})).await,
            };
        }
    }
}

/// The amount and the number of the transactions that the limit counts in the window that it shows.
fn recount(limit: &Value, transactions: &[Value], zone: &str) -> (i64, u64) {
    let zone: chrono_tz::Tz = zone.parse().expect("a time zone");
    let [first, last] = ["window_start", "window_end"].map(|member| limit[member].as_str().expect("a day").to_owned());
    let side = if limit["direction"] == "debit" {
        "source"
    } else {
        "destination"
    };
    let counts = |transaction: &&Value| {
        let date = transaction["transaction_date"].as_str().expect("a date");
        let date = chrono::DateTime::parse_from_rfc3339(date).expect("a date");
        let day = date.with_timezone(&zone).format("%Y-%m-%d").to_string();
        let account = &limit["scope"]["account_id"];
        (first.as_str()..=last.as_str()).contains(&day.as_str())
            && transaction["status"] == "posted"
            && transaction[format!("{side}_user_id")] == "ada"
            && (account.is_null() || transaction[format!("{side}_account_id")] == *account)
            && (limit["category"].is_null() || transaction["category"] == limit["category"])
    };
    transactions
        .iter()
        .filter(counts)
        .fold((0, 0), |(amount, count), transaction| {
            let own = transaction["amount"].as_str().expect("an amount").replace('.', "");
            (amount + own.parse::<i64>().expect("minor units"), count + 1)
        })
}

fn dollars(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

async fn a_user_is_shown_the_active_limits_page_by_page(book: &Book) {
    let account = book
        .create(&credit("ada", "1.00"))
        .await
        .text("destination_account_id")
        .to_owned();
    let _ = book.create(&credit("bo", "1.00")).await;
    let mut made = Vec::new();
    for scope in [
        json!({}),
        json!({"user_id": "ada"}),
        json!({"account_id": account}),
        json!({"user_id": "bo"}),
    ] {
        for window in ["transaction", "month"] {
            let limit = make(book, &spending(window, json!({"max_amount": "10", "scope": scope}))).await;
            made.push(limit);
        }
    }
    let disabled = spending("day", json!({"max_amount": "10", "status": "disabled"}));
    let _ = make(book, &disabled).await;
    let expected: Vec<String> = made.iter().take(6).rev().cloned().collect();
    assert_eq!(ids(&book.walk("/users/ada/limits", 2).await), expected);
    let expected = [7, 6, 1, 0].map(|number: usize| made[number].clone());
    assert_eq!(ids(&book.walk("/users/bo/limits", 3).await), expected);
    let page = book.get("/users/ada/limits?limit=1").await.expect(200);
    let cursor = page.next_cursor().expect("a next page");
    let _ = book
        .get(&format!("/users/bo/limits?cursor={cursor}"))
        .await
        .problem("invalid_cursor", 400);
}
