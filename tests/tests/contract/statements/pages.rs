//! A statement page by page, also while it changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::{credit, debit};
use tests::{Book, Client, Random, on_both};

use super::{assert_adds_up, lines_of, main_account, on, statement_of, walk};

on_both!(
    pages_of_any_size_make_the_same_statement,
    a_page_has_twenty_lines_unless_told_otherwise_and_head_its_headers,
    a_cursor_belongs_to_one_statement,
    a_page_is_right_for_the_moment_in_which_it_is_read,
    a_cursor_that_was_tampered_with_shows_no_other_balance,
    a_statement_is_of_one_moment_while_others_write,
);

/// Transactions of `ada`, several on each date.
async fn fill(book: &Book, count: usize) -> String {
    for number in 0..count {
        let date = format!("2026-01-{:02}T12:00:00Z", 1 + number / 3);
        let amount = format!("{}.00", 1 + number);
        let body = if number % 4 == 3 {
            debit("ada", &amount)
        } else {
            credit("ada", &amount)
        };
        let _ = on(book, body, &date).await;
    }
    main_account(book, "ada").await
}

async fn pages_of_any_size_make_the_same_statement(book: &Book) {
    let path = statement_of(&fill(book, 30).await);
    for query in [
        "?",
        "?from=2026-01-03",
        "?to=2026-01-08",
        "?from=2026-01-02&to=2026-01-05",
    ] {
        let (all, statement) = walk(book, &format!("{path}{query}"), 200).await;
        assert_adds_up(&statement, &all);
        for limit in [1, 2, 7, 29, 30, 31] {
            let (lines, _) = walk(book, &format!("{path}{query}"), limit).await;
            assert_eq!(lines, all, "{query} by {limit}");
        }
    }
}

async fn a_page_has_twenty_lines_unless_told_otherwise_and_head_its_headers(book: &Book) {
    let path = statement_of(&fill(book, 21).await);
    let page = book.get(&path).await.expect(200);
    assert_eq!(lines_of(&page).len(), 20);
    let cursor = page.next_cursor().expect("there is one more");
    assert_eq!(
        page.header("Link"),
        format!("</api/v1{path}?cursor={cursor}>; rel=\"next\"")
    );
    assert_eq!(page.header("Vary"), "Accept-Encoding, Accept");
    let head = book.request(Method::HEAD, &format!("/api/v1{path}")).await.expect(200);
    assert_eq!(
        (head.text.as_str(), head.header("Content-Type")),
        ("", "application/json")
    );
    assert!(head.maybe_header("Link").is_some());
    let rest = book.get(&format!("{path}?cursor={cursor}&limit=200")).await.expect(200);
    assert_eq!((lines_of(&rest).len(), rest.next_cursor()), (1, None));
}

async fn a_cursor_belongs_to_one_statement(book: &Book) {
    let made = on(book, credit("bob", "1.00"), "2026-01-01T12:00:00Z").await;
    let account = fill(book, 6).await;
    let path = statement_of(&account);
    let cursor = book.get(&format!("{path}?limit=1")).await.expect(200).next_cursor();
    let cursor = cursor.expect("there is more");
    let _ = book.get(&format!("{path}?limit=2&cursor={cursor}")).await.expect(200);
    for other in [
        format!("{path}?from=2026-01-01"),
        format!("{path}?to=2026-01-31"),
        format!("{}?limit=1", statement_of(made.text("destination_account_id"))),
        format!("/accounts/{account}/entries?limit=1"),
    ] {
        let _ = book
            .get(&format!("{other}&cursor={cursor}").replace("entries&", "entries?"))
            .await
            .problem("invalid_cursor", 400);
    }
    let entries = book
        .get(&format!("/accounts/{account}/entries?limit=1"))
        .await
        .expect(200)
        .next_cursor();
    let entries = entries.expect("there is more");
    let _ = book
        .get(&format!("{path}?cursor={entries}"))
        .await
        .problem("invalid_cursor", 400);
}

async fn a_page_is_right_for_the_moment_in_which_it_is_read(book: &Book) {
    let mut made = Vec::new();
    for day in 1..=6 {
        made.push(on(book, credit("ada", "10.00"), &format!("2026-01-0{day}T12:00:00Z")).await);
    }
    let path = format!(
        "{}?from=2026-01-02&to=2026-01-05",
        statement_of(&main_account(book, "ada").await)
    );
    let first = book.get(&format!("{path}&limit=2")).await.expect(200);
    let cursor = first.next_cursor().expect("there is more");
    let edit = |day: usize, patch: Value| book.patch(&format!("/transactions/{}", made[day - 1].id()), &patch);
    let second = async || book.get(&format!("{path}&limit=2&cursor={cursor}")).await.expect(200);
    let figures = |page: &tests::Answer| {
        let balances: Vec<String> = lines_of(page).iter().map(|line| line["balance"].to_string()).collect();
        format!(
            "{} {} {}",
            page.text("opening_balance"),
            balances.join(" "),
            page.text("closing_balance")
        )
    };
    assert_eq!(figures(&second().await), r#"10.00 "40.00" "50.00" 50.00"#);
    // Before the period, on the first page, on this page, and after the period.
    let _ = edit(1, json!({"amount": "11.00"})).await.expect(200);
    assert_eq!(figures(&second().await), r#"11.00 "41.00" "51.00" 51.00"#);
    let _ = edit(2, json!({"type": "debit"})).await.expect(200);
    assert_eq!(figures(&second().await), r#"11.00 "21.00" "31.00" 31.00"#);
    let _ = edit(4, json!({"amount": "14.00"})).await.expect(200);
    assert_eq!(figures(&second().await), r#"11.00 "25.00" "35.00" 35.00"#);
    let _ = edit(6, json!({"amount": "16.00"})).await.expect(200);
    assert_eq!(figures(&second().await), r#"11.00 "25.00" "35.00" 35.00"#);
    let _ = edit(6, json!({"transaction_date": "2026-01-03T13:00:00Z"}))
        .await
        .expect(200);
    let page = second().await;
    assert_eq!(lines_of(&page)[0]["transaction_id"], made[5].id());
    assert_eq!(figures(&page), r#"11.00 "27.00" "41.00" 51.00"#);
    assert!(page.next_cursor().is_some());
}

/// Whatever a cursor says, the balances shown are those of the lines.
async fn a_cursor_that_was_tampered_with_shows_no_other_balance(book: &Book) {
    let account = fill(book, 6).await;
    let path = format!("{}?from=2026-01-01&limit=2", statement_of(&account));
    let (all, statement) = walk(book, &statement_of(&account), 200).await;
    let truth: HashMap<String, Value> = all
        .iter()
        .map(|line| (line["transaction_id"].to_string(), line["balance"].clone()))
        .collect();
    let cursor = book.get(&path).await.expect(200).next_cursor().expect("there is more");
    let (mut read, mut refused) = (0, 0);
    for place in 0..cursor.len() {
        for letter in ["A", "5", "x"] {
            let mut spoilt = cursor.clone();
            spoilt.replace_range(place..=place, letter);
            let answer = book.get(&format!("{path}&cursor={spoilt}")).await;
            if answer.status != 200 {
                let _ = answer.problem("invalid_cursor", 400);
                refused += 1;
                continue;
            }
            assert_eq!(answer.body["closing_balance"], statement["closing_balance"], "{spoilt}");
            assert_eq!(answer.body["opening_balance"], "0.00", "{spoilt}");
            for line in lines_of(&answer) {
                assert_eq!(line["balance"], truth[&line["transaction_id"].to_string()], "{spoilt}");
            }
            read += 1;
        }
    }
    assert!(read > 20 && refused > 20, "{read} were read and {refused} refused");
}

/// Posts, edits, voids and restores without end, on every date.
async fn intrude(client: Client, stop: Arc<AtomicBool>) -> usize {
    let mut random = Random::seeded(7);
    let mut ids: Vec<String> = Vec::new();
    let mut deeds = 0;
    while !stop.load(Ordering::Relaxed) {
        let date = json!({"transaction_date": format!("2026-01-{:02}T12:00:00Z", 1 + random.below(28))});
        if ids.len() < 100 {
            let body = tests::body::with(credit("ada", &format!("{}.00", 1 + random.below(9))), date);
            ids.push(client.create(&body).await.id());
        } else {
            let path = format!("/transactions/{}", random.pick(&ids));
            match random.below(3) {
                0 => drop(client.patch(&path, &date).await.expect(200)),
                1 => drop(
                    client
                        .patch(&path, &json!({"amount": format!("{}.00", 1 + random.below(9))}))
                        .await
                        .expect(200),
                ),
                _ => {
                    let _ = client.delete(&path).await.expect(200);
                    let _ = client.post(&format!("{path}/restore"), &json!({})).await.expect(200);
                }
            }
        }
        deeds += 1;
    }
    deeds
}

async fn a_statement_is_of_one_moment_while_others_write(book: &Book) {
    let account = fill(book, 6).await;
    let stop = Arc::new(AtomicBool::new(false));
    let intruder = tokio::spawn(intrude(book.client(), Arc::clone(&stop)));
    let mut last = Value::Null;
    let mut changes = 0;
    for number in 0..200 {
        let query = ["", "&from=2026-01-05", "&from=2026-01-05&to=2026-01-15"][number % 3];
        let found = book
            .get(&format!("{}?limit=200{query}", statement_of(&account)))
            .await
            .expect(200);
        assert_eq!(found.next_cursor(), None);
        assert_adds_up(&found.body, &lines_of(&found));
        changes += usize::from(found.body["closing_balance"] != last);
        last = found.body["closing_balance"].clone();
    }
    stop.store(true, Ordering::Relaxed);
    let deeds = intruder.await.expect("the intruder was at work to the end");
    assert!(deeds > 20 && changes > 20, "{deeds} deeds, {changes} changes seen");
}
