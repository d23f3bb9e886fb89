//! GET `/transactions/export`; section 12 of the contract.

mod streams;

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use tests::body::{credit, debit, transfer, with};
use tests::{Book, Random, on_both};

on_both!(
    an_export_has_what_the_list_has_oldest_first,
    a_row_has_the_members_of_the_document,
    a_formula_is_quoted_and_nothing_of_ours,
    the_format_is_named_or_accepted,
    what_no_export_has_is_refused,
    an_export_of_nothing_is_a_file_all_the_same,
);

const COLUMNS: &str = "id,type,status,user_id,source_account_id,source_user_id,destination_account_id,\
                       destination_user_id,amount,currency,transaction_date,description,category,reference,metadata,\
                       parent_id,relation,refunded_amount,captured_amount,remaining_amount,expires_at,version,created_at,updated_at";

/// The documents of an export in NDJSON.
pub(super) fn documents(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is a document"))
        .collect()
}

/// The rows of an export in CSV, by column.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .deserialize()
        .map(|row| row.expect("a row has a cell for each column"))
        .collect()
}

/// A document as a row: null is empty, metadata is text.
fn row_of(document: &Value) -> BTreeMap<String, String> {
    let cell = |member: &Value| match member {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    COLUMNS
        .split(',')
        .map(|name| (name.to_owned(), cell(&document[name])))
        .collect()
}

async fn fill(book: &Book) {
    let mut random = Random::announced();
    let mut accounts = Vec::new();
    for user in ["ada", "bob"] {
        let made = book.create(&credit(user, "1.00")).await;
        accounts.push(made.text("destination_account_id").to_owned());
    }
    for number in 0..60 {
        let amount = format!("{}.00", 1 + random.below(9));
        let user = *random.pick(&["ada", "bob"]);
        let body = match random.below(3) {
            0 => credit(user, &amount),
            1 => debit(user, &amount),
            _ => transfer(&accounts[0], &accounts[1], &amount),
        };
        let date = format!("2026-01-{:02}T12:00:00Z", 1 + random.below(20));
        let details = json!({
            "transaction_date": date, "category": random.pick(&["food", "rent"]), "reference": format!("r-{number}"),
            "description": random.pick(&["Straße", "a, \"b\"", "none"]), "metadata": {"number": number.to_string()},
        });
        let made = book.create(&with(body, details)).await;
        if number % 6 == 5 {
            let _ = book.delete(&format!("/transactions/{}", made.id())).await.expect(200);
        }
    }
}

async fn an_export_has_what_the_list_has_oldest_first(book: &Book) {
    fill(book).await;
    let account = book.account_of("ada", "main", "USD").await;
    let world = book.get("/accounts?kind=system").await.expect(200).column("id")[0].to_owned();
    for query in [
        String::new(),
        "user_id=ada".to_owned(),
        format!("account_id={}", account["id"].as_str().expect("an id is text")),
        format!("account_id={world}"),
        "type=transfer".to_owned(),
        "status=voided".to_owned(),
        "status=posted,voided".to_owned(),
        "currency=USD&min_amount=3&max_amount=5".to_owned(),
        "category=food".to_owned(),
        "reference=r-7".to_owned(),
        "from=2026-01-05T00:00:00Z&to=2026-01-15T00:00:00Z".to_owned(),
        "user_id=bob&q=strasse".to_owned(),
        "user_id=nobody".to_owned(),
    ] {
        let listed = book
            .walk(&format!("/transactions?sort=transaction_date&{query}"), 7)
            .await;
        assert_eq!(listed.is_empty(), query == "user_id=nobody", "{query}");
        let ndjson = book
            .get(&format!("/transactions/export?format=ndjson&{query}"))
            .await
            .expect(200);
        assert_eq!(documents(&ndjson.text), listed, "{query}");
        let csv = book
            .get(&format!("/transactions/export?format=csv&{query}"))
            .await
            .expect(200);
        let expected: Vec<_> = listed.iter().map(row_of).collect();
        assert_eq!(rows(&csv.text), expected, "{query}");
    }
}

async fn a_row_has_the_members_of_the_document(book: &Book) {
    let details = json!({
        "description": "two\twords, and \"more\"".replace('\t', " "), "reference": "r-1", "metadata": {"b": "2", "a": "=1"},
        "transaction_date": "2026-01-31T09:30:00Z",
    });
    let made = book.create(&with(credit("ada", "20"), details)).await;
    let refund = book
        .post(&format!("/transactions/{}/refund", made.id()), &json!({"amount": "5"}))
        .await
        .expect(201);
    let original = book.get(&format!("/transactions/{}", made.id())).await.expect(200).body;
    let csv = book.get("/transactions/export?format=csv").await.expect(200);
    let mut lines = csv.text.lines();
    assert_eq!(lines.next(), Some(COLUMNS));
    assert_eq!(
        lines.next().expect("the first row"),
        format!(
            "{},credit,posted,ada,{},,{},ada,20.00,USD,2026-01-31T09:30:00.000000Z,\"two words, and \"\"more\"\"\",,r-1,\
             \"{{\"\"a\"\":\"\"=1\"\",\"\"b\"\":\"\"2\"\"}}\",,,5.00,,,,2,{},{}",
            made.id(),
            made.text("source_account_id"),
            made.text("destination_account_id"),
            made.text("created_at"),
            original["updated_at"].as_str().expect("a time is text"),
        )
    );
    assert!(
        lines
            .next()
            .expect("the refund")
            .contains(&format!(",{{}},{},refund,,,,,1,", made.id()))
    );
    let ndjson = book.get("/transactions/export?format=ndjson").await.expect(200);
    assert_eq!(documents(&ndjson.text), [original, refund.body]);
    // Member for member what is read of one, in the same order.
    let one = book.get(&format!("/transactions/{}", made.id())).await.expect(200).text;
    assert_eq!(ndjson.text.lines().next(), Some(one.as_str()));
}

async fn a_formula_is_quoted_and_nothing_of_ours(book: &Book) {
    for (text, cell) in [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("'=1", "''=1"),
        ("a=1", "a=1"),
    ] {
        let details = json!({"description": text, "category": text, "reference": text});
        let made = book.create(&with(debit("-user", "1.00"), details)).await;
        let csv = book
            .get(&format!(
                "/transactions/export?format=csv&from={}",
                made.text("transaction_date")
            ))
            .await;
        let row = rows(&csv.expect(200).text).pop().expect("a row");
        for member in ["description", "category", "reference"] {
            assert_eq!(row[member], cell, "{member}");
        }
        assert_eq!(
            (row["user_id"].as_str(), row["source_user_id"].as_str()),
            ("'-user", "'-user")
        );
        assert_eq!((row["amount"].as_str(), row["metadata"].as_str()), ("1.00", "{}"));
    }
}

async fn the_format_is_named_or_accepted(book: &Book) {
    let _ = book.create(&credit("ada", "1.00")).await;
    let (csv, ndjson) = ("text/csv; charset=utf-8", "application/x-ndjson");
    for (query, accepted, media_type, name) in [
        ("", "*/*", csv, "transactions.csv"),
        ("", "application/json", csv, "transactions.csv"),
        ("", "application/x-ndjson", ndjson, "transactions.ndjson"),
        (
            "",
            "text/csv;q=0.5, application/x-ndjson;q=0.6",
            ndjson,
            "transactions.ndjson",
        ),
        ("?format=csv", "application/x-ndjson", csv, "transactions.csv"),
        ("?format=ndjson", "text/csv", ndjson, "transactions.ndjson"),
    ] {
        let path = format!("/transactions/export{query}");
        let get = book.get(&path).header("Accept", accepted).await.expect(200);
        let head = book
            .request(Method::HEAD, &format!("/api/v1{path}"))
            .header("Accept", accepted)
            .await
            .expect(200);
        assert_eq!(head.text, "");
        for answer in [get, head] {
            assert_eq!(answer.header("Content-Type"), media_type, "{query} {accepted}");
            let disposition = format!("attachment; filename=\"{name}\"");
            assert_eq!(answer.header("Content-Disposition"), disposition, "{query} {accepted}");
            assert_eq!(answer.header("Vary"), "Accept-Encoding, Accept");
        }
    }
}

async fn what_no_export_has_is_refused(book: &Book) {
    for (query, parameter) in [
        ("format=xml", "format"),
        ("format=CSV", "format"),
        ("format=csv&format=csv", "format"),
        ("sort=amount", "sort"),
        ("limit=10", "limit"),
        ("cursor=x", "cursor"),
        ("from=2026-01-01", "from"),
        ("min_amount=1", "min_amount"),
        ("user_id=me", "user_id"),
        ("colour=blue", "colour"),
    ] {
        let _ = book
            .get(&format!("/transactions/export?{query}"))
            .await
            .malformed(parameter);
    }
    let _ = book
        .anonymous()
        .get("/transactions/export")
        .await
        .problem("unauthenticated", 401);
    let other = book.get("/transactions/export").header("Daybook-Ledger", "other");
    let _ = other.await.problem("ledger_not_found", 404);
}

async fn an_export_of_nothing_is_a_file_all_the_same(book: &Book) {
    let csv = book.get("/transactions/export?format=csv").await.expect(200);
    assert_eq!(csv.text, format!("{COLUMNS}\n"));
    assert_eq!(
        book.get("/transactions/export?format=ndjson").await.expect(200).text,
        ""
    );
}
