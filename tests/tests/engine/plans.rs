//! Sessions plan their statements once, on a database that may still be empty: looking rows up must cost the same when
//! it no longer is.

use std::time::Duration;

use serde_json::json;
use tests::body::{credit, debit, transfer, with};
use tests::{Book, Random, at_once, eventually, on_postgres};

on_postgres!(
    a_session_that_began_on_an_empty_database_looks_accounts_up_by_their_ids,
    statistics_of_all_time_do_not_read_the_days,
    statements_and_balances_do_not_read_what_was_before,
    limits_read_nothing_but_their_windows,
    erasures_read_no_events_but_those_of_the_user,
);

/// Accounts whose entries fill dozens of pages of an index.
const ACCOUNTS: usize = 4_000;
/// Changes of accounts to be counted.
const CHANGES: u64 = 400;
/// Blocks of the accounts' indexes that a change of an account may touch: the account is found, and found again to be
/// changed, each through two or three levels. An index that does not lead there is read to its end.
const BLOCKS_MAX: u64 = 20;
/// A session tells what it counts once a second at most, after a transaction.
const COUNTED_WITHIN: Duration = Duration::from_secs(30);

const CHANGED: &str = "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'accounts'";
const BLOCKS: &str = "SELECT (idx_blks_hit + idx_blks_read) FROM pg_statio_user_tables WHERE relname = 'accounts'";

/// Moves money between `accounts` until the server has told of `changes` of accounts.
async fn transfer_until_counted(book: &Book, accounts: &[String], changes: u64) {
    let mut random = Random::announced();
    eventually("the changes are counted", COUNTED_WITHIN, async || {
        for _ in 0..20 {
            let source = random.place(accounts.len() - 1);
            let _ = book
                .create(&transfer(&accounts[source], &accounts[source + 1], "0.01"))
                .await;
        }
        (book.database().number(CHANGED).await >= changes).then_some(())
    })
    .await;
}

async fn a_session_that_began_on_an_empty_database_looks_accounts_up_by_their_ids(book: &Book) {
    let clients = 32;
    let accounts = at_once(clients, |client| {
        let book = book.client();
        async move {
            let mut ids = Vec::new();
            for number in 0..ACCOUNTS / clients {
                let made = book.create(&credit(&format!("user-{client}-{number}"), "1.00")).await;
                ids.push(made.text("destination_account_id").to_owned());
            }
            ids
        }
    })
    .await
    .concat();
    // The sessions have told most of what they did so far.
    transfer_until_counted(book, &accounts, 40).await;
    let [blocks, changes] = [
        book.database().number(BLOCKS).await,
        book.database().number(CHANGED).await,
    ];
    transfer_until_counted(book, &accounts, changes + CHANGES).await;
    let blocks = book.database().number(BLOCKS).await - blocks;
    let changes = book.database().number(CHANGED).await - changes;
    assert!(blocks < changes * BLOCKS_MAX, "{blocks} blocks for {changes} changes");
}

/// Days that a user has transactions on.
const DAYS: usize = 600;
/// Statistics to be counted.
const ANSWERS: u64 = 100;
const DAYS_READ: &str = "SELECT COALESCE(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'daily_totals'";
const TOTALS_READ: &str = "SELECT COALESCE(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'totals'";

async fn statistics_of_all_time_do_not_read_the_days(book: &Book) {
    let clients = 32;
    at_once(clients, |client| {
        let book = book.client();
        async move {
            for number in (client..DAYS).step_by(clients) {
                let (year, month, day) = (2000 + number / 336, 1 + number / 28 % 12, 1 + number % 28);
                let date = format!("{year}-{month:02}-{day:02}T12:00:00Z");
                let body = with(credit("ann", "1.00"), json!({ "transaction_date": date }));
                let _ = book.create(&body).await;
            }
        }
    })
    .await;
    let [days, totals] = [
        book.database().number(DAYS_READ).await,
        book.database().number(TOTALS_READ).await,
    ];
    eventually("the statistics are counted", COUNTED_WITHIN, async || {
        for _ in 0..20 {
            let answer = book.get("/users/ann/stats").await.expect(200);
            assert_eq!(answer.body["currencies"][0]["count"], DAYS);
        }
        (book.database().number(TOTALS_READ).await >= totals + ANSWERS).then_some(())
    })
    .await;
    assert_eq!(book.database().number(DAYS_READ).await, days);
}

/// Transactions of an account before the period that is asked for, and within it.
const BEFORE: usize = 2_000;
const WITHIN: usize = 4;
/// Looks through an index to be counted, and the most rows that one may come to on the average.
const LOOKS: u64 = 500;
const ROWS_MAX: u64 = 6;

/// What was counted of the looks through the indexes of `table`: how many, and the rows that they came to.
async fn looks(book: &Book, table: &str) -> [u64; 2] {
    let count =
        |column: &str| format!("SELECT COALESCE({column}, 0) FROM pg_stat_user_tables WHERE relname = '{table}'");
    [
        book.database().number(&count("idx_scan")).await,
        book.database().number(&count("idx_tup_fetch")).await,
    ]
}

async fn statements_and_balances_do_not_read_what_was_before(book: &Book) {
    let made = book.create(&credit("ann", "1.00")).await;
    let account = format!("/accounts/{}", made.text("destination_account_id"));
    let paths = [
        format!("{account}/statement?from=2100-01-01"),
        format!("{account}/balance?effective_at=2100-01-01T00:00:00Z"),
        format!("{account}/balance?as_of={}", made.text("created_at")),
    ];
    // Every session plans while there is next to nothing.
    let clients = 32;
    let _ = at_once(clients, |_| {
        let (book, paths) = (book.client(), paths.clone());
        async move {
            for path in paths {
                let _ = book.get(&path).await.expect(200);
            }
        }
    })
    .await;
    let _ = at_once(clients, |client| {
        let book = book.client();
        async move {
            for number in (client..BEFORE + WITHIN).step_by(clients) {
                let year = if number < WITHIN { 2101 } else { 2026 };
                let date = format!("{year}-01-01T12:00:00Z");
                let body = with(credit("ann", "1.00"), json!({ "transaction_date": date }));
                let _ = book.create(&body).await;
            }
        }
    })
    .await;
    for table in ["entries", "transactions"] {
        let [looked, read] = looks(book, table).await;
        eventually("the looks are counted", COUNTED_WITHIN, async || {
            for path in paths.iter().cycle().take(60) {
                let _ = book.get(path).await.expect(200);
            }
            (looks(book, table).await[0] >= looked + LOOKS).then_some(())
        })
        .await;
        let [looked_now, read_now] = looks(book, table).await;
        let (looked, read) = (looked_now - looked, read_now - read);
        assert!(read <= looked * ROWS_MAX, "{table}: {read} rows in {looked} looks");
    }
}

/// Transactions of somebody else in the windows of a limit, and of its user outside of them.
const BESIDE: usize = 1_000;
/// Postings that limits look at, to be counted, and the most rows that one may come to.
const EDITS: u64 = 200;
const EDIT_ROWS_MAX: u64 = 25;

/// Rows of `table` that were read.
async fn rows_read(book: &Book, table: &str) -> u64 {
    let count = "SELECT COALESCE(idx_tup_fetch, 0) + COALESCE(seq_tup_read, 0) FROM pg_stat_user_tables";
    let read = format!("{count} WHERE relname = '{table}'");
    book.database().number(&read).await
}

async fn limits_read_nothing_but_their_windows(book: &Book) {
    // What was used is not kept where two servers take turns.
    let other = book.second_server().await.expect("PostgreSQL is served by several");
    let dated = |user: &str, date: &str| with(debit(user, "0.01"), json!({ "transaction_date": date }));
    let within = "2100-01-10T12:00:00Z";
    let made = book.create(&dated("ann", within)).await;
    let path = format!("/transactions/{}", made.id());
    for scope in [
        json!({"user_id": "ann"}),
        json!({"account_id": made.text("source_account_id")}),
    ] {
        let limit = json!({"name": "l", "scope": scope, "direction": "debit", "window": "month", "max_amount": "1000"});
        let _ = book.post("/limits", &limit).await.expect(201);
    }
    let mut cents = 1;
    let mut edit = async || {
        for server in [book, &other] {
            cents += 1;
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            let _ = server.patch(&path, &json!({ "amount": amount })).await.expect(200);
        }
    };
    // Every session plans while there is next to nothing, and again once the database has looked at what there is.
    for _ in 0..10 {
        edit().await;
    }
    let _ = book.database().execute("ANALYZE transactions").await;
    let clients = 32;
    let _ = at_once(clients, |client| {
        let book = book.client();
        async move {
            for number in (client..BESIDE).step_by(clients) {
                let (year, month, day) = (2000 + number / 336, 1 + number / 28 % 12, 1 + number % 28);
                let before = format!("{year}-{month:02}-{day:02}T12:00:00Z");
                let _ = book.create(&dated("ann", &before)).await;
                let _ = book.create(&dated("bo", within)).await;
            }
        }
    })
    .await;
    let _ = book.database().execute("ANALYZE transactions").await;
    let edited = "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'transactions'";
    let tables = ["daily_totals", "transactions"];
    let mut before = [0; 2];
    let mut edits = book.database().number(edited).await;
    // What was read so far is told first.
    for (is_counted, count) in [(false, 20), (true, EDITS)] {
        let until = edits + count;
        eventually("the edits are counted", COUNTED_WITHIN, async || {
            for _ in 0..10 {
                edit().await;
            }
            (book.database().number(edited).await >= until).then_some(())
        })
        .await;
        let now = book.database().number(edited).await;
        for (table, before) in tables.iter().zip(&mut before) {
            let read = rows_read(book, table).await;
            let (rows, edits) = (read - *before, now - edits);
            assert!(
                !is_counted || rows <= edits * EDIT_ROWS_MAX,
                "{table}: {rows} rows for {edits} edits"
            );
            *before = read;
        }
        edits = now;
    }
}

async fn erasures_read_no_events_but_those_of_the_user(book: &Book) {
    let erase = async |user: String| {
        let _ = book.create(&credit(&user, "1.00")).await;
        let _ = book.delete(&format!("/users/{user}?texts=true")).await.expect(200);
    };
    // The sessions plan while there is next to nothing.
    for number in 0..8 {
        erase(format!("early-{number}")).await;
    }
    let many: Vec<_> = (0..1000).map(|_| credit("ann", "1.00")).collect();
    for _ in 0..4 {
        let body = json!({"atomic": true, "transactions": many});
        let _ = book.post("/transactions/batch", &body).await.expect(201);
    }
    let [scans, rows] = looks(book, "events").await;
    let mut erased = 0_usize;
    eventually("the erasures are counted", COUNTED_WITHIN, async || {
        for _ in 0..10 {
            erase(format!("late-{erased}")).await;
            erased += 1;
        }
        (looks(book, "events").await[0] >= scans + LOOKS).then_some(())
    })
    .await;
    let [scans_after, rows_after] = looks(book, "events").await;
    let (scans, rows) = (scans_after - scans, rows_after - rows);
    assert!(rows < scans * ROWS_MAX, "{rows} events for {scans} looks");
}
