//! A whole statement as CSV.

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::{credit, debit, with};
use tests::{Book, at_once, on_both};

use super::{main_account, on, statement_of, walk};

on_both!(
    a_statement_is_a_file_for_whoever_would_rather_have_csv,
    a_formula_is_quoted_and_an_amount_is_not,
    a_long_statement_is_streamed_to_its_last_line,
    a_file_is_refused_like_a_page,
);

const HEADER: &str = "transaction_date,transaction_id,description,counterparty_account_id,amount,balance";

async fn csv(book: &Book, path: &str) -> tests::Answer {
    book.get(path).header("Accept", "text/csv").await.expect(200)
}

/// The lines of a statement as rows whose cells need no quotes.
fn rows(lines: &[Value]) -> String {
    let mut text = format!("{HEADER}\n");
    for line in lines {
        let cells = HEADER
            .split(',')
            .map(|member| line[member].as_str().unwrap_or_default());
        text.push_str(&format!("{}\n", cells.collect::<Vec<_>>().join(",")));
    }
    text
}

async fn a_statement_is_a_file_for_whoever_would_rather_have_csv(book: &Book) {
    for day in 1..=5 {
        let _ = on(book, credit("ada", "10.00"), &format!("2026-01-0{day}T12:00:00Z")).await;
    }
    let account = main_account(book, "ada").await;
    let path = statement_of(&account);
    let (lines, _) = walk(book, &format!("{path}?from=2026-01-02"), 2).await;
    let file = csv(book, &format!("{path}?from=2026-01-02")).await;
    assert_eq!(file.text, rows(&lines));
    assert_eq!(file.header("Content-Type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("Content-Disposition"),
        format!("attachment; filename=\"statement-{account}-from-2026-01-02.csv\"")
    );
    assert_eq!(file.header("Vary"), "Accept-Encoding, Accept");
    let head = book
        .request(Method::HEAD, &format!("/api/v1{path}"))
        .header("Accept", "text/csv");
    let head = head.await.expect(200);
    assert_eq!(head.text, "");
    for name in ["Content-Type", "Vary"] {
        assert_eq!(head.header(name), file.header(name));
    }
    for (accepted, media_type) in [
        ("text/csv;q=0.9, application/json;q=0.8", "text/csv; charset=utf-8"),
        ("text/csv;q=0.7, application/json;q=0.8", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
    ] {
        let answer = book.get(&path).header("Accept", accepted).await.expect(200);
        assert_eq!(answer.header("Content-Type"), media_type, "{accepted}");
    }
    let empty = csv(book, &format!("{path}?from=2030-01-01")).await;
    assert_eq!(empty.text, format!("{HEADER}\n"));
}

async fn a_formula_is_quoted_and_an_amount_is_not(book: &Book) {
    for (description, cell) in [
        ("=1+1", "'=1+1"),
        ("-5", "'-5"),
        ("+5", "'+5"),
        ("@a", "'@a"),
        ("'=1", "''=1"),
        ("a,b", "\"a,b\""),
        ("say \"=1\"", "\"say \"\"=1\"\"\""),
        ("=\"a\"", "\"'=\"\"a\"\"\""),
        ("'", "'"),
    ] {
        let made = book
            .create(&with(debit("ada", "12.50"), json!({"description": description})))
            .await;
        let file = csv(book, &statement_of(&main_account(book, "ada").await)).await;
        let row = file
            .text
            .lines()
            .find(|row| row.contains(&made.id()))
            .expect("the line is there");
        assert!(
            row.contains(&format!(",{cell},{},-12.50,-", made.text("destination_account_id"))),
            "{row}"
        );
    }
}

async fn a_long_statement_is_streamed_to_its_last_line(book: &Book) {
    let _ = at_once(20, |number| {
        let client = book.client();
        async move {
            for day in 1..=60 {
                let date = format!("2026-{:02}-{:02}T{number:02}:00:00Z", 1 + day / 28, 1 + day % 28);
                let _ = on(&client, credit("ada", "1.00"), &date).await;
            }
        }
    })
    .await;
    let path = statement_of(&main_account(book, "ada").await);
    for query in ["", "?to=2026-03-01", "?from=2026-01-20"] {
        let (lines, _) = walk(book, &format!("{path}{query}"), 200).await;
        assert!(lines.len() > 500, "more than one read");
        assert_eq!(csv(book, &format!("{path}{query}")).await.text, rows(&lines), "{query}");
        let packed = book
            .decompressing()
            .get(&format!("{path}{query}"))
            .header("Accept", "text/csv");
        assert_eq!(packed.await.expect(200).text, rows(&lines), "{query}");
    }
}

async fn a_file_is_refused_like_a_page(book: &Book) {
    let made = book.create(&credit("ada", "1.00")).await;
    let path = statement_of(made.text("destination_account_id"));
    let csv = |path: &str| book.get(path).header("Accept", "text/csv");
    for parameter in ["limit", "cursor", "colour"] {
        let _ = csv(&format!("{path}?{parameter}=1")).await.malformed(parameter);
    }
    let _ = csv(&format!("{path}?from=2026-01-02&to=2026-01-01"))
        .await
        .malformed("to");
    let absent = csv(&statement_of(&uuid::Uuid::now_v7().to_string())).await;
    assert_eq!(
        absent.problem("account_not_found", 404).header("Content-Type"),
        "application/problem+json"
    );
    let _ = csv(&path)
        .without("Authorization")
        .await
        .problem("unauthenticated", 401);
}
